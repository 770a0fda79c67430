// Keeps choices where nobody serves the page: in this browser, until they are saved as a file and a command applies it.
import { batch, changed, identityOf, picturesOf, pictureOf, posts, postNamed } from "./posts.js";
import { keep, recall } from "./state.js";
import { say } from "./saying.js";

// The chosen pictures, by slug, that are not the posts' covers yet. One that is not on the page counts for nothing until
// it is there again.
const waiting = new Map();
// What each choice replaced, by slug: undefined, or null in storage, if nothing.
const undoable = recall("sessionStorage", "undo") ?? [];

const set = (slug, picture) => {
  if (picture) waiting.set(slug, picture);
  else waiting.delete(slug);
  document.querySelector(".unkept").hidden = keep("localStorage", "choices", [...waiting]);
  keep("sessionStorage", "undo", undoable);
};

const choose = (post, card, isCover) => {
  undoable.push([post.slug, waiting.get(post.slug)]);
  set(post.slug, isCover ? undefined : identityOf(card));
  changed([post]);
};

const undo = () => {
  while (undoable.length) {
    const [slug, before] = undoable.pop();
    set(slug, before);
    const post = postNamed(slug);
    if (!post) continue;
    changed([post]);
    say("Undone.");
    return [post];
  }
  return [];
};

const waitingPosts = () =>
  posts.flatMap((post) => {
    const card = picturesOf(post).find((each) => identityOf(each) === waiting.get(post.slug));
    return card ? [{ slug: post.slug, title: post.title, ...pictureOf(card) }] : [];
  });

const download = (name, text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

export const saveChoices = () => {
  const list = waitingPosts();
  if (!list.length) return say("There are no choices to save.");
  // A new name each time: browsers rename a second file of the same name, and the command would apply the first again.
  const name = `choices-${new Date().toISOString().slice(0, 19).replace(/\D/g, "-")}.json`;
  download(name, JSON.stringify({ version: 1, batch_id: batch, choices: list }, null, 2));
  const dialog = document.querySelector("dialog.saved");
  const command = dialog.querySelector(".command code");
  dialog.querySelector("b").textContent = list.length === 1 ? "1 choice is" : `${list.length} choices are`;
  dialog.querySelector("p code").textContent = name;
  command.textContent = command.dataset.command.replace("choices.json", name);
  say("");
  return dialog.showModal();
};

// A choice that has been applied since is dropped, or else it would come back when another one replaces it.
const read = (isApplied) => {
  const kept = recall("localStorage", "choices") ?? [];
  waiting.clear();
  for (const [slug, picture] of kept) if (!isApplied(slug, picture)) waiting.set(slug, picture);
  if (waiting.size < kept.length) keep("localStorage", "choices", [...waiting]);
};

const start = (isApplied) => {
  read(isApplied);
  addEventListener("storage", (event) => { // The same batch in another tab of this browser.
    if (event.key !== `choices:${batch}`) return;
    read(isApplied);
    changed(posts);
  });
};

export const browserChoices = { waiting, choose, undo, start, undoable: () => undoable.length > 0 };
