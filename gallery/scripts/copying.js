import { say } from "./saying.js";

// A bucket on plain HTTP is not a secure context, so navigator.clipboard is missing there; this works everywhere.
export const copy = (text, button, done) => {
  const field = document.createElement("textarea");
  field.className = "unseen";
  field.value = text;
  button.after(field); // Inside an open dialog, because nothing outside it can be selected.
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  button.focus();
  say(copied ? done : `This browser does not allow copying. Copy it from here: ${text}`);
};

const attribute = (text) => text.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);

const linesFor = (post) => {
  const { address, cover } = post.section.dataset;
  const card = post.cards.find((each) => each.dataset.key === cover);
  const { alt } = (card ?? post.section).querySelector("img"); // Without a card, the cover is beside the title.
  const lines = [
    ["og:image", address],
    ["og:image:width", 1200],
    ["og:image:height", 630],
    ["og:image:alt", alt],
  ].map(([property, content]) => `<meta property="${property}" content="${attribute(String(content))}">\n`);
  return `${lines.join("")}<meta name="twitter:card" content="summary_large_image">\n`;
};

export const copyAddress = (card, button) => copy(card.querySelector("a").href, button, "Address copied.");

export const copyLines = (post, button) =>
  copy(
    linesFor(post),
    button,
    post.section.dataset.address.startsWith("https://example.com/")
      ? "Lines copied. This store is not public: replace https://example.com with your site."
      : "Lines copied.",
  );
