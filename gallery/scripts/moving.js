// The current post, and the way from one to another.
import { choose, needsDecision, tallyOf, undo } from "./choices.js";
import { compare, comparing, openComparison } from "./comparing.js";
import { choosable, main, modelOf, nextPost } from "./posts.js";
import { postInSight, showRows } from "./rows.js";
import { isLive } from "./live_choices.js";
import { brief, say } from "./saying.js";

export const place = { current: undefined };

export const setCurrent = (post) => {
  place.current?.section.removeAttribute("aria-current");
  place.current = post;
  post.section.setAttribute("aria-current", "true");
};

export const goTo = (post) => {
  setCurrent(post);
  if (post.section.hidden && post.matches) showRows(post.number);
  if (compare.open) openComparison(post);
  else if (post.matches) {
    post.heading.focus({ preventScroll: true });
    post.section.scrollIntoView({ block: main.dataset.band === "large" ? "start" : "nearest" });
  }
};

export const move = (step, wanted) => {
  const here = compare.open ? comparing.post : place.current;
  const start = here ?? postInSight();
  if (!start) return undefined;
  const post = !here && (!wanted || wanted(start)) ? start : nextPost(start, step, wanted);
  if (post) return goTo(post);
  return say(wanted ? "No post after this one needs a decision." : step > 0 ? "This is the last post." : "This is the first post.");
};

export const moveToUndecided = () => move(1, needsDecision);

// The post that a key is for. While a search hides the current one, there is none, and the first in sight becomes it.
export const postForKey = () => {
  if (compare.open) return comparing.post;
  if (place.current?.matches) return place.current;
  const first = postInSight();
  if (first) goTo(first);
  return undefined;
};

export const chooseCard = (post, card, onward) => {
  const next = onward ? nextPost(post, 1) : undefined;
  choose(post, card);
  const words = [`${modelOf(card)} is chosen for ${brief(post.title)}.`];
  if (onward && !next) words.push(`That was the last post: ${tallyOf()}.${isLive ? "" : " Press S to save the choices."}`);
  say(words.join(" "));
  if (next) goTo(next);
};

export const chooseNumber = (number) => {
  const post = postForKey();
  if (!post) return undefined;
  const card = post.cards.find((each) => Number(each.dataset.number) === number && !each.hidden);
  if (!choosable(post) || !card?.dataset.key) return say(`This post has no picture ${number} to choose.`);
  return chooseCard(post, card, true);
};

export const compareCurrent = () => {
  const post = postForKey();
  if (post) openComparison(post);
};

export const takeBack = async () => {
  const undone = await undo();
  if (undone.length === 1) goTo(undone[0]);
  else if (!undone.length && !isLive) say("There is nothing to undo.");
};

compare.addEventListener("close", () => {
  const { post, opener } = comparing;
  goTo(post.matches ? post : nextPost(post, 1) ?? post);
  if (post.matches && post.section.contains(opener)) opener.focus({ preventScroll: true });
});
