// The page shows its first hundred matching pictures, and more as the reader nears the end. So a search takes as long
// as what it shows, however many pictures there are: hidden rows are not laid out.
import { drawChoice, offersChoice } from "./choices.js";
import { prices } from "./live_choices.js";
import { main, modelOf, onChange, picturesOf, postOf, posts } from "./posts.js";

const cardControls = document.querySelector("#card-controls").content;
const postControls = document.querySelector("#post-controls").content;

const name = (control, words) => control.setAttribute("aria-label", `${control.textContent.trim()}, ${words}`);

const drawDownload = (link, card, file) => {
  link.href = card.querySelector("a").href;
  link.download = file;
  if (location.protocol !== "file:") return;
  // Browsers do not download from a disk, where the picture is a file already.
  link.removeAttribute("download");
  link.target = "_blank";
  link.textContent = "Open file";
};

const drawChoose = (button, card) => {
  button.querySelector("kbd").textContent = card.dataset.number;
  button.title = modelOf(card);
  button.setAttribute("aria-label", `Choose ${modelOf(card)}`);
};

const drawTake = (button, model) => {
  if (prices[model]) button.querySelector("span").textContent = prices[model];
  else button.remove();
};

// Buttons are made only for the pictures that are shown.
export const controlsFor = (card) => {
  const controls = cardControls.cloneNode(true);
  const post = postOf(card.closest("section"));
  const model = modelOf(card);
  if (offersChoice(post)) drawChoose(controls.querySelector(".choose"), card);
  else controls.querySelector(".choose").remove();
  drawDownload(controls.querySelector("a"), card, `${post.slug ?? "thumbnail"}-${model}.jpg`);
  if (controls.querySelector("[value=take]")) drawTake(controls.querySelector("[value=take]"), model);
  for (const control of controls.querySelectorAll(".plain")) name(control, model);
  controls.querySelector("details p").textContent = card.dataset.facts;
  return controls;
};

export const controlsForPost = (post) => {
  const controls = postControls.cloneNode(true);
  if (!post.section.dataset.address) controls.querySelector("[value=lines]").remove();
  return controls;
};

const equip = (post) => {
  if (post.equipped) return;
  post.equipped = true;
  for (const card of picturesOf(post)) card.append(controlsFor(card));
  const actions = document.createElement("p");
  actions.className = "for-post";
  actions.append(controlsForPost(post));
  post.section.append(actions);
  post.heading.title = post.title; // Where the page has no room for all of it.
  drawChoice(post);
};

export const topOf = (post) => post.section.getBoundingClientRect().top;

// The first post that begins below the bar, or else the last one.
export const postInSight = () => {
  const below = document.querySelector(".tools").getBoundingClientRect().bottom;
  const shown = posts.filter((post) => !post.section.hidden);
  return shown.find((post) => topOf(post) > below - 8) ?? shown.at(-1);
};

const STEP = 100; // Pictures.
const rest = main.querySelector(".rest");
let most = STEP;
let shownRows = new Set(posts);

const nearingEnd = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && showMore(), { rootMargin: "150%" });

// Shows the first matching posts, up to `most` pictures, and further to the post with the number `through`.
export const showRows = (through = -1) => {
  const rows = new Set();
  let pictures = 0;
  let left = 0;
  for (const post of posts) {
    if (!post.matches) continue;
    if (pictures < most || post.number <= through) {
      rows.add(post);
      pictures += post.cardsShown;
    } else left += 1;
  }
  most = Math.max(most, pictures);
  for (const post of shownRows) if (!rows.has(post)) post.section.hidden = true;
  for (const post of rows) {
    equip(post);
    post.section.hidden = false;
  }
  shownRows = rows;
  rest.hidden = !left;
  rest.querySelector("b").textContent = left.toLocaleString("en");
  nearingEnd.disconnect();
  if (left) nearingEnd.observe(rest);
};

export const showFirstRows = () => { most = STEP; };

export const showMore = () => {
  most += STEP;
  showRows();
};

// Paper has no end to near. Pictures that were far from the window are still to load: browsers do that for the print.
addEventListener("beforeprint", () => showRows(posts.length));

onChange((those) => {
  for (const post of those) if (!post.section.hidden && shownRows.has(post)) equip(post);
});
