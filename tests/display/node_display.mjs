// Display values of one bundle as examples/node prepares them: a task on each line, its result on each line.
import { createInterface } from "node:readline";
import { displayValues } from "../../examples/node/display.mjs";

let bundle;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const task = JSON.parse(line);
  if (task.bundle) bundle = task.bundle;
  else process.stdout.write(JSON.stringify(displayValues(bundle, task.name, task.data)) + "\n");
}
