// The JavaScript engines, as engines.py does it for those of Python.
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import Hogan from "hogan.js";
import juice from "juice";
import Mustache from "mustache";

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

function inliners(job) {
  return { "mustache.js and juice at each send": () => [Mustache.render(job.html, job.data), juice(job.source)] };
}

function seconds(work, least = 10) {
  let count = 0;
  const start = performance.now();
  let spent = 0;
  while (spent < least) {
    work();
    count += 1;
    spent = performance.now() - start;
  }
  return spent / count / 1000;
}

const measured = {};
for (const job of JSON.parse(readFileSync(file, "utf8"))) {
  const given = job.source ? inliners(job) : works(job);
  const rows = (measured[job.label] = Object.fromEntries(Object.keys(given).map((row) => [row, []])));
  for (const work of Object.values(given)) for (let i = 0; i < (job.source ? 2 : 200); i += 1) work();
  for (let round = 0; round < Number(rounds); round += 1)
    for (const [row, work] of Object.entries(given)) rows[row].push(seconds(work));
}
process.stdout.write(JSON.stringify(measured));
