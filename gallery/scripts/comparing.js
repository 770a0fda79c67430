// Compares one post's pictures, large and side by side, four at a time.
import { drawPressed } from "./choices.js";
import { modelOf, nextPost, onChange, picturesOf, posts } from "./posts.js";
import { controlsFor, controlsForPost } from "./rows.js";

export const compare = document.querySelector("dialog.compare");
export const comparing = { post: undefined, first: 0, cards: new Map() };
const AT_ONCE = 4;

const candidatesOf = (post) => picturesOf(post).filter((card) => !card.hidden);

const enlargeOf = (card) => {
  const enlarge = document.createElement("button");
  const picture = document.createElement("img");
  const original = card.querySelector("img");
  picture.src = original.src;
  picture.alt = original.alt;
  enlarge.type = "button";
  enlarge.value = "alone";
  enlarge.className = "enlarge";
  enlarge.setAttribute("aria-pressed", "false");
  enlarge.append(picture);
  return enlarge;
};

const figureOf = (card) => {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const controls = controlsFor(card).querySelector(".controls");
  const choose = controls.querySelector(".choose");
  if (choose) drawPressed(choose, card.dataset.chosen !== undefined);
  caption.append(card.querySelector(".model").cloneNode(true), controls);
  figure.append(enlargeOf(card), caption);
  figure.toggleAttribute("data-chosen", card.dataset.chosen !== undefined);
  comparing.cards.set(figure, card);
  return figure;
};

// Why a model has no picture of the post, in the same words as on the page.
const reasonOf = (card) => {
  const line = document.createElement("p");
  const model = document.createElement("strong");
  model.textContent = modelOf(card);
  line.append(model, " ", ...[...card.querySelector(".gap p").childNodes].map((node) => node.cloneNode(true)));
  return line;
};

const placeOf = (post, shown, all) => {
  const matching = posts.filter((each) => each.matches);
  const words = [post.matches ? `Post ${matching.indexOf(post) + 1} of ${matching.length}` : "Chosen"];
  if (all > AT_ONCE) words.push(`pictures ${comparing.first + 1} to ${comparing.first + shown} of ${all}`);
  if (post.section.querySelector(".elsewhere")) words.push("the current cover is another picture");
  return words.join(" \u00b7 ");
};

const drawComparison = () => {
  const { post } = comparing;
  const candidates = candidatesOf(post);
  const page = candidates.slice(comparing.first, comparing.first + AT_ONCE);
  const place = compare.querySelector(".candidates");
  comparing.cards.clear();
  place.replaceChildren(...page.map(figureOf));
  place.dataset.count = page.length;
  if (!page.length) place.textContent = "This post has no picture to compare.";
  place.removeAttribute("data-alone");
  compare.querySelector(".missing").replaceChildren(
    ...post.cards.filter((card) => !card.dataset.key && !card.hidden).map(reasonOf),
  );
  compare.querySelector("bdi").textContent = post.title;
  compare.querySelector(".where").textContent = placeOf(post, page.length, candidates.length);
  compare.querySelector("[value=more]").hidden = candidates.length <= AT_ONCE;
  compare.querySelector(".for-post").replaceChildren(controlsForPost(post));
};

// The next post's pictures are loaded before they are needed.
const loadNext = (post) => {
  const after = nextPost(post, 1);
  for (const next of after ? candidatesOf(after).slice(0, AT_ONCE) : []) new Image().src = next.querySelector("img").src;
};

export const openComparison = (post, card) => {
  const at = candidatesOf(post).indexOf(card);
  comparing.post = post;
  comparing.first = at < 0 ? 0 : at - (at % AT_ONCE);
  drawComparison();
  if (!compare.open) {
    comparing.opener = document.activeElement;
    compare.showModal();
  }
  compare.querySelector("h2").focus();
  loadNext(post);
};

export const moreCandidates = () => {
  const all = candidatesOf(comparing.post).length;
  comparing.first = comparing.first + AT_ONCE < all ? comparing.first + AT_ONCE : 0;
  drawComparison();
};

// Shows one picture alone, or all again.
export const toggleAlone = (figure) => {
  const place = compare.querySelector(".candidates");
  const alone = place.dataset.alone === undefined;
  place.toggleAttribute("data-alone", alone);
  for (const each of comparing.cards.keys()) each.hidden = alone && each !== figure;
  figure.querySelector(".enlarge").setAttribute("aria-pressed", alone);
};

// A click closes it that begins and ends on the backdrop: not one in a gap, nor the end of a selection.
const isOutside = ({ target, clientX, clientY }) => {
  const { left, right, top, bottom } = compare.getBoundingClientRect();
  return target === compare && (clientX < left || clientX > right || clientY < top || clientY > bottom);
};
let beganOutside = false;
compare.addEventListener("pointerdown", (event) => { beganOutside = isOutside(event); });
compare.addEventListener("click", (event) => {
  if (beganOutside && isOutside(event)) compare.close();
});
compare.addEventListener("close", () => compare.querySelector(".candidates").replaceChildren());

onChange((those) => {
  if (compare.open && those.includes(comparing.post)) drawComparison();
});
