// The page opens with the rows near the window alone laid out; the others follow in steps, between which it answers.
// Left as they are, a first press of Tab would lay out each by itself to look for links: 5 s for 10,000 pictures.
const cardControls = document.querySelector("#card-controls").content;
const postControls = document.querySelector("#post-controls").content;

// What 10,000 pictures would have 10,000 times is made for those that come near the window.
const controlsFor = (card) => {
  const controls = cardControls.cloneNode(true);
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
  if (location.protocol === "file:") {
    // No browser downloads from a disk: the picture is a file there already.
    download.removeAttribute("download");
    download.target = "_blank";
    download.textContent = "Open file";
  }
  download.setAttribute("aria-label", `${download.textContent}, ${model}`);
  controls.querySelector("details p").textContent = card.dataset.facts;
  return controls;
};

const equip = (post) => {
  if (post.equipped) return;
  post.equipped = true;
  for (const card of post.cards) if (card.dataset.key) card.append(controlsFor(card));
  if (post.section.dataset.address) post.section.querySelector(".post").append(postControls.cloneNode(true));
};

// The first post that begins below the bar, or else the last that is there.
const postInSight = () => {
  const below = document.querySelector(".tools").getBoundingClientRect().bottom;
  const shown = posts.filter((post) => !post.section.hidden);
  return shown.find((post) => post.section.getBoundingClientRect().top >= below) ?? shown.at(-1);
};

const topOf = (post) => post.section.getBoundingClientRect().top;

// Rows above the window change their height when they are laid out: what is in sight stays where it is.
const keepingPlace = (change) => {
  const post = scrollY > 0 ? postInSight() : undefined;
  const before = post && topOf(post);
  change();
  if (post) scrollBy({ top: topOf(post) - before, behavior: "instant" });
};

const layOut = (() => {
  let next = posts.length;
  const step = () => {
    const rows = posts.slice(next, next + 125);
    next += rows.length;
    keepingPlace(() => {
      for (const post of rows) post.section.classList.add("laid-out");
    });
    if (next < posts.length) requestAnimationFrame(() => setTimeout(step));
  };
  return () => {
    const idle = next === posts.length;
    next = 0;
    if (idle) setTimeout(step, 250); // What is in sight comes first.
  };
})();

const nearing = new IntersectionObserver(
  (entries) => {
    const near = entries.filter((entry) => entry.isIntersecting).map((entry) => postOf.get(entry.target));
    for (const post of near) nearing.unobserve(post.section);
    if (near.length) keepingPlace(() => near.forEach(equip));
  },
  { rootMargin: "100%" },
);
for (const post of posts) nearing.observe(post.section);
addEventListener("load", layOut);
