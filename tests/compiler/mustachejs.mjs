// Renders what it is sent by mustache.js: one JSON object per line in, one JSON string per line out.
// {"path": …, "bundle": …} names the module and gives a release once; then {"template": …, "data": …, "escape":
// true|false}, and with "shown": the name of the template, if the data are to get display values first.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { displayValues } from "../../examples/node/display.mjs";

let mustache, bundle;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const task = JSON.parse(line);
  if (task.path) {
    bundle = task.bundle;
    mustache = (await import(pathToFileURL(task.path).href)).default;
    continue;
  }
  const config = task.escape ? {} : { escape: (value) => value };
  const data = task.shown ? displayValues(bundle, task.shown, task.data, task.locale) : task.data;
  process.stdout.write(JSON.stringify(mustache.render(task.template, data, {}, config)) + "\n");
}
