/* What the page shows, kept in its address, so that a link leads to the same view. Edited data travel in the
   fragment, which never reaches a server. */

const DEFAULTS = { tab: "preview", fixture: "", width: "640", height: "", scheme: "light", client: "", file: "", line: "", scope: "fixture", lenient: "" };
const LONGEST_FRAGMENT = 32000;
const WORDS = { tab: "panel", width: "width from 200 to 2000 pixels", height: "height from 200 to 4000 pixels", scheme: "colour scheme", client: "mail client", scope: "scope of findings", line: "line", lenient: "way to render missing values" };
const within = (least, most) => (text) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
const among = (values) => (text) => values.includes(text);
const KNOWN = { line: within(1, 10 ** 9), lenient: among(["1"]), width: within(200, 2000), height: within(200, 4000), scheme: among(["light", "dark"]), scope: among(["fixture", "all", "browser"]) };

export const state = { ...DEFAULTS };
let data = null;
let addressed = null; // the text that the address has
let faults = [];

/** Read the address, in which there may be one of `tabs` and of `clients`, where the page has such; resolves once edited
 *  data, if any, are unpacked. */
export async function load({ tabs = [], clients = [] } = {}) {
  Object.assign(state, DEFAULTS);
  const known = { ...KNOWN, tab: among(tabs), client: among(clients) };
  faults = [];
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (!Object.hasOwn(state, name)) continue;
    if (value === "" || !known[name] || known[name](value)) state[name] = value || DEFAULTS[name];
    else faults.push(`'${value.slice(0, 60)}' is no ${WORDS[name]} here.`);
  }
  const packed = /^#data=([\w-]+)$/.exec(location.hash);
  const text = packed ? await unpack(packed[1]) : null;
  data = addressed = isObject(text) ? text : null;
  if (location.hash.startsWith("#data") && data === null) faults.push("The data in the address are damaged, as after a link was cut short: the fixture is shown in their place.");
}

/** What the address asked for and there is not, a sentence each. */
export const addressFaults = () => faults;

/** Whether who comes back to the address finds `text` there. */
export const isAddressed = (text) => text === addressed;

/** Change some of the state and the address with it. */
export function update(changes) {
  Object.assign(state, changes);
  write(location.hash);
}

/** The text of the edited data, null when a fixture is shown as it is. */
export const editedData = () => data;

/** Resolves to whether the address holds them: what is too long it does not. */
export async function setEditedData(text) {
  data = text;
  const packed = text === null ? "" : await pack(text);
  if (text !== data) return true; // typed on in the meantime
  const fits = packed.length < LONGEST_FRAGMENT;
  write(packed && fits ? `#data=${packed}` : "");
  addressed = fits ? text : null;
  return fits;
}

/** The part of the address that a neighbouring template understands too. */
export function portable() {
  const query = new URLSearchParams();
  for (const name of ["tab", "width", "height", "scheme", "client", "fixture"]) if (state[name] !== DEFAULTS[name]) query.set(name, state[name]);
  return query.size ? `?${query}` : "";
}

function write(hash) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) if (value !== DEFAULTS[name]) query.set(name, value);
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${hash}`);
}

function isObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

async function pack(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpack(packed) {
  try {
    const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return await new Response(stream).text();
  } catch {
    return null; // a link that was cut short opens the fixture instead
  }
}
