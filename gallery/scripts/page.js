"use strict";

const main = document.querySelector("main");
const batch = main.dataset.batch;
const models = JSON.parse(main.dataset.models);

// One object per post, so that neither a key press nor a search has to ask the document for it.
const posts = [...main.querySelectorAll("section")].map((section, number) => {
  const heading = section.querySelector("h2");
  return {
    number,
    section,
    heading,
    title: heading.textContent,
    slug: section.dataset.slug,
    cards: [...section.querySelectorAll("li")],
    matches: true, // What is searched and filtered for.
  };
});
const postOf = new Map(posts.map((post) => [post.section, post]));
const modelOf = (card) => models[card.dataset.model];
const brief = (text) => (text.length > 60 ? `${text.slice(0, 59)}\u2026` : text);
const choosable = (post) => post.slug !== undefined;

// A browser may forbid a page to keep anything. Whoever asks is told so by `false`.
const keep = (area, name, value) => {
  try {
    window[area].setItem(`${name}:${batch}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};
const recall = (area, name) => {
  try {
    return JSON.parse(window[area].getItem(`${name}:${batch}`));
  } catch {
    return null;
  }
};

// What has just happened, for the eye and for a screen reader: in an open dialog too, beside which all is silent.
let fading;
const say = (text) => {
  for (const place of document.querySelectorAll(".said")) place.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => {
    for (const place of document.querySelectorAll(".said")) place.textContent = "";
  }, 6000);
};
