// Search and filters. Nothing ticked among the models, or among the statuses, means all of them.
const tools = document.querySelector(".tools");
const search = tools.querySelector("[type=search]");
const dense = tools.querySelector("[name=dense]");
const undecided = tools.querySelector("[name=undecided]");
const comparable = (text) => text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase();
for (const post of posts) {
  post.words = comparable(`${post.title} ${post.slug ?? ""}`);
  post.shown = true;
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
      const hidden = !(model(card.dataset.model) && status(card.dataset.status));
      if (card.hidden !== hidden) {
        card.hidden = hidden;
        post.section.classList.remove("laid-out");
      }
      if (!hidden) post.cardsShown += 1;
    }
  }
};

const filterPosts = () => {
  const words = comparable(search.value).split(/\s+/).filter(Boolean);
  let pictures = 0;
  let shown = 0;
  let columns = 1;
  let returned = false;
  for (const post of posts) {
    const matches = words.every((word) => post.words.includes(word));
    const show = post.cardsShown > 0 && matches && !(undecided?.checked && isDecided(post));
    if (show) {
      shown += 1;
      pictures += post.cardsShown;
      columns = Math.max(columns, post.cardsShown);
    }
    if (show === post.shown) continue;
    post.shown = show;
    post.section.hidden = !show;
    // Laid out again only when it comes near the window, or else a search would wait for all of them.
    if (show) post.section.classList.remove("laid-out");
    returned ||= show;
  }
  if (returned) layOut();
  main.dataset.columns = Math.min(columns, 6); // A filter leaves no empty column.
  main.querySelector(".nothing").hidden = shown > 0;
  const all = posts.reduce((sum, post) => sum + post.cards.length, 0);
  tools.querySelector(".showing").textContent =
    pictures === all ? "" : `${pictures.toLocaleString("en")} of ${all.toLocaleString("en")} pictures`;
};

const filterAll = () => {
  filterCards();
  filterPosts();
  layOut();
};

const showDense = () => {
  for (const post of posts) post.section.classList.remove("laid-out");
  main.toggleAttribute("data-dense", dense.checked);
  layOut();
};

const clearFilters = () => {
  search.value = "";
  for (const box of tools.querySelectorAll(":checked:not([name=dense])")) box.checked = false;
  filterAll();
  search.focus();
};

dense.checked = main.dataset.dense !== undefined;
search.addEventListener("input", filterPosts);
tools.addEventListener("change", (event) => {
  if (event.target === dense) showDense();
  else if (event.target !== search) filterAll();
});
tools.hidden = false;
if (tools.querySelector(":checked:not([name=dense])")) filterAll(); // A browser may restore what was ticked.

// What is scrolled to comes between the bars.
new ResizeObserver(() => {
  document.documentElement.style.scrollPaddingBlock =
    `${tools.offsetHeight + 8}px ${(document.querySelector(".choices")?.offsetHeight ?? 0) + 8}px`;
}).observe(tools);
