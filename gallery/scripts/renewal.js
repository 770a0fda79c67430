// An unfinished batch's page reloads itself; on a disk, where a page may not fetch anything, that works too.
import { main } from "./posts.js";
import { keep, recall } from "./state.js";

const QUIET = 3000; // Milliseconds without a key, a touch or a scroll.
const PATIENCE = 15 * 60_000; // A batch that has not changed for this long was stopped.

if (main.dataset.unfinished) {
  let touched = -QUIET;
  let held = false;
  let composing = false;
  const during = (from, until, set) => {
    addEventListener(from, () => set(true), true);
    for (const kind of until) addEventListener(kind, () => set(false), true);
  };
  during("pointerdown", ["pointerup", "pointercancel", "dragend"], (value) => { held = value; });
  during("compositionstart", ["compositionend"], (value) => { composing = value; });
  for (const kind of ["keydown", "input", "pointerdown", "wheel", "scroll", "touchmove"]) {
    addEventListener(kind, () => { touched = performance.now(); }, { capture: true, passive: true });
  }
  const busy = () =>
    held ||
    composing ||
    document.hidden ||
    performance.now() - touched < QUIET ||
    document.querySelector("dialog[open]") ||
    !getSelection().isCollapsed;
  const renew = () => {
    if (busy()) setTimeout(renew, 1000);
    else location.reload();
  };

  const news = recall("sessionStorage", "news");
  const since = news?.of === main.dataset.unfinished ? news.since : Date.now();
  keep("sessionStorage", "news", { of: main.dataset.unfinished, since });
  const waiting = Date.now() - since < PATIENCE;
  document.querySelector("[data-renewal]").textContent = waiting
    ? "This page refreshes itself while it is open."
    : "Nothing has changed for 15 minutes: if the batch was stopped, run it again to continue.";
  if (waiting) {
    // A larger page is written less often, and should not spend its time loading.
    const begun = performance.now();
    addEventListener("load", () => setTimeout(renew, Math.max(10_000, 20 * (performance.now() - begun))));
  }
}
