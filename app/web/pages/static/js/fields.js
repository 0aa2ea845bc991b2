/* The controls of a form: each shows one value of a JSON text, and says what its text is to be. */
import { h } from "./dom.js";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const MODES = { money: "decimal", number: "decimal", email: "email", address: "url" };

/** The words of a value, as they stand in a field. */
const words = (raw) => (raw?.startsWith('"') ? JSON.parse(raw) : raw ?? "");

/** A control for `field`: `{element, set(raw)}`. `write(json)` is told of each edit; `attributes` name the control;
 *  `asides` keep what the text cannot have. */
export function control(field, attributes, write, asides) {
  const made = { boolean: tick, choice, constant, json: raw, null: nothing }[field.kind] ?? line;
  return made(field, attributes, write, asides);
}

/** Text, amounts, days: whatever is typed. A number that is none yet stays what was typed, as text. */
function line(field, attributes, write) {
  const typed = (text) => write(field.kind === "number" && NUMBER.test(text) ? text : JSON.stringify(text));
  const short = field.kind !== "text" || field.options.length > 0;
  const list = field.options.length ? h("datalist", { id: `${attributes.id}-list` }, field.options.map(({ label }) => h("option", { value: label }))) : null;
  const input = short
    ? h("input", { ...attributes, type: "text", inputmode: MODES[field.kind], list: list?.id, placeholder: field.example, autocomplete: "off", spellcheck: "false" })
    : h("textarea", { ...attributes, rows: "1", placeholder: field.example, autocomplete: "off" });
  input.addEventListener("input", () => typed(input.value));
  const day = ["date", "moment"].includes(field.kind) ? picker(input, attributes, typed) : null;
  return {
    element: h("div", { class: "line" }, field.unit ? h("span", { class: "unit", "aria-hidden": "true" }, field.unit) : null, input, day, list),
    set(json) {
      if (input.value !== words(json)) input.value = words(json);
      if (day) day.value = /^\d{4}-\d\d-\d\d/.exec(input.value)?.[0] ?? "";
    },
  };
}

/** A calendar beside a day or a moment; it changes the day and leaves the time as it is. */
function picker(input, attributes, typed) {
  const day = h("input", { type: "date", class: "day", "aria-label": `Choose a day for ${attributes["data-name"]}`, "data-at": attributes["data-at"], "data-part": "day", tabindex: "-1" });
  day.addEventListener("change", () => {
    if (!day.value) return;
    const rest = /^\d{4}-\d\d-\d\d(.*)$/s.exec(input.value)?.[1] ?? (attributes["data-kind"] === "moment" ? "T00:00:00Z" : "");
    input.value = day.value + rest;
    typed(input.value);
  });
  return day;
}

function tick(field, attributes, write) {
  const box = h("input", { ...attributes, type: "checkbox" });
  const word = h("span", { class: "word", "aria-hidden": "true" });
  const show = () => { word.textContent = box.checked ? "true" : "false"; };
  box.addEventListener("change", () => { show(); write(box.checked ? "true" : "false"); });
  return { element: h("div", { class: "line" }, box, word), set(json) { box.checked = json === "true"; show(); } };
}

const canonical = (json) => JSON.stringify(JSON.parse(json));

/** One of several values; one that is none of them can be seen and left as it is. */
function choice(field, attributes, write) {
  const select = h("select", attributes, field.options.map(({ label, json }) => h("option", { value: canonical(json) }, label)));
  select.addEventListener("change", () => write(select.value));
  return {
    element: h("div", { class: "line" }, select),
    set(json) {
      const value = canonical(json);
      const has = [...select.options].some((option) => option.value === value);
      if (!has) select.prepend(h("option", { value }, `${words(json)} (none of these)`));
      select.value = value;
    },
  };
}

function constant(field, attributes, write) {
  const shown = h("output", attributes);
  const mend = h("button", { type: "button", class: "button small", onclick: () => write(field.blank) }, `Put in ${words(field.blank)}`);
  return {
    element: h("div", { class: "line" }, shown, mend),
    set(json) {
      shown.textContent = words(json);
      mend.hidden = canonical(json) === canonical(field.blank);
    },
  };
}

function nothing(field, attributes) {
  return { element: h("div", { class: "line" }, h("output", attributes, "nothing (null)")), set() {} };
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What fits no other control, as JSON. While it is none, it stays here and does not go into the data. */
function raw(field, attributes, write, asides) {
  const area = h("textarea", { ...attributes, rows: "2", spellcheck: "false", class: "raw" });
  const mend = field.blank ? h("button", { type: "button", class: "button small", onclick: () => write(field.blank) }, "Put in a value that fits") : null;
  const fault = h("p", { class: "offence", hidden: true }, "This is no JSON yet; it is not in the data.");
  const { pointer } = field;
  let over = "";
  area.addEventListener("input", () => {
    const whole = isJson(area.value);
    if (whole) asides.begun.delete(pointer);
    else asides.begun.set(pointer, { text: area.value, over });
    fault.hidden = whole;
    if (whole) write(area.value);
  });
  return {
    element: h("div", {}, h("div", { class: "line" }, area, mend), fault),
    set(json) {
      const begun = asides.begun.get(pointer);
      const stands = begun && canonical(begun.over) === canonical(json); // otherwise the data have another value there by now
      if (begun && !stands) asides.begun.delete(pointer);
      over = json;
      fault.hidden = !stands;
      const text = stands ? begun.text : json;
      if (area.value !== text) area.value = text;
    },
  };
}
