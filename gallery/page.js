"use strict";

// The page opens with the rows near the window alone laid out; the others follow in steps, between which it answers.
// Left as they are, a first press of Tab would lay out each by itself to look for links: 5 s for 10,000 pictures.
{
  const rows = document.querySelectorAll("main section");
  let next = 0;
  const layOut = () => {
    for (const end = next + 500; next < end && next < rows.length; next += 1) rows[next].classList.add("laid-out");
    if (next < rows.length) requestAnimationFrame(() => setTimeout(layOut));
  };
  addEventListener("load", () => setTimeout(layOut, 250)); // The first pictures come first.
}

// Filters: nothing chosen among the models, or among the statuses, means all of them.
{
  const filters = document.querySelector(".filters");
  const told = filters.querySelector("[role=status]");
  const items = [...document.querySelectorAll("main li")];

  const chosen = (name) => {
    const values = [...filters.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
    return (value) => !values.length || values.includes(value);
  };

  const apply = () => {
    const model = chosen("model");
    const status = chosen("status");
    let shown = 0;
    const rows = new Set();
    for (const item of items) {
      item.hidden = !(model(item.dataset.model) && status(item.dataset.status));
      if (!item.hidden) {
        shown += 1;
        rows.add(item.closest("section"));
      }
    }
    for (const row of document.querySelectorAll("main section")) row.hidden = !rows.has(row);
    told.textContent = shown === items.length ? "" : `Showing ${shown} of ${items.length}`;
  };

  filters.addEventListener("change", apply);
  filters.hidden = !filters.querySelector("input");
  if (filters.querySelector(":checked")) apply(); // A browser may restore what was chosen before a reload.
}

// Enlarging: over the pictures that the filters show. Without this, their links open them.
{
  const dialog = document.querySelector("dialog");
  const part = (selector) => dialog.querySelector(selector);
  let links = [];
  let current = 0;

  const show = (number) => {
    current = (number + links.length) % links.length;
    const item = links[current].closest("li");
    const picture = item.querySelector("img");
    part("img").src = picture.src;
    part("img").alt = picture.alt;
    part("h2").textContent = item.closest("section").querySelector("h2").textContent;
    part(".model").replaceChildren(...item.querySelector(".model").cloneNode(true).childNodes);
    part(".how").textContent = item.querySelector(".model + p").textContent;
    part(".controls span").textContent = `${current + 1} of ${links.length}`;
  };

  document.querySelector("main").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    links = [...document.querySelectorAll("main li:not([hidden]) > a")];
    show(links.indexOf(link));
    dialog.showModal();
  });

  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (event.target === dialog || button?.value === "close") dialog.close();
    else if (button) show(current + Number(button.value));
  });

  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(current + step);
  });

  // Back to the picture that was looked at last, which need not be the one that was opened.
  dialog.addEventListener("close", () => {
    part("img").removeAttribute("src");
    links[current].focus();
  });
}
