// Emails for a Lambda in Node, from the stable keys: compiled Mustache, rendered by mustache.js.
//
// With the AWS SDK, `getObject` is
//   async (Key) => {
//     const found = await s3.send(new GetObjectCommand({ Bucket: process.env.TEMPLATE_BUCKET_NAME, Key }));
//     return { contentType: found.ContentType, body: await found.Body.transformToByteArray() };
//   }

import Mustache from "mustache";
import { bestOf, displayValues } from "./display.mjs";

/** The active release, by which values are shown to people. Read it once, outside of the handler. */
export async function activeBundle(getObject) {
  const { release } = JSON.parse(decode(await getObject("current.json")));
  return JSON.parse(decode(await getObject(`releases/${release}/bundle.json`)));
}

/**
 * The HTML and text of one email. `name` is `category/name`; `getObject` reads a key of the bucket. `wanted` is a
 * language such as `af-ZA`; `locale` of the answer says which it became. Without a `bundle`, values are printed as
 * they were sent, in the set's own language.
 */
export async function renderEmail(getObject, name, sent, bundle, wanted = "") {
  const own = bundle?.locale ?? "";
  const locale = bestOf(wanted, [own, ...Object.keys(bundle?.templates[name].translations ?? {})]) || own;
  const data = bundle ? displayValues(bundle, name, sent, locale) : sent;
  const file = locale === own ? name : `${name}.${locale}`;
  const [html, text] = await Promise.all(
    ["html", "txt"].map(async (suffix) => decode(await getObject(`${file}.${suffix}`))),
  );
  return {
    locale,
    html: Mustache.render(html, data),
    text: Mustache.render(text, data, {}, { escape: String }), // plain text has nothing to escape
  };
}

function decode({ contentType, body }) {
  const charset = /charset=([\w-]+)/i.exec(contentType)?.[1] ?? "utf-8"; // JSON says none
  return new TextDecoder(charset, { fatal: true }).decode(body);
}
