"use strict";

const main = document.querySelector("main");
const batch = main.dataset.batch;
const models = JSON.parse(main.dataset.models);

// One object per post, so that key presses and searches need not query the document.
const posts = [...main.querySelectorAll("section")].map((section, number) => {
  const heading = section.querySelector("h2");
  return {
    number,
    section,
    heading,
    title: heading.textContent,
    slug: section.dataset.slug,
    cards: [...section.querySelectorAll("li")],
    matches: true, // The search and the filters.
  };
});
const postOf = new Map(posts.map((post) => [post.section, post]));
const modelOf = (card) => models[card.dataset.model];
const brief = (text) => (text.length > 60 ? `${text.slice(0, 59)}\u2026` : text);
const choosable = (post) => post.slug !== undefined;

// Returns false where the browser forbids a page to store anything.
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

// Announces what has just happened, in an open dialog too: screen readers ignore everything outside it.
let fading;
const say = (text) => {
  for (const place of document.querySelectorAll(".said")) place.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => {
    for (const place of document.querySelectorAll(".said")) place.textContent = "";
  }, 6000);
};
