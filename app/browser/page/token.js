/* The server's token, asked for once it is needed: kept under the name that the other pages keep it by, for as long as the tab lives. */
Review.token = (() => {
  "use strict";
  const { h, showDialog } = Review.dom;
  const { call } = Review.comparison;

  const KEPT = "bbws-token";

  /** Send `body`, again with the token that a person gives for as long as the server refuses the one before. */
  async function sent(address, body) {
    for (;;) {
      const token = sessionStorage.getItem(KEPT) ?? "";
      const answer = await call(address, body, token);
      if (answer.problem?.status !== 401 || !(await given(answer.problem, token))) return answer;
    }
  }

  /** Resolves to whether a token was given. */
  function given(problem, before) {
    const field = h("input", { type: "password", name: "token", required: true, autocomplete: "off", spellcheck: "false" });
    const form = h("form", { method: "dialog" }, h("h2", { id: "token-title" }, "Token of the server"),
      h("p", {}, before ? `${problem.detail} The one that was given is another.` : `${problem.detail} The server has printed it when it started.`),
      h("label", {}, "Token", field),
      h("div", { class: "row" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { type: "submit", class: "main" }, "Go on")));
    const dialog = showDialog(form, "token-title");
    field.focus();
    return new Promise((resolve) => {
      let token = "";
      form.addEventListener("submit", () => { token = field.value; });
      dialog.addEventListener("close", () => {
        if (token) sessionStorage.setItem(KEPT, token);
        resolve(Boolean(token));
      });
    });
  }

  return { sent };
})();
