// Renders what it is sent by mustache.js: one JSON object per line in, one JSON string per line out.
// {"path": …} names the module once; then {"template": …, "data": …, "escape": true|false}.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

let mustache;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const task = JSON.parse(line);
  if (task.path) {
    mustache = (await import(pathToFileURL(task.path).href)).default;
    continue;
  }
  const config = task.escape ? {} : { escape: (value) => value };
  process.stdout.write(JSON.stringify(mustache.render(task.template, task.data, {}, config)) + "\n");
}
