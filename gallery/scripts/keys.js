// What each key and each button does.
import { choosing } from "./choices.js";
import { compare, comparing, moreCandidates, openComparison, toggleAlone } from "./comparing.js";
import { copy, copyAddress, copyLines } from "./copying.js";
import { clearFilters, search } from "./filters.js";
import { acceptTheRest, everywhere, isLive, leaveWithout, remove, renewLooks, takeAnother } from "./live_choices.js";
import { chooseCard, chooseNumber, compareCurrent, move, moveToUndecided, setCurrent, takeBack } from "./moving.js";
import { main, postOf } from "./posts.js";
import { showMore } from "./rows.js";
import { saveChoices } from "./browser_choices.js";
import { resize } from "./size.js";
import { keep, recall } from "./state.js";

const shortcuts = document.querySelector("dialog.keys [name=keys]");
const showKeys = () => document.querySelector("dialog.keys").showModal();

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  "?": showKeys,
  m: () => compare.open && moreCandidates(),
  "+": () => resize(1),
  "=": () => resize(1), // The same key without Shift.
  "-": () => resize(-1),
  "/": () => !compare.open && search.focus(),
  ...(choosing && { n: moveToUndecided, u: takeBack }),
  ...(choosing && !isLive && { s: saveChoices }),
};
// A key that is held moves on, and does nothing else again: it would choose for one post after another.
const REPEATED = new Set(["j", "k", "ArrowRight", "ArrowLeft"]);

const BUTTONS = {
  choose: (button, post, card) => chooseCard(post, card, false),
  address: (button, post, card) => copyAddress(card, button),
  lines: (button, post) => copyLines(post, button),
  command: (button) => copy(document.querySelector(".command code").textContent, button, "Command copied."),
  alone: (button) => toggleAlone(button.closest("figure")),
  more: moreCandidates,
  close: (button) => button.closest("dialog").close(),
  clear: clearFilters,
  rest: showMore,
  keys: showKeys,
  undo: takeBack,
  save: saveChoices,
  previous: () => move(-1),
  next: () => move(1),
  take: takeAnother,
  remove: (button, post, card) => remove(post, card),
  without: (button, post) => leaveWithout(post),
  everywhere: (button) => everywhere(button.dataset.model),
  accept: acceptTheRest,
  looks: renewLooks,
};

document.addEventListener("click", (event) => {
  const section = event.target.closest("main section");
  const post = section ? postOf(section) : comparing.post;
  if (section) setCurrent(post);
  const button = event.target.closest("button");
  if (button) {
    const card = comparing.cards.get(event.target.closest("figure")) ?? event.target.closest("li");
    BUTTONS[button.value](button, post, card);
    return;
  }
  const link = event.target.closest("main li > a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  openComparison(post, link.closest("li"));
});

// What a key does here, or undefined if it is not for the page.
const actionOf = (name, target) => {
  if (name === "Enter" && !compare.open && !target.closest("a, button, input, summary")) return compareCurrent;
  if (choosing && /^[1-9]$/.test(name)) return () => chooseNumber(Number(name));
  if (target.type === "range" && name.startsWith("Arrow")) return undefined;
  return Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
};

document.addEventListener("keydown", (event) => {
  if (event.target === search) {
    if (event.key === "Escape" || event.key === "Enter") search.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !shortcuts.checked) return;
  if (document.querySelector("dialog[open]:not(.compare)")) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = actionOf(name, event.target);
  if (!action) return;
  event.preventDefault();
  if (!event.repeat || REPEATED.has(name)) action();
});

main.addEventListener("focusin", (event) => {
  const section = event.target.closest("section");
  if (section) setCurrent(postOf(section));
});

shortcuts.checked = recall("localStorage", "keys") ?? true;
shortcuts.addEventListener("change", () => keep("localStorage", "keys", shortcuts.checked));
