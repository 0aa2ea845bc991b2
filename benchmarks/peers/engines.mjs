// The JavaScript engines, as engines.py does it for those of Python.
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import Hogan from "hogan.js";
import juice from "juice";
import Mustache from "mustache";
import { byMjml, byReactEmail, byReactEmailWithText } from "./mails.mjs";

const [file, rounds] = process.argv.slice(2);

function works(job) {
  const handlebars = Handlebars.compile(job.html);
  const hogan = Hogan.compile(job.html);
  Mustache.parse(job.html);
  return {
    "mustache.js": () => Mustache.render(job.html, job.data),
    Handlebars: () => handlebars(job.data),
    "Hogan.js": () => hogan.render(job.data),
  };
}

function senders(job) {
  return {
    "mustache.js and juice at each send": () => [Mustache.render(job.html, job.data), juice(job.source)],
    "React Email, HTML": () => byReactEmail(job.data),
    "React Email, HTML and text": () => byReactEmailWithText(job.data),
    "mustache.js and MJML at each send": () => byMjml(job.data),
  };
}

// What gives a promise is waited for, and nothing else is: a wait would be a large part of what others take.
async function seconds(work, least = 10, most = Infinity) {
  let count = 0;
  const start = performance.now();
  let spent = 0;
  while (spent < least && count < most) {
    const result = work();
    if (result instanceof Promise) await result;
    count += 1;
    spent = performance.now() - start;
  }
  return spent / count / 1000;
}

const measured = {};
for (const job of JSON.parse(readFileSync(file, "utf8"))) {
  const given = job.source ? senders(job) : works(job);
  const rows = (measured[job.label] = Object.fromEntries(Object.keys(given).map((row) => [row, []])));
  // Warm, as they are after a few mails: V8 compiles what was called often.
  for (const work of Object.values(given)) await seconds(work, 500, 200);
  for (let round = 0; round < Number(rounds); round += 1)
    for (const [row, work] of Object.entries(given)) rows[row].push(await seconds(work));
}
process.stdout.write(JSON.stringify(measured));
