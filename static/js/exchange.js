import { apiUrl, problemOf, unreached } from "./api.js";
import { t } from "./i18n.js";

/**
 * Single questions to the server beside the picture's own: code, grading, weights.
 *
 * @typedef {import("./api.js").Problem} Problem
 * @param {"code" | "grade" | "weights" | "forward"} path @param {any} body  JSON, or a form with a file @param {AbortSignal} [signal]
 * @returns {Promise<{ answer: any } | { problem: Problem }>}
 */
export async function exchange(path, body, signal) {
  const form = body instanceof FormData;
  try {
    const response = await fetch(apiUrl(path), {
      method: "POST", signal, body: form ? body : JSON.stringify(body), headers: { accept: "application/json", ...(form ? {} : { "content-type": "application/json" }) },
    });
    const text = await response.text();
    return response.ok ? { answer: JSON.parse(text) } : { problem: problemOf(response.status, text) };
  } catch (error) {
    return { problem: unreached(error instanceof SyntaxError ? "garbled" : "network", error) };
  }
}

/** Why there is no answer, in one sentence of the page and the server's own words. @param {Problem} problem */
export function explain({ kind, errors, detail }) {
  const said = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join(" · ") || detail;
  return [t(`problem.${kind}`), kind === "refused" ? said : ""].filter(Boolean).join(" ");
}
