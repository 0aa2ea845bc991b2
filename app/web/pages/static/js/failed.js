/* A page without keys of this module's own: commands, and, where it says what is wrong, a look at it as soon as a file is saved. */
import { on, start } from "./live.js";
import { Palette } from "./palette.js";

on("change", () => document.body.classList.contains("failed") && location.reload());
on("missed", () => document.body.classList.contains("failed") && location.reload());
const palette = new Palette([]);
document.addEventListener("keydown", (event) => palette.pressed(event));
start();
