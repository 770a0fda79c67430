// Search and filters. With no model ticked, all are shown; the same holds for statuses.
const tools = document.querySelector(".tools");
const search = tools.querySelector("[type=search]");
const dense = tools.querySelector("[name=dense]");
const undecided = tools.querySelector("[name=undecided]");
const comparable = (text) => text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase();
for (const post of posts) {
  post.words = comparable(`${post.title} ${post.slug ?? ""}`);
  post.cardsShown = post.cards.length;
}

const ticked = (name) => {
  const values = [...tools.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
  return (value) => !values.length || values.includes(value);
};

const filterCards = () => {
  const model = ticked("model");
  const status = ticked("status");
  for (const post of posts) {
    post.cardsShown = 0;
    for (const card of post.cards) {
      card.hidden = !(model(card.dataset.model) && status(card.dataset.status));
      if (!card.hidden) post.cardsShown += 1;
    }
  }
};

const filterPosts = (through) => {
  const words = comparable(search.value).split(/\s+/).filter(Boolean);
  let pictures = 0;
  let shown = 0;
  let columns = 1;
  for (const post of posts) {
    const found = words.every((word) => post.words.includes(word));
    post.matches = found && post.cardsShown > 0 && !(undecided?.checked && isDecided(post));
    if (!post.matches) continue;
    shown += 1;
    pictures += post.cardsShown;
    columns = Math.max(columns, post.cardsShown);
  }
  showRows(through);
  main.dataset.columns = Math.min(columns, 6); // A filter leaves no empty column.
  main.querySelector(".nothing").hidden = shown > 0;
  const all = posts.reduce((sum, post) => sum + post.cards.length, 0);
  tools.querySelector(".showing").textContent =
    pictures === all ? "" : `${pictures.toLocaleString("en")} of ${all.toLocaleString("en")} pictures`;
};

// The reader stays at the same post, if it still matches.
const keepingPost = (change) => {
  const post = scrollY > 0 ? postInSight() : undefined;
  change(post?.number);
  if (post?.matches) post.section.scrollIntoView();
};

const filterAll = () =>
  keepingPost((through) => {
    filterCards();
    filterPosts(through);
  });

const showDense = () => keepingPost(() => main.toggleAttribute("data-dense", dense.checked));

// Results start at the top.
const searchAgain = () => {
  most = STEP;
  filterPosts();
  if (main.getBoundingClientRect().top < 0) main.scrollIntoView();
};

const clearFilters = () => {
  search.value = "";
  for (const box of tools.querySelectorAll(":checked:not([name=dense])")) box.checked = false;
  filterAll();
  search.focus();
};

dense.checked = main.dataset.dense !== undefined;
search.addEventListener("input", searchAgain);
tools.addEventListener("change", (event) => {
  if (event.target === dense) showDense();
  else if (event.target !== search) filterAll();
});
tools.hidden = false;
filterCards(); // A browser may restore what was ticked.
filterPosts();
main.dataset.live = "";

// Keeps what is scrolled to clear of the bars.
new ResizeObserver(() => {
  document.documentElement.style.scrollPaddingBlock =
    `${tools.offsetHeight + 8}px ${(document.querySelector(".choices")?.offsetHeight ?? 0) + 8}px`;
}).observe(tools);
