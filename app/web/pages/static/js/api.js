/* Our own JSON API; see /docs. A problem (RFC 9457) is a result like any other, not an exception. */

import { askAgain, unanswered } from "./live.js";

const path = (name) => name.split("/").map(encodeURIComponent).join("/");

export const GONE = "unknown-draft"; // edited data that the server has let go: whoever has them sends them again

/** `{value}` when it went well, `{problem}` when not. */
async function call(address, options = {}, first = true) {
  try {
    const response = await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers } });
    const body = await response.json();
    if (first && body?.code === GONE) {
      await askAgain();
      return call(address, options, false);
    }
    return response.ok ? { value: body } : { problem: body };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    unanswered();
    return { problem: { title: "The server does not answer", detail: "It may have been stopped.", remedy: "Start it again; this page then goes on by itself.", status: 0 } };
  }
}

export const listTemplates = () => call("/api/templates");
/** What fits what was typed: name to its `place` among the best, its `title`, and `where` and in which `file` it was found. */
export async function searched(question) {
  if (!question.trim()) return new Map();
  const { value } = await call(`/api/search?${new URLSearchParams({ q: question })}`);
  return new Map((value?.templates ?? []).map(({ name, ...found }, place) => [name, { place, ...found }]));
}

export const listChecks = () => call("/api/checks");
export const getTemplate = (name) => call(`/api/templates/${path(name)}`);
export const getSources = (name) => call(`/api/sources/${path(name)}`);
export const getPlaces = (name, query) => call(`/api/places/${path(name)}?${new URLSearchParams(query)}`);
export const getCheck = (name) => call(`/api/checks/${path(name)}`);
export const pageOf = (name) => `/templates/${path(name)}`;
export const getClient = (client, name, query) => call(`/api/clients/${client}/${path(name)}?${new URLSearchParams(query)}`);
export const getSnippets = (name, query) => call(`/api/snippets/${path(name)}?${new URLSearchParams(query)}`);
export const getWeight = (name, query) => call(`/api/weights/${path(name)}?${new URLSearchParams(query)}`);
export const previewOf = (name, query) => `/preview/${path(name)}?${new URLSearchParams(query)}`;
export const drawnOf = (name, query) => `/drawn/${path(name)}?${new URLSearchParams(query)}`;
export const downloadOf = (name, query) => `/downloads/${path(name)}?${new URLSearchParams(query)}`;

/** How the pictures of one template, or of all, stand against the approved ones. */
export const getStandings = (name) => call(name ? `/api/snapshots/${path(name)}` : "/api/snapshots");

export const post = (address, body, token) => call(address, {
  method: "POST",
  headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
  body: JSON.stringify(body),
});
export const getOperation = (id) => call(`/api/operations/${id}`);

/** Begin something with a target: `door` is plan, publish, promote, rollback or verify. */
export const begin = (target, door, body, token) => post(`/api/targets/${encodeURIComponent(target)}/${door}`, body, token);
export const compare = (template, token) => post("/api/snapshots/compare", { template }, token);
export const sendTest = (name, body, token) => post(`/api/templates/${path(name)}/send-test`, body, token);
export const askLinks = (name, token) => post(`/api/templates/${path(name)}/ask-links`, {}, token);
export const checkInBrowser = (name, token) => post(`/api/checks/${path(name)}/browser`, {}, token);
export const cancel = (id, token) => post(`/api/operations/${id}/cancel`, {}, token);

export function saveFixture(name, body, token) {
  return call(`/api/fixtures/${path(name)}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
}

/** A body with the data as they were typed: read and written again, a long number would be another one. */
function withData({ text, ...rest }) {
  const body = JSON.stringify(rest);
  return text === undefined ? body : `${body.slice(0, -1)}${body === "{}" ? "" : ","}"data":${text}}`;
}

/** `body` as the API has it, or with the data as JSON in `text`; with the first words, which the inboxes show. */
export function render(name, body, signal) {
  return call(`/api/templates/${path(name)}/render`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: withData({ ...body, opening: true }),
    signal,
  });
}

/** The data in `text` as a form; `choices` by pointer. */
export function readForm(name, text, choices, signal) {
  return call(`/api/forms/${path(name)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: withData({ choices, text }),
    signal,
  });
}
