/* What is said and decided about snapshots: approve, reject, and take the last decision back. */
Review.decisions = (() => {
  "use strict";
  const { $, h, say, showDialog, counted } = Review.dom;
  const { state, told, load, items, here, isDecidable, after } = Review.comparison;
  const { sent } = Review.token;

  const DEEDS = {
    approve: { title: "Approve", doing: "Approving", done: "Approved", hint: "What changed, and why that is right" },
    reject: { title: "Reject", doing: "Rejecting", done: "Rejected", hint: "What is wrong" },
  };

  let undoing = false;

  /** Whether `deed` can be done to a snapshot: of one that is gone there is no picture to reject, and none to approve of files that have changed since. */
  const allows = (deed, item) => isDecidable(item) && (deed === "approve" ? !item.outdated : item.status !== "removed");

  function draw(item) {
    $("#title").replaceChildren(...(item ? [item.id, " ", Review.list.mark(item)] : ["No snapshot"]));
    $("#message").textContent = item ? [finding(item), ...item.notes].filter(Boolean).join("; ") : "";
    $("#history").textContent = item ? past(item) : "";
    $("#decide").replaceChildren(...(state.data.live ? buttons(item) : []));
  }

  /** What the comparison found, and what has become of it since. */
  function finding(item) {
    if (item.outdated) return `Its files have changed since the comparison, so nobody has seen it as it is now: press Compare again, and decide then. ${item.message}`;
    if (item.decision !== "approved") return item.message;
    const now = item.status === "removed" ? "Its approved picture is gone" : "The approved picture and the one of now are the same";
    return `${now}. The comparison had found: ${item.message}`;
  }

  function past(item) {
    const said = (deed, { by, why, at }) => `${deed} by ${by} on ${at.replace("T", " ").replace("Z", " UTC")}: ${why}`;
    return [item.approval && said("Approved", item.approval), item.rejection && said("Rejected", item.rejection)].filter(Boolean).join(" · ");
  }

  function buttons(item) {
    const last = state.data.undo;
    const can = (deed) => Boolean(item && allows(deed, item));
    return [
      h("button", { type: "button", class: "main", disabled: !can("approve"), onclick: () => ask("approve") }, "Approve…"),
      h("button", { type: "button", disabled: !can("reject"), onclick: () => ask("reject") }, "Reject…"),
      h("button", { type: "button", disabled: !items().some((each) => allows("approve", each)), onclick: () => ask("approve", "all") }, "Approve all…"),
      h("button", { type: "button", disabled: !last, title: last && `Take back: ${about(last)}`, onclick: undo }, "Undo"),
    ];
  }

  const about = ({ deed, snapshots }) => `${deed}, ${counted(snapshots.length, "snapshot")}`;

  function scopes(item, deed) {
    const of = (list) => list.filter((each) => allows(deed, each)).map((each) => each.id);
    return [
      ["this", "This snapshot", item ? of([item]) : []],
      ["template", `All of ${item?.template}`, item ? of(items().filter((each) => each.template === item.template)) : []],
      ["all", "Everything", of(items())],
    ].filter(([, , ids]) => ids.length);
  }

  /** Ask who and why; `wanted` is the scope that is proposed. Where nothing of it can be decided, nothing happens. */
  function ask(deed, wanted = "this") {
    const choices = scopes(here(), deed);
    if (!state.data.live || !choices.some(([key]) => key === wanted)) return;
    const { title, doing, done, hint } = DEEDS[deed];
    const wrong = h("p", { class: "wrong", role: "alert" });
    const progress = h("p", { class: "progress", role: "status" });
    const submit = h("button", { type: "submit", class: "main" }, title);
    const field = (name, label, attributes) => h("label", {}, label, h("input", { name, required: true, autocomplete: "off", maxlength: "200", ...attributes }));
    const form = h("form", { method: "dialog" },
      h("h2", { id: "ask-title" }, title),
      h("fieldset", {}, ...choices.map(([key, label, ids]) => h("label", {},
        h("input", { type: "radio", name: "scope", value: key, checked: key === wanted }), `${label} (${ids.length})`))),
      field("by", "Your name", { value: localStorage.getItem("bbws-reviewer") ?? "" }),
      field("why", "Reason", { placeholder: hint }),
      wrong, progress,
      h("div", { class: "row" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), submit));
    const dialog = showDialog(form, "ask-title");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (submit.disabled) return;
      const given = new FormData(form);
      localStorage.setItem("bbws-reviewer", given.get("by"));
      const ids = choices.find(([key]) => key === given.get("scope"))[2];
      submit.disabled = true;
      wrong.textContent = "";
      progress.textContent = `${doing} ${counted(ids.length, "snapshot")} …`;
      const { problem } = await sent(`/api/review/${deed}`, { snapshots: ids, by: given.get("by"), why: given.get("why") });
      submit.disabled = false;
      progress.textContent = "";
      if (problem) {
        wrong.textContent = told(problem);
        return;
      }
      const next = after(ids);
      dialog.close();
      await load(next);
      say(`${done} ${counted(ids.length, "snapshot")}. Undo takes it back.`);
    });
    (form.elements.by.value ? form.elements.why : form.elements.by).focus();
  }

  /** Take the last decision back, and open the first of the snapshots that it was about. */
  async function undo() {
    const last = state.data.undo;
    if (!state.data.live || !last || undoing) return;
    undoing = true;
    say(`Taking back: ${about(last)} …`);
    const { value, problem } = await sent("/api/review/undo", { number: last.number });
    undoing = false;
    if (problem) return say(told(problem), true);
    const { undone: deed, snapshots } = value;
    await load(snapshots[0]);
    const which = snapshots.length > 1 ? `${snapshots[0]} and ${snapshots.length - 1} more` : snapshots[0];
    say(`Took back: ${about({ deed, snapshots })} (${which}).`);
  }

  return { draw, ask, undo };
})();
