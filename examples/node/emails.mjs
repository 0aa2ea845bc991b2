// Emails for a Lambda in Node, from the stable keys: compiled Mustache, rendered by mustache.js.
//
// With the AWS SDK, `getObject` is
//   async (Key) => {
//     const found = await s3.send(new GetObjectCommand({ Bucket: process.env.TEMPLATE_BUCKET_NAME, Key }));
//     return { contentType: found.ContentType, body: await found.Body.transformToByteArray() };
//   }

import Mustache from "mustache";

/** The HTML and text of one email. `name` is `category/name`; `getObject` reads a key of the bucket. */
export async function renderEmail(getObject, name, data) {
  const [html, text] = await Promise.all(
    ["html", "txt"].map(async (suffix) => decode(await getObject(`${name}.${suffix}`))),
  );
  return {
    html: Mustache.render(html, data),
    text: Mustache.render(text, data, {}, { escape: String }), // plain text has nothing to escape
  };
}

function decode({ contentType, body }) {
  const charset = /charset=([\w-]+)/i.exec(contentType)?.[1];
  return new TextDecoder(charset, { fatal: true }).decode(body);
}
