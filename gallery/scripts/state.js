// What outlives a reload: in the browser's storage, or where a page may not use it, with this tab's entry in the history.
import { batch } from "./posts.js";

// Returns whether the storage took it: what only the tab knows is lost with the tab.
export const keep = (area, name, value) => {
  const key = `${name}:${batch}`;
  const { [key]: old, ...others } = history.state ?? {};
  try {
    window[area].setItem(key, JSON.stringify(value));
    if (old !== undefined) history.replaceState(others, "");
    return true;
  } catch {
    history.replaceState({ ...others, [key]: value }, "");
    return false;
  }
};

export const recall = (area, name) => {
  const key = `${name}:${batch}`;
  try {
    return history.state?.[key] ?? JSON.parse(window[area].getItem(key));
  } catch {
    return null;
  }
};
