// Renders templates by mustache.js: one JSON object per line in, the list of its results per line out.
// {"path": …} names the module; then {"template": …, "data": [{…}, …], "escape": true|false}.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
const escaped = (value) => String(value).replace(/[&<>"']/g, (sign) => SIGNS[sign]);
let mustache;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const task = JSON.parse(line);
  if (task.path) {
    mustache = (await import(pathToFileURL(task.path).href)).default;
    continue;
  }
  const config = { escape: task.escape ? escaped : String };
  const results = task.data.map((data) => mustache.render(task.template, data, {}, config));
  mustache.clearCache();
  process.stdout.write(JSON.stringify(results) + "\n");
}
