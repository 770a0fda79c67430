// The posts of the page: one object for each, so that key presses and searches need not query the document.
export const main = document.querySelector("main");
export const batch = main.dataset.batch;
export const models = JSON.parse(main.dataset.models);

const partsOf = (section) => {
  const heading = section.querySelector("h2");
  const cards = [...section.querySelectorAll("li")];
  return { section, heading, title: heading.textContent, slug: section.dataset.slug, cards, equipped: false };
};

// `matches` says whether search and filters show the post, `cardsShown` how many of its cards they show.
export const posts = [...main.querySelectorAll("section")].map((section, number) => {
  const parts = partsOf(section);
  return { ...parts, number, matches: true, cardsShown: parts.cards.length };
});
const bySection = new Map(posts.map((post) => [post.section, post]));

export const postOf = (section) => bySection.get(section);
export const idOf = (post) => post.slug ?? post.title;
export const postNamed = (id) => posts.find((post) => idOf(post) === id);
export const modelOf = (card) => models[card.dataset.model];
export const picturesOf = (post) => post.cards.filter((card) => card.dataset.key);
// What a choice is of: the picture, whatever title is set on it now, if its original is known.
export const identityOf = ({ dataset: { original, key } }) => original ?? key;
export const pictureOf = (card) => {
  const { key, original, variation } = card.dataset;
  const picture = { model: modelOf(card), variation: Number(variation ?? 0), thumbnail: key };
  return original ? { ...picture, original } : picture;
};
export const choosable = (post) => post.slug !== undefined && picturesOf(post).length > 0;

export const nextPost = (post, step, wanted = () => true) => {
  for (let number = post.number + step; posts[number]; number += step) {
    if (posts[number].matches && wanted(posts[number])) return posts[number];
  }
  return undefined;
};

// What depends on posts draws itself again when they change, in the order of the modules.
const listeners = [];
export const onChange = (listener) => listeners.push(listener);
export const changed = (those) => {
  for (const listener of listeners) listener(those);
};

const replaceSection = (post, section) => {
  const focused = post.section.contains(document.activeElement);
  section.hidden = post.section.hidden;
  if (post.section.ariaCurrent) section.ariaCurrent = post.section.ariaCurrent;
  bySection.delete(post.section);
  post.section.replaceWith(section);
  bySection.set(section, Object.assign(post, partsOf(section)));
  if (focused) post.heading.focus({ preventScroll: true });
};

// Takes over the sections (HTML by slug) that a server has drawn anew, and returns their posts.
export const replacePosts = (sections) => {
  const parsed = document.createElement("template");
  const replaced = posts.filter((post) => Object.hasOwn(sections, post.slug ?? ""));
  for (const post of replaced) {
    parsed.innerHTML = sections[post.slug];
    replaceSection(post, parsed.content.querySelector("section"));
  }
  return replaced;
};
