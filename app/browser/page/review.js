/* The review as a whole: draws its parts and listens to the keyboard. */
(() => {
  "use strict";
  const { $, h, showDialog, keepingFocus } = Review.dom;
  const { state, here, load, lookAgain, openAddressed, show, step, whenChanged } = Review.comparison;
  const { list, views, decisions } = Review;

  const LOOKING = [
    [["j", "ArrowDown"], "j ↓", "Next snapshot", () => step(1)],
    [["k", "ArrowUp"], "k ↑", "Previous snapshot", () => step(-1)],
    [["1", "2", "3", "4", "5"], "1 … 5", "Side by side, difference, slider, onion skin, blink", (key) => views.setMode(views.MODES[key - 1][0])],
    [["n"], "n", "Next change", () => views.jump(1)],
    [["p"], "p", "Previous change", () => views.jump(-1)],
    [["ArrowRight"], "→", "Move the slider or the opacity up", () => views.moveRange(5)],
    [["ArrowLeft"], "←", "Move it down", () => views.moveRange(-5)],
    [[" "], "Space", "Swap the pictures while blinking", views.swap],
    [["+", "="], "+", "Zoom in", () => views.zoom(1)],
    [["-"], "−", "Zoom out", () => views.zoom(-1)],
    [["0"], "0", "Actual size", () => views.zoom(0)],
    [["w"], "w", "Fit the width", views.fit],
    [["f"], "f", "Next filter", list.nextFilter],
    [["/"], "/", "Search", () => $("#review-search").focus()],
  ];
  const DECIDING = [
    [["a"], "a", "Approve", () => decisions.ask("approve")],
    [["t"], "t", "Approve the whole template", () => decisions.ask("approve", "template")],
    [["A"], "A", "Approve all", () => decisions.ask("approve", "all")],
    [["r"], "r", "Reject", () => decisions.ask("reject")],
    [["T"], "T", "Reject the whole template", () => decisions.ask("reject", "template")],
    [["R"], "R", "Reject all", () => decisions.ask("reject", "all")],
    [["u"], "u", "Undo", decisions.undo],
  ];
  const HELP = [["?"], "?", "This list", help];

  function draw() {
    keepingFocus(() => {
      const item = here();
      list.draw();
      decisions.draw(item);
      views.draw(item);
      history.replaceState(null, "", item ? `#${encodeURI(item.id)}` : location.pathname);
    });
  }

  const OFF = "bbws-keys-off"; // as on the other pages of the preview
  const isOff = () => localStorage.getItem(OFF) === "1";

  /** WCAG 2.2, 2.1.4: keys of one character can be switched off. */
  function keySwitch() {
    const box = h("input", { type: "checkbox", checked: !isOff(), onchange: () => localStorage.setItem(OFF, box.checked ? "" : "1") });
    return h("label", {}, box, "Keys of one character do what is listed here");
  }

  function help() {
    const usable = [...LOOKING, ...(state.data?.live ? DECIDING : []), HELP];
    const dialog = showDialog(h("form", { method: "dialog" }, h("h2", { id: "help-title" }, "Keyboard"),
      keySwitch(), h("dl", {}, ...usable.flatMap(([, label, text]) => [h("dt", {}, h("kbd", {}, label)), h("dd", {}, text)])),
      h("div", { class: "row" }, h("button", { type: "submit", class: "main" }, "Close"))), "help-title");
    $("button", dialog).focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (isOff() && event.key.length === 1) return;
    // A field of a dialog that was just closed keeps the focus for a moment, in which nobody types into it.
    if (event.target.closest('input:not([type="range"], dialog *)')) {
      if (event.key === "Escape" || event.key === "Enter") event.target.blur();
      return;
    }
    if (event.target.closest('input[type="range"]') && event.key.startsWith("Arrow")) return;
    if (event.key === " " && event.target.closest('button:not([data-mode="blink"][aria-pressed="true"])')) return;
    const found = [...(state.data ? [...LOOKING, ...DECIDING] : []), HELP].find(([keys]) => keys.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found[3](event.key);
  });
  for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", help);
  $("#again").addEventListener("click", () => load());
  $("#review-search").addEventListener("input", (event) => show({ words: event.target.value.trim().toLowerCase() }));
  window.addEventListener("focus", lookAgain);
  window.addEventListener("hashchange", openAddressed);
  window.addEventListener("resize", () => state.data && views.refit());
  whenChanged(draw);
  window.addEventListener("focus", Review.running.look);
  load().then(Review.running.look);
})();
