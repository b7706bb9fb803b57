import { Refused, checkOwn } from "./check.js";

/**
 * Own content in a link: JSON, compressed, in the part of the address that no server sees. "1." is the version.
 *
 * @typedef {import("./own.js").Own} Own
 */

const NAME = "#own=";
const VERSION = "1.";
const ELSEWHERE = "file"; // too much for a link: the link says that there was more
const KEPT = "unrolled.own";
/** Characters of a link's own content, at most; chats and mail cut longer ones. */
export const LONGEST = 8000;
const MOST_BYTES = 8 * 2 ** 20; // what a link may unfold to

/** @param {Own} own @returns {Promise<string>} */
export async function pack(own) {
  const packed = await through(new TextEncoder().encode(JSON.stringify(own)), new CompressionStream("deflate-raw"));
  const letters = Array.from({ length: Math.ceil(packed.length / 4096) }, (_, i) => String.fromCharCode(...packed.subarray(4096 * i, 4096 * (i + 1)))).join("");
  return VERSION + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} text @returns {Promise<Own>} @throws {Refused} */
export async function unpack(text) {
  if (!text.startsWith(VERSION)) throw new Refused("fault.own.version");
  const body = text.slice(VERSION.length);
  if (!/^[\w-]+$/.test(body)) throw new Refused("fault.own.link");
  let value;
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await through(bytes, new DecompressionStream("deflate-raw"))));
  } catch {
    throw new Refused("fault.own.link");
  }
  return checkOwn(value);
}

/** @param {Uint8Array} bytes @param {CompressionStream | DecompressionStream} stream */
async function through(bytes, stream) {
  const reader = new Blob([/** @type {any} */ (bytes)]).stream().pipeThrough(stream).getReader();
  /** @type {Uint8Array[]} */
  const pieces = [];
  let size = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    size += piece.value.length;
    if (size > MOST_BYTES) throw new RangeError("too large");
  }
  const whole = new Uint8Array(size);
  pieces.reduce((at, piece) => (whole.set(piece, at), at + piece.length), 0);
  return whole;
}

/**
 * The fragments of what was brought, made once each.
 * @param {{ onReady: () => void }} options  one that was asked for before it was made is there now
 */
export function createFragments({ onReady }) {
  /** @type {WeakMap<Own, string>} */
  const made = new WeakMap();
  /** @type {WeakMap<Own, Promise<string>>} */
  const under = new WeakMap();
  /** @param {Own | null} own @returns {Promise<string>} */
  function make(own) {
    if (!own) return Promise.resolve("");
    if (!under.has(own)) under.set(own, pack(own).then((text) => {
      const fragment = NAME + (text.length > LONGEST ? ELSEWHERE : text);
      if (text.length > LONGEST) keep(own);
      made.set(own, fragment);
      return fragment;
    }));
    return /** @type {Promise<string>} */ (under.get(own));
  }
  return {
    make,
    /** @param {Own | null} own @returns {string | null}  null: not made yet */
    of(own) {
      if (!own) return "";
      const fragment = made.get(own);
      if (fragment === undefined) void make(own).then(onReady);
      return fragment ?? null;
    },
  };
}

/** Does the fragment hold all of it? @param {string} fragment */
export const isWhole = (fragment) => fragment !== NAME + ELSEWHERE;

/** The part of an address that is own content; "" where there is none. @param {string} hash */
export const ownPart = (hash) => (hash.startsWith(NAME) ? hash : "");

/** This tab keeps what is too large for its address. @param {Own} own */
function keep(own) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(own));
  } catch {
    // no room, or none allowed: a reload then says what is missing
  }
}

/** The own content of an address. @param {string} hash @param {unknown} state  of the history's entry @returns {Promise<Own | null>} @throws {Refused} */
export async function readOwn(hash, state) {
  const text = ownPart(hash).slice(NAME.length);
  if (!ownPart(hash)) return null;
  if (text !== ELSEWHERE) return unpack(text);
  const kept = /** @type {any} */ (state)?.own ?? recallKept();
  if (!kept) throw new Refused("fault.own.elsewhere");
  return checkOwn(kept);
}

function recallKept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  } catch {
    return null;
  }
}
