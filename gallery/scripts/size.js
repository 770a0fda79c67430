// How large the pictures are, from many posts at a glance to one picture in the window's width.
import { keepingPost, tools } from "./filters.js";
import { main } from "./posts.js";
import { keep, recall } from "./state.js";

const slider = tools.querySelector("[name=size]");
// From these widths in rem on, there is room for a model's name, and for all that can be done with a picture.
const MEDIUM = 11;
const LARGE = 17;

const draw = () => {
  const size = Number(slider.value);
  main.style.setProperty("--size", `${size}rem`);
  main.dataset.band = size < MEDIUM ? "small" : size < LARGE ? "medium" : "large";
};

const setSize = () => {
  keepingPost(draw);
  keep("localStorage", "size", slider.value);
};

export const resize = (step) => {
  slider.value = Number(slider.value) + step * 3;
  setSize();
};

slider.addEventListener("input", setSize);
slider.value = recall("localStorage", "size") ?? slider.value;
draw();
