// The view survives a reload: search, filters, current post and scroll position. Posts and models are remembered by
// their names, as a rerun may have moved them.
import { filterAll, search, tools } from "./filters.js";
import { place, setCurrent } from "./moving.js";
import { idOf, postNamed } from "./posts.js";
import { postInSight, showRows, topOf } from "./rows.js";
import { keep, recall } from "./state.js";

const boxes = () => [...tools.querySelectorAll("[type=checkbox]")];

const rememberView = () => {
  const top = scrollY > 0 ? postInSight() : undefined;
  keep("sessionStorage", "view", {
    search: search.value,
    ticked: boxes().filter((box) => box.checked).map((box) => [box.name, box.value]),
    current: place.current && idOf(place.current),
    top: top && idOf(top),
    offset: top && topOf(top),
    searching: document.activeElement === search,
  });
};

const restoreView = (view) => {
  search.value = view.search;
  for (const box of boxes()) box.checked = view.ticked.some(([name, value]) => name === box.name && value === box.value);
  filterAll();
  const [current, top] = [view.current, view.top].map((id) => (id === undefined ? undefined : postNamed(id)));
  if (current) setCurrent(current);
  if (top?.matches) {
    history.scrollRestoration = "manual";
    showRows(top.number);
    scrollBy({ top: topOf(top) - view.offset, behavior: "instant" });
  }
  if (view.searching) search.focus({ preventScroll: true });
};

const view = recall("sessionStorage", "view");
if (view) restoreView(view);
addEventListener("pagehide", rememberView);
