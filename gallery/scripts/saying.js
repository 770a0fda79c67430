// Says what has just happened, in an open dialog too: screen readers ignore everything outside it.
let fading;

const write = (text) => {
  for (const place of document.querySelectorAll(".said")) place.textContent = text;
};

export const say = (text) => {
  write(text);
  clearTimeout(fading);
  fading = setTimeout(() => write(""), 6000);
};

export const brief = (text) => `\u2068${text.length > 60 ? `${text.slice(0, 59)}\u2026` : text}\u2069`;
export const counted = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
