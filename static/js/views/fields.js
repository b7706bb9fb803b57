import { t } from "../i18n.js";
import { renderPhrase } from "../math.js";
import { child } from "./band.js";

/**
 * Fields of a form, each a native control with its label, a hint, and one sentence below where its value cannot be.
 *
 * @template V
 * @typedef {object} Field
 * @property {HTMLElement} root
 * @property {(value: V) => void} set              show this value; what is being typed and means the same stays as it is
 * @property {(locked: boolean) => void} lock      fixed by the link: muted, with a lock, and still readable
 * @property {(sentence: string | null) => void} fault
 * @property {(sentence: string) => void} hint
 *
 * @typedef {Record<string, import("../math.js").Piece>} Pieces
 * @typedef {(dragging: boolean) => void} Ready
 */

/** Letters that stand in labels, as formulas and, for names read aloud, as text. */
const LETTERS = { phi: "\\varphi", H: "H", T: "T", U: "\\U", V: "\\V", W: "\\W", L: "L" };
const SPOKEN = { phi: "φ", H: "H", T: "T", U: "U", V: "V", W: "W", L: "L" };
const PIECES = Object.fromEntries(Object.entries(LETTERS).map(([name, tex]) => [name, { tex }]));

let made = 0;

/** A label without its formulas, for names read aloud. @param {string} key */
export const spoken = (key) => t(key, SPOKEN);

/** @param {string} name @param {string} [className] @returns {SVGSVGElement} */
export function icon(name, className = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/**
 * The frame of a field: label and control in one line, room below for more, hint and fault.
 * @param {HTMLElement} parent @param {string} key  of the label @param {string} [className]
 */
export function frame(parent, key, className = "") {
  const root = child(parent, "div", `field ${className}`);
  const line = child(root, "div", "field-line");
  const label = /** @type {HTMLLabelElement} */ (child(line, "label", "field-label"));
  renderPhrase(label, key, PIECES);
  const hint = child(root, "p", "field-hint");
  const fault = child(root, "p", "field-fault");
  const id = `field-${(made += 1)}`;
  label.id = `${id}-label`;
  hint.id = `${id}-hint`;
  fault.id = `${id}-fault`;
  hint.hidden = fault.hidden = true;
  fault.setAttribute("role", "status");

  /** @type {HTMLElement[]} */
  const inputs = [];
  /** @template {HTMLElement} E @param {E} input @returns {E} */
  function adopt(input) {
    input.setAttribute("aria-label", spoken(key));
    input.setAttribute("aria-describedby", `${hint.id} ${fault.id}`);
    if (!inputs.length) {
      input.id = id;
      label.htmlFor = id;
    }
    inputs.push(input);
    return input;
  }
  return {
    root, line, label, adopt,
    /** @param {string} sentence */
    hint(sentence) {
      hint.textContent = sentence;
      hint.hidden = sentence === "";
    },
    /** @param {string | null} sentence */
    fault(sentence) {
      fault.hidden = sentence === null;
      fault.replaceChildren(...(sentence === null ? [] : [icon("alert"), document.createTextNode(sentence)]));
      for (const input of inputs) input.setAttribute("aria-invalid", String(sentence !== null));
    },
    /** @param {boolean} locked */
    lock(locked) {
      if (root.classList.contains("locked") === locked) return;
      root.classList.toggle("locked", locked);
      root.title = locked ? t("controls.locked") : "";
      for (const input of root.querySelectorAll("input, select, textarea, button")) /** @type {HTMLInputElement} */ (input).disabled = locked;
      const place = label.classList.contains("visually-hidden") ? line : label;
      if (locked) place.append(icon("lock", "icon lock"));
      else place.querySelector(".lock")?.remove();
    },
  };
}

/** @typedef {ReturnType<typeof frame>} Frame */

/** @param {HTMLElement} parent @param {string} type @param {string} [className] @returns {HTMLInputElement} */
export function input(parent, type, className) {
  const element = /** @type {HTMLInputElement} */ (child(parent, "input", className));
  element.type = type;
  return element;
}

/**
 * One of a few names.
 * @param {HTMLElement} parent @param {{ key: string, choices: string[], name: (choice: string) => string, onPick: (choice: string) => void }} options
 * @returns {Field<string>}
 */
export function select(parent, { key, choices, name, onPick }) {
  const { root, line, adopt, hint, fault, lock } = frame(parent, key);
  const wrap = child(line, "span", "select");
  const element = adopt(/** @type {HTMLSelectElement} */ (child(wrap, "select")));
  const add = (/** @type {string} */ choice) => element.append(new Option(name(choice), choice));
  choices.forEach(add);
  element.addEventListener("change", () => onPick(element.value));
  return {
    root, lock, fault, hint,
    set(value) {
      if (element.value === value) return;
      if (!choices.includes(value) && !element.querySelector(`option[value="${CSS.escape(value)}"]`)) add(value);
      element.value = value;
    },
  };
}

/**
 * One of two or three names, all in sight.
 * @param {HTMLElement} parent @param {{ key: string, choices: string[], name: (choice: string) => string, onPick: (choice: string) => void, quiet?: boolean }} options
 *   quiet: the heading above says what is chosen here, so the label is only read aloud
 * @returns {Field<string>}
 */
export function segmented(parent, { key, choices, name, onPick, quiet = false }) {
  const { root, line, label, hint, fault, lock } = frame(parent, key, quiet ? "wide" : "");
  const group = child(line, "span", "segmented");
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", spoken(key));
  label.classList.toggle("visually-hidden", quiet);
  const radios = choices.map((choice) => {
    const option = child(group, "label", "segment");
    const radio = input(option, "radio", "visually-hidden");
    Object.assign(radio, { name: label.id, value: choice });
    radio.addEventListener("change", () => onPick(choice));
    child(option, "span").textContent = name(choice);
    return radio;
  });
  return { root, lock, fault, hint, set: (value) => radios.forEach((radio) => { radio.checked = radio.value === value; }) };
}

/**
 * A text of any length; Enter accepts, Shift+Enter is a new line.
 * @param {HTMLElement} parent @param {{ key: string, onText: (text: string) => void, spellcheck?: boolean, rows?: number }} options
 * @returns {Field<string>}
 */
export function text(parent, { key, onText, rows = 1 }) {
  const { root, line, label, adopt, hint, fault, lock } = frame(parent, key, "wide");
  label.classList.add("visually-hidden");
  const area = adopt(/** @type {HTMLTextAreaElement} */ (child(line, "textarea")));
  Object.assign(area, { rows, spellcheck: false, autocomplete: "off" });
  area.setAttribute("autocapitalize", "off");
  area.addEventListener("input", (event) => {
    if (!(/** @type {InputEvent} */ (event).isComposing)) onText(area.value);
  });
  area.addEventListener("compositionend", () => onText(area.value));
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) event.preventDefault();
  });
  return {
    root, lock, fault, hint,
    set(value) {
      const drafted = document.activeElement === area && area.getAttribute("aria-invalid") === "true";
      if (area.value === value || drafted) return;
      area.value = value;
      fault(null);
    },
  };
}

/**
 * @typedef {object} Range
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {boolean} [log]     the slider moves by ratios
 * @property {boolean} [whole]   only integers
 *
 * @typedef {object} NumberOptions
 * @property {string} key
 * @property {Range} range
 * @property {(value: number, dragging: boolean) => void} onNumber
 */

/** A number typed. @param {Frame} field @param {HTMLElement} parent @param {NumberOptions & { onFault?: (bad: boolean) => void }} options */
function typed({ adopt, fault }, parent, { range, onNumber }) {
  const element = adopt(input(parent, "number", "number"));
  const bounds = { ...range };
  const limit = () => Object.assign(element, { min: String(bounds.min), max: String(bounds.max), step: range.whole ? "1" : "any" });
  limit();
  element.addEventListener("input", () => {
    const sentence = outside(element.value, bounds);
    fault(sentence);
    if (sentence === null) onNumber(Number(element.value), false);
  });
  return {
    element,
    /** @param {number} value */
    set(value) {
      if (element.value !== "" && Number(element.value) === value) return;
      if (document.activeElement === element && outside(element.value, bounds)) return; // half typed
      element.value = String(value);
      fault(null);
    },
    /** @param {number} max */
    setMax(max) {
      bounds.max = max;
      limit();
    },
  };
}

/** What is wrong with a typed number, if anything. @param {string} typed @param {Range} range */
function outside(typed, { min, max, whole }) {
  const value = Number(typed);
  const fits = typed.trim() !== "" && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (fits) return null;
  const kind = whole ? "fault.whole" : "fault.number";
  return typed.trim() === "" ? t(`${kind}.empty`, { min, max }) : t(kind, { value: typed, min, max });
}

/** A number alone. @param {HTMLElement} parent @param {NumberOptions} options @returns {Field<number>} */
export function number(parent, options) {
  const field = frame(parent, options.key);
  const { set } = typed(field, field.line, options);
  return { root: field.root, lock: field.lock, fault: field.fault, hint: field.hint, set };
}

/** Where a value stands on a slider, and back. @param {Range} range */
function track({ min, max, step, log, whole }) {
  if (!log) return { min, max, step, place: (/** @type {number} */ v) => v, value: (/** @type {number} */ p) => (whole ? Math.round(p) : Number(p.toFixed(4))) };
  return {
    min: Math.log10(min), max: Math.log10(max), step,
    place: (/** @type {number} */ v) => Math.log10(v), value: (/** @type {number} */ p) => Number((10 ** p).toPrecision(2)),
  };
}

/** A number that can be dragged, and typed. @param {HTMLElement} parent @param {NumberOptions & { inline?: boolean }} options  inline: label, slider and number in one line
 * @returns {Field<number> & { setMax(max: number): void, frame: Frame, show(value: number): void, slider: HTMLInputElement, box: HTMLInputElement }} */
export function slider(parent, options) {
  const { key, range, inline, onNumber } = options;
  const field = frame(parent, key, inline ? "sliding inline" : "sliding");
  const box = typed(field, field.line, options);
  const { place, value: valueAt, ...ends } = track(range);
  const bar = child(field.root, "div", "slider");
  if (inline) box.element.before(bar);
  else field.line.after(bar);
  const knob = field.adopt(input(bar, "range"));
  Object.assign(knob, { min: String(ends.min), max: String(ends.max), step: String(ends.step) });
  const dragged = (/** @type {boolean} */ dragging) => () => {
    const value = valueAt(Number(knob.value));
    box.element.value = String(value);
    field.fault(null);
    paint();
    onNumber(value, dragging);
  };
  knob.addEventListener("input", dragged(true));
  knob.addEventListener("change", dragged(false));
  const paint = () => {
    const share = (Number(knob.value) - Number(knob.min)) / (Number(knob.max) - Number(knob.min) || 1);
    knob.style.setProperty("--share", String(share));
  };
  const show = (/** @type {number} */ value) => {
    if (valueAt(Number(knob.value)) !== value) knob.value = String(place(value));
    knob.setAttribute("aria-valuetext", String(value));
    paint();
  };
  return {
    root: field.root, lock: field.lock, fault: field.fault, hint: field.hint, frame: field, show, slider: knob, box: box.element,
    set(value) {
      box.set(value);
      show(value);
    },
    setMax(max) {
      if (Number(knob.max) === max) return;
      box.setMax(max);
      knob.max = String(max);
      paint();
    },
  };
}

/**
 * A number that can be off. Off, it says in words what then holds.
 * @param {HTMLElement} parent
 * @param {{ key: string, range: Range, off: string, start: () => number, onValue: (value: number | null, dragging: boolean) => void }} options
 *   off: key of the word beside the switch; start: the value it takes when switched on
 * @returns {Field<number | null> & { slider: HTMLInputElement, setMax(max: number): void, rest(value: number): void, word(text: string): void }}
 *   rest: where the slider stands while off; word: what then holds
 */
export function switched(parent, { key, range, off, start, onValue }) {
  const inner = slider(parent, { key, range, onNumber: onValue });
  const word = child(inner.frame.line, "span", "off-word");
  word.textContent = t(off);
  const toggle = input(inner.frame.line, "checkbox", "switch");
  toggle.setAttribute("role", "switch");
  toggle.setAttribute("aria-label", t("controls.set", { what: spoken(key) }));
  toggle.addEventListener("change", () => {
    inner.fault(null);
    onValue(toggle.checked ? start() : null, false);
  });
  return {
    ...inner,
    set(value) {
      const on = value !== null;
      toggle.checked = on;
      inner.root.classList.toggle("off", !on);
      inner.box.hidden = !on;
      word.hidden = on;
      if (on) inner.set(value);
    },
    rest: inner.show,
    word(text) {
      if (word.textContent !== text) word.textContent = text;
    },
  };
}
