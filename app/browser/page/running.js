/* Comparing again, from the page: begun here or elsewhere, it is followed, and goes on without this page. */
Review.running = (() => {
  "use strict";
  const { $, h, say } = Review.dom;
  const { call, told, load, state } = Review.comparison;
  const { sent } = Review.token;

  const LOOK_MS = 1000;
  const places = () => [$("#run"), $("#start-run")];
  let followed = "";

  function draw(...content) {
    // One of the two is to be seen: before anything was compared, or beside the list.
    const place = $("#start").hidden ? $("#run") : $("#start-run");
    for (const each of places()) each.replaceChildren(...(each === place ? content : []));
  }

  const idle = () => draw(h("button", { type: "button", id: "compare-again", onclick: () => begin() }, state.data ? "Compare again" : "Compare now"));

  async function begin() {
    const { value, problem } = await sent("/api/snapshots/compare", {});
    if (problem && !problem.operation) return say(told(problem), true);
    say("");
    return follow(value?.id ?? problem.operation);
  }

  /** Show how far it is until it is over. */
  async function follow(id) {
    if (followed === id) return;
    followed = id;
    const bar = h("progress", { "aria-label": "Comparing" });
    const step = h("span", { role: "status" }, "Comparing …");
    const stop = h("button", { type: "button", onclick: () => sent(`/api/operations/${id}/cancel`, {}) }, "Cancel");
    draw(bar, step, stop);
    stop.focus();
    let value;
    for (;;) {
      const answer = await call(`/api/operations/${id}`);
      value = answer.value;
      if (answer.problem && !answer.problem.status) { // it goes on without this page; only a server that answers can say that it does not
        await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
        continue;
      }
      if (!value || value.state !== "running") break;
      if (value.total) Object.assign(bar, { max: value.total, value: Math.min(value.done, value.total) });
      step.textContent = value.total ? `${value.done} of ${value.total} drawn` : "Comparing …";
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
    }
    followed = "";
    await load();
    idle();
    $("#compare-again")?.focus();
    if (value?.state === "failed") say(told(value.problem), true);
    else if (value?.state === "cancelled") say("The comparison was cancelled; what was drawn is not drawn again.");
    else if (value) say("Compared again.");
  }

  /** A page that is opened, or looked at again, while somebody compares follows that. */
  async function look() {
    if ($("#review-data")) return; // the report is of one comparison, for ever
    if (!followed && !places().some((place) => place.childElementCount)) idle();
    const { value } = await call("/api/operations");
    const running = value?.operations.find(({ deed }) => deed === "compare");
    if (running) follow(running.id);
    else if (!followed) idle();
  }

  return { look };
})();
