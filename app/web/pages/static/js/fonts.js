/* The frame drawn with the fonts of the approved pictures: Arial and others as their bundled metric twins. Faces are
   added to the document's own set, so that no character of the mail is another. */
import { $ } from "./dom.js";
import { fontsOf, rootOf, windowOf } from "./unspoilt.js";

const KEPT = "bbws-fonts";
const known = new Map(); // a family and a source to the face, loaded once for every frame
const files = new Map(); // a source to its bytes
const dressed = new Map(); // a document to the faces it was given
let twins;

const isOn = () => localStorage.getItem(KEPT) !== "system";

/** Resolves to the twins that there are; where they cannot be had they are asked for again with the next mail. */
function offered() {
  twins ??= fetch("/fonts").then((response) => response.json()).catch(() => { twins = undefined; return []; });
  return twins;
}
if (isOn()) offered(); // meanwhile the mail comes

/** Draw the document `mail` with the twins of the families that it names; resolves once it is, or stays as it is. */
export async function dress(mail) {
  for (const document of dressed.keys()) if (!windowOf(document)) dressed.delete(document);
  if (!dressed.has(mail)) dressed.set(mail, []);
  if (!isOn()) return;
  const words = rootOf(mail).outerHTML.toLowerCase();
  const named = (await offered()).filter(({ family }) => words.includes(family.toLowerCase()));
  const faces = await Promise.all(named.map(faceOf));
  if (!isOn()) return;
  for (const face of faces) {
    if (!face || fontsOf(mail).has(face)) continue;
    fontsOf(mail).add(face);
    dressed.get(mail)?.push(face);
  }
}

/** Resolves to the loaded face, or null where it cannot be had: the machine's font is shown then. */
function faceOf({ family, source, weight, style }) {
  const key = `${family} ${source}`;
  if (!known.has(key)) {
    const loading = dataOf(source)
      .then((buffer) => new FontFace(family, buffer, { weight, style }).load())
      .catch(() => { known.delete(key); return null; });
    known.set(key, loading);
  }
  return known.get(key);
}

/** Resolves to the bytes of a file, which several families may have for their twin. */
function dataOf(source) {
  if (!files.has(source)) {
    const loading = fetch(source)
      .then((response) => (response.ok ? response.arrayBuffer() : Promise.reject(new Error(source))))
      .catch((error) => { files.delete(source); throw error; });
    files.set(source, loading);
  }
  return files.get(source);
}

function undress() {
  for (const [mail, faces] of dressed) {
    for (const face of faces) fontsOf(mail).delete(face);
    dressed.set(mail, []);
  }
}

function show(button) {
  button.setAttribute("aria-pressed", String(isOn()));
  button.title = isOn()
    ? "Arial, Times New Roman, Courier New and Georgia are drawn by their bundled metric twins, as in approved pictures. Click for the fonts of this machine"
    : "Drawn with the fonts of this machine. Click for those of approved pictures";
}

/** The button that goes from the fonts of the pictures to those of the machine, and back. */
export function startFonts() {
  const button = $("#fonts");
  show(button);
  button.addEventListener("click", () => {
    localStorage.setItem(KEPT, isOn() ? "system" : "");
    show(button);
    if (isOn()) for (const mail of dressed.keys()) dress(mail);
    else undress();
  });
}
