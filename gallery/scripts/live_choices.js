// Sends each action to the server that brings the page. The server applies it and answers with the posts as they are
// then; gallery/live.py describes both.
import { changed, identityOf, main, modelOf, pictureOf, replacePosts } from "./posts.js";
import { say } from "./saying.js";

export const isLive = main.dataset.live !== undefined;
const GONE = "The program that brings this page does not answer. Start it again, and open the address that it prints.";

// The pictures that were chosen and are not the posts' covers yet, by slug.
const waiting = new Map();
let undoes = main.dataset.undo ?? "";

const send = async (action, what) => {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what) };
  const response = await fetch(`${main.dataset.live}/${action}`, request).catch(() => { throw new Error(GONE); });
  const answer = await response.json().catch(() => { throw new Error(GONE); });
  if (!response.ok) throw new Error(answer.error);
  return answer;
};

// One after another, as a choice and its undoing must not change places; a picture, which takes its time, beside them.
let last = Promise.resolve();
const inTurn = (action, what) => {
  const answer = last.then(() => send(action, what));
  last = answer.catch(() => undefined);
  return answer;
};

const takeOver = (answer) => {
  undoes = answer.undo ?? "";
  if (answer.tally) document.querySelector(".tally").textContent = answer.tally;
  const replaced = replacePosts(answer.posts);
  changed(replaced);
  say(answer.said);
  return replaced;
};

const act = async (asking, failed = () => undefined) => {
  try {
    return takeOver(await asking);
  } catch (error) {
    failed();
    say(error.message);
    return [];
  }
};

const choose = (post, card) => {
  const picture = identityOf(card);
  waiting.set(post.slug, picture);
  changed([post]);
  const done = () => {
    if (waiting.get(post.slug) === picture) waiting.delete(post.slug);
  };
  const asking = inTurn("choose", { slug: post.slug, ...pictureOf(card) }).finally(done);
  return act(asking, () => changed([post]));
};

const undo = () => act(inTurn("undo", {}));

export const liveChoices = { waiting, choose, undo, start: () => undefined, undoable: () => undoes !== "" };
export const prices = JSON.parse(main.dataset.prices ?? "{}");

// Another picture by the same model, beside the earlier ones.
export const takeAnother = async (button, post, card) => {
  button.disabled = true;
  say(`${modelOf(card)} draws another picture. You can go on meanwhile.`);
  await act(send("take", { slug: post.slug, ...pictureOf(card) }));
  button.disabled = false;
};
export const remove = (post, card) => act(inTurn("remove", { slug: post.slug, ...pictureOf(card) }));
export const leaveWithout = (post) => act(inTurn("without", { slug: post.slug }));
export const everywhere = (model) => act(inTurn("everywhere", { model }));
export const acceptTheRest = () => act(inTurn("rest", {}));
export const renewLooks = () => act(inTurn("look", {}));
