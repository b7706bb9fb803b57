import { fixed, visible } from "../../format.js";
import { t as say } from "../../i18n.js";
import { svg } from "../stage/column.js";

/**
 * The wiring of a cell as SVG: what is drawn once, and which of it is known, current or pointed at. Values and ribbons
 * are painted below it (paint.js).
 *
 * @typedef {import("../../cell/wiring.js").Wiring} Wiring
 * @typedef {Wiring["nodes"][number]} Node
 * @typedef {Wiring["wires"][number]} Wire
 * @typedef {import("../../trace.js").Trace} Trace
 * @typedef {object} Look
 * @property {Set<string>} known      nodes whose value is computed
 * @property {Set<string>} returned   nodes that have handed their gradient on
 * @property {boolean} backward
 * @property {number} current         the operation just done, −1 for none
 * @property {number | null} pointed  the operation pointed at
 */

export const CAPSULE = { width: 26, height: 64 };
const NAMES = { x: "x", h0: "h", cell0: "cell", h: "h", cell: "cell" };
const SIZES = { x: [34, 34], h0: [26, 64], cell0: [26, 64], h: [26, 64], cell: [26, 64], matrix: [32, 32], sum: [24, 24], times: [24, 24], rest: [30, 24],
  sigmoid: [48, 28], tanh: [48, 28], phi: [48, 28], normalize: [48, 28], stack: [0, 20] };
const HEAD = 7;

/** Width and height of a node's box. @param {Node} node */
export const sizeOf = ({ kind }) => SIZES[kind];

/** Has the value on a wire been computed? @param {Wire} wire @param {Look} look */
export const isKnown = ({ from }, { known }) => known.has(from);

/** Has the gradient on a wire been computed: has what it leads to handed its own on? @param {Wire} wire @param {Look} look */
export const isReturned = ({ to, from }, { returned, backward }) => backward && (returned.has(to) || (isOutside(to) && returned.has(from)));

/** @param {string} to */
export const isOutside = (to) => to === "readout" || to === "next" || to === "cellNext";

/** @param {Element} picture @param {Wiring} wiring @param {(operation: number | null) => void} onPoint */
export function createDrawing(picture, wiring, onPoint) {
  const operationOf = owners(wiring);
  const layer = svg("g", picture);
  const wires = wiring.wires.map((wire) => createWire(layer, wire, operationOf));
  const nodes = wiring.nodes.map((node) => createNode(layer, node, operationOf));
  layer.addEventListener("pointerover", ({ target }) => {
    const group = target instanceof Element ? target.closest("[data-operation]") : null;
    onPoint(group instanceof SVGElement ? Number(group.dataset.operation) : null);
  });
  layer.addEventListener("pointerleave", () => onPoint(null));
  return {
    /** @param {Trace} trace @param {number} t */
    name(trace, t) {
      for (const node of nodes) node.name(trace, t);
      for (const wire of wires) wire.name(trace, t);
    },
    /** @param {Look} look */
    show(look) {
      for (const wire of wires) wire.show(look);
      for (const node of nodes) node.show(look);
    },
    /** What a wire is told to carry, for the pointer. @param {(wire: Wire) => string} words */
    describe(words) {
      wiring.wires.forEach((wire, i) => wires[i].describe(words(wire)));
    },
    remove: () => layer.remove(),
  };
}

/** The operation that a node belongs to. @param {Wiring} wiring @returns {Map<string, number>} */
function owners({ operations }) {
  return new Map(operations.flatMap(({ nodes }, i) => nodes.map((id) => /** @type {[string, number]} */ ([id, i]))));
}

/** @param {number[]} numbers */
const f = (...numbers) => numbers.map((v) => v.toFixed(1)).join(" ");

/** @param {[number, number][]} points */
export const courseOf = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${f(x, y)}`).join("");

/** A line through the corners, and the filled head at its end. @param {[number, number][]} points */
function arrow(points) {
  const [[x0, y0], [x1, y1]] = [points[points.length - 2], points[points.length - 1]];
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const [bx, by] = [x1 - ux * HEAD, y1 - uy * HEAD];
  const head = `M${f(x1, y1)}L${f(bx - uy * 3.5, by + ux * 3.5)}L${f(bx + uy * 3.5, by - ux * 3.5)}Z`;
  return { line: courseOf([...points.slice(0, -1), [bx, by]]), head };
}

/** @param {Element} layer @param {Wire} wire @param {Map<string, number>} operationOf */
function createWire(layer, wire, operationOf) {
  const operation = operationOf.get(wire.from) ?? operationOf.get(wire.to) ?? -1;
  const group = svg("g", layer, { class: "wire", "data-operation": operation, "data-wire": wire.id });
  if (wire.road) svg("path", group, { class: "road", d: courseOf(wire.points) });
  const title = svg("title", group);
  svg("path", group, { class: "wire-hit", d: courseOf(wire.points) });
  const colour = { Ux: "U", Wh: "W" }[wire.from] ?? "";
  const [line, head] = ["line", "head"].map((part) => svg("path", group, { class: `wire-${part} ${colour}` }));
  const word = isOutside(wire.to) ? svg("text", group, { class: "wire-word" }) : null;
  const end = wire.points[wire.points.length - 1];
  const letter = wire.to === "readout" ? letterBox(group, end, wire.points) : null;
  return {
    /** @param {Trace} trace @param {number} t */
    name(trace, t) {
      if (letter) letter.setAttribute("visibility", trace.parameters.V ? "visible" : "hidden");
      if (!word) return;
      const up = end[1] < wire.points[0][1];
      const at = wire.to === "readout" ? [end[0] + 22, end[1] + (up ? -12 : 22)] : [end[0], end[1] + 20];
      word.setAttribute("x", String(at[0]));
      word.setAttribute("y", String(at[1]));
      word.setAttribute("text-anchor", wire.to === "readout" ? "start" : "end");
      word.textContent = wire.to === "readout" ? `ŷ(${t})` : say(t < trace.T ? "cell.toStep" : "cell.noStep", { t: t + 1 });
    },
    /** @param {Look} look */
    show(look) {
      const { known, backward, current, pointed } = { ...look, known: isKnown(wire, look) };
      const drawn = arrow(backward ? [...wire.points].reverse() : wire.points);
      line.setAttribute("d", drawn.line);
      head.setAttribute("d", drawn.head);
      group.classList.toggle("is-known", known && !backward);
      group.classList.toggle("is-backward", backward);
      group.classList.toggle("is-returned", isReturned(wire, look));
      group.classList.toggle("is-current", current === operation);
      group.classList.toggle("is-linked", pointed === operation);
    },
    /** @param {string} words */
    describe(words) {
      if (title.textContent !== words) title.textContent = words;
    },
  };
}

/** What stands in the input's square: its symbol, or its number where it is one. @param {Trace} trace @param {number} t */
function symbolOf({ symbols, x, I }, t) {
  const symbol = symbols[t - 1];
  if (symbol !== null) return visible(symbol);
  return I === 1 ? fixed(x[t - 1][0], 1) : "";
}

/** V, where h(t) leaves for the prediction. @param {Element} group @param {[number, number]} end @param {[number, number][]} points */
function letterBox(group, [x, y], points) {
  const box = svg("g", group, { class: "matrix V" });
  const middle = y + (y < points[0][1] ? -16 : 16);
  svg("rect", box, { x: x - 16, y: middle - 16, width: 32, height: 32, rx: 8 });
  svg("text", box, { x, y: middle + 6 }).textContent = "V";
  return box;
}

/** @param {Element} layer @param {Node} node @param {Map<string, number>} operationOf */
function createNode(layer, node, operationOf) {
  const operation = operationOf.get(node.id) ?? -1;
  const group = svg("g", layer, { class: `cell-node kind-${node.kind} ${node.kind === "matrix" ? `matrix ${node.sign}` : ""}`, "data-operation": operation, "data-node": node.id });
  const [width, height] = sizeOf(node);
  const [x, y] = node.at;
  if (node.slots) stackBox(group, node);
  else svg("rect", group, { x: x - width / 2, y: y - height / 2, width, height, rx: radiusOf(node) });
  const sign = node.sign ? svg("text", group, { class: `sign ${node.kind === "matrix" ? "" : "math"}`, x, y: y + 5.5 }) : null;
  if (sign) sign.textContent = node.sign ?? "";
  if (node.word) wordAt(group, node, width).textContent = say(node.word);
  const name = node.kind in NAMES ? svg("text", group, { class: "cell-name", x, y: node.below || node.kind === "x" ? y + height / 2 + 16 : y - height / 2 - 9 }) : null;
  const symbol = node.kind === "x" ? svg("text", group, { class: "cell-symbol", x, y: y + 5 }) : null;
  return {
    /** @param {Trace} trace @param {number} t */
    name(trace, t) {
      if (symbol) symbol.textContent = symbolOf(trace, t);
      if (!name) return;
      name.replaceChildren();
      const letter = NAMES[/** @type {keyof typeof NAMES} */ (node.kind)];
      svg("tspan", name, { class: "math-italic" }).textContent = letter;
      svg("tspan", name, { class: "math" }).textContent = `(${node.kind.endsWith("0") ? t - 1 : t})`;
    },
    /** @param {Look} look */
    show({ known, current, pointed }) {
      group.classList.toggle("is-known", known.has(node.id));
      group.classList.toggle("is-current", operation >= 0 && current === operation);
      group.classList.toggle("is-linked", operation >= 0 && pointed === operation);
    },
  };
}

/** Beside a box whose wires run upright, below one whose wires run level. @param {Element} group @param {Node} node @param {number} width */
function wordAt(group, { kind, at: [x, y], wordAt: place }, width) {
  if (place) return svg("text", group, { class: "cell-word", x: place[0], y: place[1], "text-anchor": "middle" });
  if (kind === "phi" || kind === "normalize") return svg("text", group, { class: "cell-word", x, y: y + 32, "text-anchor": "middle" });
  return svg("text", group, { class: "cell-word", x: x + width / 2 + 6, y: y + (kind === "sum" ? 22 : 4) });
}

/** @param {Node} node */
const radiusOf = ({ kind }) => ({ sum: 12, times: 12, rest: 12, h: 12, h0: 12, cell: 12, cell0: 12 })[/** @type {string} */ (kind)] ?? 8;

export const SLOT = 76;

/** The stacked rows of all gates as one bar, each gate's rows under its gate. @param {Element} group @param {Node} node */
function stackBox(group, { slots = [], at: [, y] }) {
  const left = Math.min(...slots) - SLOT / 2;
  svg("rect", group, { x: left, y: y - 10, width: Math.max(...slots) + SLOT / 2 - left, height: 20, rx: 8 });
}
