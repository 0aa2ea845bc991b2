/* What the page shows, kept in its address, so that a link leads to the same view. Edited data travel in the
   fragment, which never reaches a server. */

const DEFAULTS = { tab: "preview", fixture: "", width: "640", height: "", scheme: "light", client: "", file: "", line: "", scope: "fixture", lenient: "" };
const LONGEST_FRAGMENT = 32000;

export const state = { ...DEFAULTS };
let data = null;
let fault = "";

/** Read the address; resolves once edited data, if any, are unpacked. */
export async function load() {
  Object.assign(state, DEFAULTS);
  for (const [name, value] of new URLSearchParams(location.search)) if (name in state) state[name] = value;
  const packed = /^#data=([\w-]+)$/.exec(location.hash);
  data = packed ? await unpack(packed[1]) : null;
  fault = location.hash.startsWith("#data") && data === null ? "The data in the address are damaged, as after a link was cut short: the fixture is shown in their place." : "";
}

/** What was wrong with the data in the address, "" for nothing. */
export const addressFault = () => fault;

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
