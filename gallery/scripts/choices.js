// Choices by slug, until they are saved and applied: once a choice is the post's cover, it is dropped. One whose picture
// is not on the page, as it was made with another template, counts for nothing until the picture is there again.
const choosing = main.dataset.choosing !== undefined;
const choices = new Map();
const undoable = [];

const coverOf = (post) => ("decided" in post.section.dataset ? post.section.dataset.cover : undefined);
const pickedOf = (post) => post.cards.find((card) => card.dataset.key && card.dataset.key === choices.get(post.slug));
const chosenOf = (post) => pickedOf(post)?.dataset.key ?? coverOf(post);
const isDecided = (post) => choosable(post) && chosenOf(post) !== undefined;

const drawChoice = (post) => {
  const chosen = choosable(post) ? chosenOf(post) : undefined;
  for (const card of post.cards) {
    if (!card.dataset.key) continue;
    const pressed = card.dataset.key === chosen;
    card.toggleAttribute("data-chosen", pressed);
    card.querySelector(".choose")?.setAttribute("aria-pressed", pressed);
  }
  post.section.toggleAttribute("data-changed", Boolean(pickedOf(post)));
};

const unsaved = () =>
  posts.flatMap((post) => {
    const card = pickedOf(post);
    return card ? [{ slug: post.slug, title: post.title, model: modelOf(card), thumbnail: card.dataset.key }] : [];
  });

const decidedCount = () => posts.filter(isDecided).length;
const tallyOf = () =>
  `${decidedCount().toLocaleString("en")} of ${posts.filter(choosable).length.toLocaleString("en")} chosen`;

const drawTally = () => {
  const all = posts.filter(choosable).length;
  const decided = decidedCount();
  const waiting = unsaved().length;
  const bar = document.querySelector(".choices");
  bar.querySelector("b").textContent = tallyOf();
  bar.querySelector("progress").max = all;
  bar.querySelector("progress").value = decided;
  bar.querySelector("[value=save]").disabled = !waiting;
  bar.querySelector("[value=save]").textContent =
    waiting ? `Save ${waiting.toLocaleString("en")} ${waiting === 1 ? "choice" : "choices"}` : "Save choices";
  bar.querySelector("[value=undo]").disabled = !undoable.length;
  document.querySelector(".tools [name=undecided] + span b").textContent = (all - decided).toLocaleString("en");
};

const setChoice = (post, key) => {
  if (key === undefined) choices.delete(post.slug);
  else choices.set(post.slug, key);
  document.querySelector(".unkept").hidden = keep("localStorage", "choices", [...choices]);
  drawChoice(post);
  drawTally();
};

// Choosing a picture again removes the choice.
const choose = (post, card) => {
  const before = choices.get(post.slug);
  const { key } = card.dataset;
  undoable.push([post, before]);
  setChoice(post, key === before || key === coverOf(post) ? undefined : key);
  return key !== before;
};

const undo = () => {
  if (!undoable.length) return undefined;
  const [post, before] = undoable.pop();
  setChoice(post, before);
  return post;
};

const saveChoices = () => {
  const list = unsaved();
  if (!list.length) return say("There are no choices to save.");
  const text = JSON.stringify({ version: 1, batch_id: batch, choices: list }, null, 2);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  // A new name each time: browsers rename a second file of the same name, and the command would apply the first again.
  link.download = `choices-${new Date().toISOString().slice(0, 19).replace(/\D/g, "-")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  const dialog = document.querySelector("dialog.saved");
  const command = dialog.querySelector(".command code");
  dialog.querySelector("b").textContent = list.length === 1 ? "1 choice is" : `${list.length} choices are`;
  dialog.querySelector("p code").textContent = link.download;
  command.textContent = command.dataset.command.replace("choices.json", link.download);
  say("");
  return dialog.showModal();
};

const readChoices = () => {
  choices.clear();
  const slugs = new Map(posts.map((post) => [post.slug, post]));
  const kept = recall("localStorage", "choices") ?? [];
  for (const [slug, key] of kept) {
    const post = slugs.get(slug);
    if (!post || coverOf(post) !== key) choices.set(slug, key);
  }
  // Or else an applied choice would come back when another one replaces it.
  if (choices.size < kept.length) keep("localStorage", "choices", [...choices]);
};

if (choosing) {
  readChoices();
  posts.forEach(drawChoice);
  drawTally();
  document.querySelector(".choices").hidden = false;
  // The same batch in another tab of this browser.
  addEventListener("storage", (event) => {
    if (event.key !== `choices:${batch}`) return;
    readChoices();
    posts.forEach(drawChoice);
    drawTally();
  });
}
