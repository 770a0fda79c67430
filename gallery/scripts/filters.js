// Search and filters. With no model ticked, all are shown; the same holds for statuses.
import { needsDecision } from "./choices.js";
import { main, models, onChange, posts } from "./posts.js";
import { postInSight, showFirstRows, showRows } from "./rows.js";

export const tools = document.querySelector(".tools");
export const search = tools.querySelector("[type=search]");
const undecided = tools.querySelector("[name=undecided]");
const panel = tools.querySelector(".filters");
const pictures = posts.reduce((sum, post) => sum + post.cards.length, 0);

const comparable = (text) => text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase();
for (const post of posts) post.words = comparable(`${post.title} ${post.slug ?? ""}`);

const tickedOf = (name) => [...tools.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
const ticked = (name) => {
  const values = tickedOf(name);
  return (value) => !values.length || values.includes(value);
};

const filterCards = (those) => {
  const model = ticked("model");
  const status = ticked("status");
  for (const post of those) {
    for (const card of post.cards) {
      card.hidden = !(model(models[card.dataset.model]) && status(card.dataset.status));
    }
    const shown = post.cards.filter((card) => !card.hidden);
    post.cardsShown = shown.length;
    post.modelsShown = new Set(shown.map((card) => card.dataset.model)).size;
  }
};

const drawShowing = (shown, shownPictures) => {
  const [of, all] = [shown.toLocaleString("en"), posts.length.toLocaleString("en")];
  const some = `${shownPictures.toLocaleString("en")} of ${pictures.toLocaleString("en")} pictures`;
  tools.querySelector(".showing").textContent =
    shown < posts.length ? `${of} of ${all} posts` : shownPictures < pictures ? some : "";
  const number = tickedOf("model").length + tickedOf("status").length;
  if (panel) panel.querySelector("summary b").textContent = number ? number : "";
};

const filterPosts = (through) => {
  const words = comparable(search.value).split(/\s+/).filter(Boolean);
  let shownPictures = 0;
  let shown = 0;
  let columns = 1;
  for (const post of posts) {
    const found = words.every((word) => post.words.includes(word));
    post.matches = found && post.cardsShown > 0 && !(undecided?.checked && !needsDecision(post));
    if (!post.matches) continue;
    shown += 1;
    shownPictures += post.cardsShown;
    columns = Math.max(columns, post.modelsShown);
  }
  showRows(through);
  main.dataset.columns = Math.min(columns, 6); // A filter leaves no empty column.
  main.querySelector(".nothing").hidden = shown > 0;
  drawShowing(shown, shownPictures);
};

// The reader stays at the same post, if it still matches: at that of the last change, until the reader scrolls.
let kept = { post: undefined, at: 0 };
export const keepingPost = (change) => {
  const post = scrollY > 0 ? (scrollY === kept.at ? kept.post : postInSight()) : undefined;
  change(post?.number);
  if (post?.matches) post.section.scrollIntoView();
  kept = { post, at: scrollY };
};

export const filterAll = () =>
  keepingPost((through) => {
    filterCards(posts);
    filterPosts(through);
  });

// Results start at the top.
const searchAgain = () => {
  showFirstRows();
  filterPosts();
  if (main.getBoundingClientRect().top < 0) main.scrollIntoView();
};

export const clearFilters = () => {
  search.value = "";
  for (const box of tools.querySelectorAll(":checked")) box.checked = false;
  filterAll();
  search.focus();
};

search.addEventListener("input", searchAgain);
tools.addEventListener("change", (event) => {
  if (event.target.type === "checkbox") filterAll();
});
// The panel lies over the pictures, so it goes when the reader turns to them.
const closePanel = () => panel?.removeAttribute("open");
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".filters")) closePanel();
});
panel?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closePanel();
  panel.querySelector("summary").focus();
});

onChange((those) => {
  filterCards(those);
  filterPosts();
});
tools.hidden = false;
filterCards(posts);
filterPosts();
main.dataset.ready = "";

// Keeps what is scrolled to clear of the bars.
new ResizeObserver(() => {
  document.documentElement.style.scrollPaddingBlock =
    `${tools.offsetHeight + 8}px ${(document.querySelector(".choices")?.offsetHeight ?? 0) + 8}px`;
}).observe(tools);
