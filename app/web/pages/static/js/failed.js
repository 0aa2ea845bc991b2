/* An error page: look again as soon as a file is saved. */
import { on, start } from "./live.js";

on("change", () => document.body.classList.contains("failed") && location.reload());
on("missed", () => document.body.classList.contains("failed") && location.reload());
start();
