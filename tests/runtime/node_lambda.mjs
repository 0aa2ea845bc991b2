// Renders one email as examples/node does, its objects fetched from signed URLs; a task and its result are JSON.

import { readFileSync } from "node:fs";
import { activeBundle, renderEmail } from "../../examples/node/emails.mjs";

const { urls, name, data, locale } = JSON.parse(readFileSync(0, "utf8"));
const types = {};

async function getObject(key) {
  const answer = await fetch(urls[key]);
  if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
  types[key] = answer.headers.get("content-type");
  return { contentType: types[key], body: new Uint8Array(await answer.arrayBuffer()) };
}

const bundle = await activeBundle(getObject);
console.log(JSON.stringify({ ...(await renderEmail(getObject, name, data, bundle, locale)), types }));
