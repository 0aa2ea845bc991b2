/* The data contract as a table: what a caller has to send, and what the template does with it. */
import { h } from "./dom.js";

export function contractPanel(panel, template, data, shown) {
  const rows = template.contract ? [...fields(template.contract, template.contract, "", true)] : [];
  const used = new Map(template.variables.map((variable) => [variable.path, variable]));
  const known = new Set(rows.map((row) => row.path));
  const unknown = template.variables.filter((variable) => !known.has(variable.path));
  const head = ["Field", "Type", "Required", "Meaning", "In these data", "As readers see it"];
  panel.replaceChildren(h("div", { class: "pane" },
    template.contract ? null : h("p", { class: "caption" }, "This template has no contract. These are the names that it uses."),
    h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Fields of the contract" }, h("table", {},
      h("caption", { class: "visually-hidden" }, "Fields of the contract"),
      h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {},
        rows.map((row) => line(row, used.has(row.path) || row.container, data, shown)),
        unknown.map((variable) => line({ path: variable.path, type: variable.kind, required: null, description: template.contract ? "Not in the contract." : "" }, true, data))))),
    template.contract ? h("details", {}, h("summary", {}, "JSON Schema"), h("pre", { tabindex: "0" }, JSON.stringify(template.contract, null, 2))) : null));
}

function line({ path, type, required, description }, used, data, shown) {
  const [sent, seen] = [sample(data, path), shown ? sample(shown, path) : ""];
  return h("tr", {},
    h("td", {}, h("code", {}, path), used ? null : [" ", h("span", { class: "pill edited", title: "No part of the mail shows it" }, "unused")]),
    h("td", {}, type),
    h("td", {}, required === null ? "" : required ? "yes" : "no"),
    h("td", {}, description ?? ""),
    h("td", { class: "value" }, sent),
    h("td", { class: "value" }, typeof seen === "string" && seen !== sent ? seen : ""));
}

/** Every field below `schema`, nested ones as `a.b` and `list[].c`. */
function* fields(schema, root, prefix) {
  const required = new Set(list(schema.required));
  for (const [name, raw] of Object.entries(object(schema.properties))) {
    const field = resolve(raw, root);
    const path = prefix ? `${prefix}.${name}` : name;
    const items = field.items && resolve(field.items, root);
    yield { path, type: describe(field, items), required: required.has(name), description: text(raw?.description ?? field.description), container: Boolean(field.properties || items?.properties) };
    if (field.properties) yield* fields(field, root, path);
    if (items?.properties) yield* fields(items, root, `${path}[]`);
  }
}

function resolve(schema, root) {
  for (let steps = 0; steps < 8 && text(schema?.$ref).startsWith("#/"); steps += 1) {
    const target = schema.$ref.slice(2).split("/").reduce((value, part) => value?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], root);
    schema = target;
  }
  return object(schema);
}

/* A contract may be no schema at all: that is a finding, and the page shows the rest of it. */
const object = (value) => (typeof value === "object" && value && !Array.isArray(value) ? value : {});
const list = (value) => (Array.isArray(value) ? value : []);
const text = (value) => (typeof value === "string" ? value : "");

function describe(field, items) {
  const type = [field.type ?? (field.const !== undefined ? "constant" : "any")].flat().join(" or ");
  const notes = [field.format, field.pattern && `/${field.pattern}/`, list(field.enum).join(" | "), field.maxLength && `≤ ${field.maxLength}`];
  const kind = items ? `list of ${[items.type ?? "any"].flat().join(" or ")}` : type;
  return [kind, ...notes.filter(Boolean)].join(", ");
}

function sample(data, path) {
  let value = data;
  for (const part of path.split(".")) {
    const each = part.endsWith("[]");
    value = value?.[each ? part.slice(0, -2) : part];
    if (each) value = Array.isArray(value) ? value[0] : undefined;
  }
  if (value === undefined) return h("em", {}, "absent");
  if (Array.isArray(value)) return `${value.length} items`;
  const shown = typeof value === "object" ? "" : String(value);
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}
