// The page shows its first hundred matching pictures, and more as the reader nears the end. So a search takes as long
// as what it shows, however many pictures there are: hidden rows are not laid out.
const cardControls = document.querySelector("#card-controls").content;
const postControls = document.querySelector("#post-controls").content;

// Buttons are made only for the pictures that are shown.
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
    // Browsers do not download from a disk, where the picture is a file already.
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

// The first post that begins below the bar, or else the last one.
const postInSight = () => {
  const below = document.querySelector(".tools").getBoundingClientRect().bottom;
  const shown = posts.filter((post) => !post.section.hidden);
  return shown.find((post) => topOf(post) > below - 8) ?? shown.at(-1);
};

const topOf = (post) => post.section.getBoundingClientRect().top;

const STEP = 100; // Pictures.
const rest = main.querySelector(".rest");
let most = STEP;
let shownRows = new Set(posts);

// Shows the first matching posts, up to `most` pictures, and further to the post with the number `through`.
const showRows = (through = -1) => {
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

const showMore = () => {
  most += STEP;
  showRows();
};

const nearingEnd = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && showMore(), { rootMargin: "150%" });
