// Compares one post's pictures, large and side by side, four at a time.
const compare = document.querySelector("dialog.compare");
const comparing = { post: undefined, first: 0, cards: new Map() };
const AT_ONCE = 4;

const candidatesOf = (post) => post.cards.filter((card) => card.dataset.key && !card.hidden);

const figureOf = (card) => {
  const figure = document.createElement("figure");
  const enlarge = document.createElement("button");
  const picture = document.createElement("img");
  const caption = document.createElement("figcaption");
  const original = card.querySelector("img");
  picture.src = original.src;
  picture.alt = original.alt;
  enlarge.type = "button";
  enlarge.value = "alone";
  enlarge.className = "enlarge";
  enlarge.setAttribute("aria-pressed", "false");
  enlarge.append(picture);
  caption.append(card.querySelector(".model").cloneNode(true), controlsFor(card).querySelector(".controls"));
  figure.append(enlarge, caption);
  figure.toggleAttribute("data-chosen", card.dataset.chosen !== undefined);
  comparing.cards.set(figure, card);
  return figure;
};

const drawComparison = () => {
  const { post } = comparing;
  const candidates = candidatesOf(post);
  const page = candidates.slice(comparing.first, comparing.first + AT_ONCE);
  const place = compare.querySelector(".candidates");
  comparing.cards.clear();
  place.replaceChildren(...page.map(figureOf));
  place.dataset.count = page.length;
  if (!page.length) place.textContent = "This post has no picture to compare.";
  place.removeAttribute("data-alone");
  compare.querySelector("bdi").textContent = post.title;
  const shown = posts.filter((each) => each.matches);
  const where = [`Post ${shown.indexOf(post) + 1} of ${shown.length}`];
  if (!post.matches) where[0] = "Chosen";
  if (post.section.querySelector(".variation")) where.push(post.section.querySelector(".variation").textContent);
  if (candidates.length > AT_ONCE) {
    where.push(`pictures ${comparing.first + 1} to ${comparing.first + page.length} of ${candidates.length}`);
  }
  compare.querySelector(".where").textContent = where.join(" \u00b7 ");
  compare.querySelector("[value=more]").hidden = candidates.length <= AT_ONCE;
  compare.querySelector(".lines")?.remove();
  if (post.section.dataset.address) {
    const lines = postControls.cloneNode(true).firstElementChild;
    lines.classList.add("lines");
    compare.querySelector("[value=more]").after(lines);
  }
};

const openComparison = (post, card) => {
  const at = candidatesOf(post).indexOf(card);
  comparing.post = post;
  comparing.first = at < 0 ? 0 : at - (at % AT_ONCE);
  drawComparison();
  if (!compare.open) {
    comparing.opener = document.activeElement;
    compare.showModal();
  }
  compare.querySelector("h2").focus();
  // The next post's pictures are loaded before they are needed.
  const after = nextPost(post, 1);
  for (const next of after ? candidatesOf(after).slice(0, AT_ONCE) : []) new Image().src = next.querySelector("img").src;
};

const moreCandidates = () => {
  const all = candidatesOf(comparing.post).length;
  comparing.first = comparing.first + AT_ONCE < all ? comparing.first + AT_ONCE : 0;
  drawComparison();
};

// Shows one picture alone, or all again.
const toggleAlone = (figure) => {
  const place = compare.querySelector(".candidates");
  const alone = place.dataset.alone === undefined;
  place.toggleAttribute("data-alone", alone);
  for (const each of comparing.cards.keys()) each.hidden = alone && each !== figure;
  figure.querySelector(".enlarge").setAttribute("aria-pressed", alone);
};

compare.addEventListener("close", () => {
  compare.querySelector(".candidates").replaceChildren();
  const { post, opener } = comparing;
  goTo(post.matches ? post : nextPost(post, 1) ?? post);
  if (post.matches && post.section.contains(opener)) opener.focus({ preventScroll: true });
});
