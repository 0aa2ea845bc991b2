/* The review of screenshots, in parts that are loaded in order and share this one name.

   They are classic scripts because the report holds them within itself, where modules cannot find each other. */
const Review = {};

Review.dom = (() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);

  /** An element with attributes, listeners and children; text only ever enters as text. */
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "class") element.className = value;
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  /** A line above the review; an empty one goes away. */
  function say(text, bad = false) {
    const note = $("#note");
    note.textContent = text;
    note.hidden = !text;
    note.classList.toggle("bad", bad);
  }

  /** A dialog over the page, gone when it is closed; `title` is the id of its heading. */
  function showDialog(content, title) {
    const dialog = h("dialog", { class: "review-dialog", "aria-labelledby": title }, content);
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    return dialog;
  }

  /** Whoever goes by Tab stays on the button pressed, though it is drawn anew; in the list, on the open snapshot. */
  function keepingFocus(act) {
    const active = document.activeElement;
    const group = active?.matches(":focus-visible") ? active.closest("#filters, #list, #modes, #regions, #zoom, #decide") : null;
    const at = group ? [...group.querySelectorAll("button")].indexOf(active) : -1;
    act();
    if (at < 0) return;
    const button = group.id === "list" ? $('[aria-current="true"]', group) : group.querySelectorAll("button")[at];
    (button && !button.disabled ? button : $("#main")).focus({ preventScroll: true });
  }

  const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

  return { $, h, say, showDialog, keepingFocus, counted };
})();
