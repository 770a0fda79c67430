// Which picture is each post's cover, which is chosen, and which posts need a decision. `keeper` is the seam: it keeps a
// choice in this browser, or has a server apply it.
import { browserChoices } from "./browser_choices.js";
import { isLive, liveChoices } from "./live_choices.js";
import { changed, choosable, identityOf, main, onChange, picturesOf, postNamed, posts } from "./posts.js";
import { counted } from "./saying.js";

const keeper = isLive ? liveChoices : browserChoices;
export const choosing = main.dataset.choosing !== undefined;

const pickedOf = (post) => picturesOf(post).find((card) => identityOf(card) === keeper.waiting.get(post.slug));
const appliedOf = (post) => ("decided" in post.section.dataset ? post.section.dataset.cover : undefined);
const isOlder = (post) => "older" in post.section.dataset;
// Whether a person's choice made this picture the cover, in the look that the page shows.
const isCoverAsShown = (post, picture) => {
  const applied = appliedOf(post);
  const card = picturesOf(post).find((each) => each.dataset.key === applied);
  return applied !== undefined && !isOlder(post) && (card ? identityOf(card) : applied) === picture;
};
const chosenOf = (post) => pickedOf(post)?.dataset.key ?? appliedOf(post);
const hasCover = (post) => "covered" in post.section.dataset;
const isDecided = (post) => Boolean(pickedOf(post)) || "decided" in post.section.dataset;

// How many pictures the post could show: those on the page, and its cover, if that is none of them.
const optionsOf = (post) => {
  const { cover } = post.section.dataset;
  const pictures = picturesOf(post);
  return pictures.length + (cover && !pictures.some((card) => card.dataset.key === cover) ? 1 : 0);
};

export const needsDecision = (post) =>
  choosable(post) && !isDecided(post) && (optionsOf(post) > 1 || !hasCover(post));
// The only picture of a post that shows it already leaves nothing to choose.
export const offersChoice = (post) =>
  choosable(post) && (optionsOf(post) > 1 || !hasCover(post) || isOlder(post));

export const choose = (post, card) => {
  const isCover = isCoverAsShown(post, identityOf(card));
  const picked = pickedOf(post);
  if (picked ? card !== picked : !isCover) keeper.choose(post, card, isCover);
};
export const undo = () => keeper.undo();

export const drawPressed = (button, pressed) => {
  button.setAttribute("aria-pressed", pressed);
  button.querySelector("span").textContent = pressed ? "Chosen" : "Choose";
};

export const drawChoice = (post) => {
  const chosen = choosable(post) ? chosenOf(post) : undefined;
  for (const card of picturesOf(post)) {
    const pressed = card.dataset.key === chosen;
    card.toggleAttribute("data-chosen", pressed);
    const button = card.querySelector(".choose");
    if (button) drawPressed(button, pressed);
  }
};

const withCovers = (named) => {
  const all = named.length;
  const covered = named.filter((post) => hasCover(post) || pickedOf(post)).length;
  const without = named.filter((post) => !picturesOf(post).length).length;
  if (covered === all) return all === 1 ? "The post has a cover" : `All ${all.toLocaleString("en")} posts have a cover`;
  const words = `${covered.toLocaleString("en")} of ${counted(all, "post has", "posts have")} a cover`;
  if (main.dataset.unfinished) return `${words} so far`;
  return without ? `${words}, ${counted(without, "has", "have")} no picture` : words;
};

export const tallyOf = () => {
  const named = posts.filter((post) => post.slug !== undefined);
  const [chosen, older] = [named.filter(isDecided).length, named.filter(isOlder).length];
  const words = [withCovers(named)];
  if (chosen) words.push(`${chosen.toLocaleString("en")} chosen by you`);
  if (older) words.push(`${counted(older, "shows", "show")} an older look`);
  const isDone = words.length === 1 && !main.dataset.unfinished && !posts.some(needsDecision);
  return isDone ? `${words[0]}. Nothing needs doing.` : words.join("; ");
};

const drawTally = () => {
  const bar = document.querySelector(".choices");
  const save = bar.querySelector("[value=save]");
  const waiting = posts.filter(pickedOf).length;
  bar.querySelector("b").textContent = tallyOf();
  bar.querySelector("[value=undo]").disabled = !keeper.undoable();
  bar.toggleAttribute("data-idle", !waiting && !keeper.undoable() && !posts.some(offersChoice));
  document.querySelector(".tools [name=undecided]").closest("label").hidden = !posts.some(offersChoice);
  if (!save) return;
  save.disabled = !waiting;
  save.textContent = waiting ? `Save ${counted(waiting, "choice", "choices")}` : "Save choices";
};

if (choosing) {
  keeper.start((slug, picture) => {
    const post = postNamed(slug);
    return post !== undefined && isCoverAsShown(post, picture);
  });
  onChange((those) => {
    those.forEach(drawChoice);
    drawTally();
  });
  changed(posts);
  document.querySelector(".choices").hidden = false;
}
