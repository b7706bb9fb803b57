/**
 * The page's words, from the one catalogue a locale (app/pages/locales); the server writes it into the page as
 * `<script type="application/json" id="messages">`. Placeholders are {name}.
 *
 * @typedef {Record<string, string | number>} Params
 */

/** @type {Record<string, string>} */
let messages = {};

/** @param {Record<string, string>} catalogue */
export function setMessages(catalogue) {
  messages = catalogue;
}

/** Take the words that the server wrote into the page. */
export function loadMessages() {
  setMessages(JSON.parse(document.getElementById("messages")?.textContent ?? "{}"));
}

/** The message of a key, its placeholders filled. An unknown key shows itself: tests look for that. @param {string} key @param {Params} [params] */
export function t(key, params = {}) {
  const message = messages[key] ?? key;
  return message.replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole));
}
