// The page opens with the rows near the window alone laid out; the others follow in steps, between which it answers.
// Left as they are, a first press of Tab would lay out each by itself to look for links: 5 s for 10,000 pictures.
const cardControls = document.querySelector("#card-controls").content;
const postControls = document.querySelector("#post-controls").content;

// Buttons come with the rows: 10,000 pictures would make a page of them alone.
const controlsFor = (card) => {
  const controls = cardControls.cloneNode(true).firstElementChild;
  const model = modelOf(card);
  const choose = controls.querySelector(".choose");
  if (choosable(postOf.get(card.closest("section")))) {
    choose.querySelector("kbd").textContent = Number(card.dataset.model) + 1;
    choose.setAttribute("aria-label", `Choose ${model}`);
    choose.setAttribute("aria-pressed", card.dataset.chosen !== undefined);
  } else choose.remove();
  controls.querySelector("[value=address]").setAttribute("aria-label", `Copy address, ${model}`);
  const download = controls.querySelector("a");
  download.href = card.querySelector("a").href;
  download.download = `${postOf.get(card.closest("section")).slug ?? "thumbnail"}-${model}.jpg`;
  download.setAttribute("aria-label", `Download, ${model}`);
  return controls;
};

const equip = (post) => {
  if (post.equipped) return;
  post.equipped = true;
  for (const card of post.cards) if (card.dataset.key) card.querySelector(".model").after(controlsFor(card));
  if (post.section.dataset.address) post.section.querySelector(".post").append(postControls.cloneNode(true));
};

const layOut = (() => {
  let next = posts.length;
  const step = () => {
    for (const end = next + 500; next < end && next < posts.length; next += 1) {
      equip(posts[next]);
      posts[next].section.classList.add("laid-out");
    }
    if (next < posts.length) requestAnimationFrame(() => setTimeout(step));
  };
  return () => {
    const idle = next === posts.length;
    next = 0;
    if (idle) setTimeout(step, 250); // What is in sight comes first.
  };
})();

posts.slice(0, 20).forEach(equip);
addEventListener("load", layOut);
