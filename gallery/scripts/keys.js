// The current post, and everything that a click or a key does.
let current;
const shortcuts = document.querySelector("dialog.keys [name=keys]");

const setCurrent = (post) => {
  current?.section.removeAttribute("aria-current");
  current = post;
  post.section.setAttribute("aria-current", "true");
};

const nextPost = (post, step, wanted = () => true) => {
  for (let number = post.number + step; posts[number]; number += step) {
    if (posts[number].matches && wanted(posts[number])) return posts[number];
  }
  return undefined;
};

const goTo = (post) => {
  setCurrent(post);
  if (post.section.hidden && post.matches) showRows(post.number);
  if (compare.open) openComparison(post);
  else if (post.matches) {
    post.heading.focus({ preventScroll: true });
    post.section.scrollIntoView({ block: dense.checked || main.dataset.columns === "1" ? "nearest" : "start" });
  }
};

const move = (step, wanted) => {
  const here = compare.open ? comparing.post : current;
  const start = here ?? postInSight();
  if (!start) return undefined;
  const post = !here && (!wanted || wanted(start)) ? start : nextPost(start, step, wanted);
  if (post) return goTo(post);
  return say(wanted ? "There are no more undecided posts after this one." : step > 0 ? "This is the last post." : "This is the first post.");
};

const chooseCard = (post, card, onward) => {
  const made = choose(post, card);
  const next = made && onward ? nextPost(post, 1) : undefined;
  const words = [made ? `${modelOf(card)} is chosen for \u2068${brief(post.title)}\u2069.` : "Choice removed."];
  if (made && onward && !next) words.push(`That was the last post: ${tallyOf()}. Press S to save the choices.`);
  say(words.join(" "));
  if (undecided.checked) filterPosts();
  if (next) goTo(next);
  else if (compare.open) openComparison(post, card);
};

// The post that a key is for. While a search hides the current one, there is none, and the first in sight becomes it.
const postForKey = () => {
  if (compare.open) return comparing.post;
  if (current?.matches) return current;
  const first = postInSight();
  if (first) goTo(first);
  return undefined;
};

const chooseNumber = (number) => {
  const post = postForKey();
  if (!post) return undefined;
  const card = post.cards.find((each) => Number(each.dataset.model) === number - 1 && !each.hidden);
  if (!choosable(post) || !card?.dataset.key) return say(`This post has no picture ${number} to choose.`);
  return chooseCard(post, card, true);
};

const compareCurrent = () => {
  const post = postForKey();
  if (post) openComparison(post);
};

const takeBack = () => {
  const post = undo();
  if (!post) return say("There is nothing to undo.");
  filterPosts();
  goTo(post);
  return say("Undone.");
};

const showKeys = () => document.querySelector("dialog.keys").showModal();

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  "?": showKeys,
  m: () => compare.open && moreCandidates(),
  d: () => !compare.open && dense.click(),
  "/": () => !compare.open && search.focus(),
  ...(choosing && {
    n: () => move(1, (post) => choosable(post) && !isDecided(post)),
    u: takeBack,
    s: saveChoices,
  }),
};

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
  1: () => move(1),
  "-1": () => move(-1),
};

document.addEventListener("click", (event) => {
  const section = event.target.closest("main section");
  const post = section ? postOf.get(section) : comparing.post;
  if (section) setCurrent(post);
  const button = event.target.closest("button");
  if (button) {
    const card = comparing.cards.get(event.target.closest("figure")) ?? event.target.closest("li");
    BUTTONS[button.value](button, post, card);
    return;
  }
  if (event.target === compare) compare.close(); // The backdrop.
  const link = event.target.closest("main li > a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  openComparison(post, link.closest("li"));
});

document.addEventListener("keydown", (event) => {
  if (event.target === search) {
    if (event.key === "Escape" || event.key === "Enter") search.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !shortcuts.checked) return;
  const open = document.querySelector("dialog[open]:not(.compare)");
  if (open) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const free = !event.target.closest("a, button, input, summary");
  if (name === "Enter" && free && current && !compare.open) compareCurrent();
  else if (choosing && /^[1-9]$/.test(name)) chooseNumber(Number(name));
  else if (Object.hasOwn(KEYS, name)) KEYS[name]();
  else return;
  event.preventDefault();
});

main.addEventListener("focusin", (event) => {
  const section = event.target.closest("section");
  if (section) setCurrent(postOf.get(section));
});

shortcuts.checked = recall("localStorage", "keys") ?? true;
shortcuts.addEventListener("change", () => keep("localStorage", "keys", shortcuts.checked));
