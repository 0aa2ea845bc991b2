/* The server's token, asked for once it is needed and kept for as long as the tab lives. */
import { h } from "./dom.js";

const KEPT = "bbws-token";

/** `request(token)` again with the token that a person gives, for as long as the server refuses the one before. */
export async function withToken(request) {
  for (;;) {
    const token = sessionStorage.getItem(KEPT) ?? "";
    const answer = await request(token);
    if (answer.problem?.status !== 401 || !(await given(answer.problem, token))) return answer;
  }
}

/** Resolves to whether a token was given. */
function given(problem, before) {
  const field = h("input", { type: "password", name: "token", required: true, autocomplete: "off", spellcheck: "false", id: "asked-token" });
  const form = h("form", { method: "dialog", class: "ask" },
    h("h2", { id: "token-title" }, "Token of the server"),
    h("p", {}, before ? `${problem.detail} The one that was given is another.` : `${problem.detail} The server has printed it when it started.`),
    h("label", { for: "asked-token" }, "Token"), field,
    h("div", { class: "row" }, h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { type: "submit", class: "button" }, "Go on")));
  const dialog = h("dialog", { class: "help", "aria-labelledby": "token-title" }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let token = "";
    form.addEventListener("submit", () => { token = field.value; });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (token) sessionStorage.setItem(KEPT, token);
      resolve(Boolean(token));
    });
    dialog.showModal();
    field.focus();
  });
}
