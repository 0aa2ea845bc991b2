/* Building the page. Text only ever enters as text nodes: data and templates are other people's words. */

/** An element with attributes, listeners (`onclick`) and children (elements, text, or null). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => ![null, undefined, false, ""].includes(child)));
  return element;
}

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Scroll `box` as far as it takes to show `item`. After scrollIntoView, Chromium's Tab key would go on from there. */
export function reveal(item, box) {
  if (!item) return;
  const inner = item.getBoundingClientRect();
  const outer = box.getBoundingClientRect();
  box.scrollTop += Math.min(0, inner.top - outer.top) + Math.max(0, inner.bottom - outer.bottom);
  box.scrollLeft += Math.min(0, inner.left - outer.left) + Math.max(0, inner.right - outer.right);
}

/** Call `action` once things have been quiet for `wait` milliseconds. */
export function debounced(action, wait) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), wait);
  };
}

/** The counts of errors and warnings, as the server draws them. */
export function badges(counts) {
  if (!counts) return [h("span", { class: "badge pending", title: "The checks are running" }, "…")];
  const of = (kind, count) =>
    h("span", { class: `badge ${kind}` }, String(count),
      h("span", { class: "visually-hidden" }, ` ${kind}${count === 1 ? "" : "s"}`));
  const found = ["error", "warning"].filter((kind) => counts[kind]).map((kind) => of(kind, counts[kind]));
  return found.length ? found : [h("span", { class: "badge ok", title: "No findings" }, "✓")];
}

/** Press one button of a group. */
export function press(group, chosen) {
  for (const button of $$("button", group)) button.setAttribute("aria-pressed", String(button === chosen));
}

/** The value after `value`, or `step` places on; after the last comes the first. */
export const following = (values, value, step = 1) => values[(values.indexOf(value) + step + values.length) % values.length];
