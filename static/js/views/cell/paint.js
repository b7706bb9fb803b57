import { short } from "../../format.js";
import { t as say } from "../../i18n.js";
import { normStops, valueStops } from "../../scales.js";
import { norm } from "../../trace.js";
import { tickOfTen } from "../legend.js";
import { bead } from "../stage/values.js";
import { CAPSULE, isKnown, isOutside, isReturned, SLOT } from "./drawing.js";

/**
 * What flows through the cell, on a canvas below its wiring: each wire's vector as a small strip with its norm, each
 * gradient as a ribbon of its norm's width and colour. What is not computed is not painted.
 *
 * @typedef {import("../../cell/wiring.js").Wiring} Wiring
 * @typedef {import("../../cell/graph.js").Flow} Flow
 * @typedef {import("../../scales.js").Scales} Scales
 * @typedef {import("./drawing.js").Look} Look
 * @typedef {Wiring["wires"][number]} Wire
 * @typedef {CanvasRenderingContext2D} Pen
 */

const FONT = '12px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
export const RIBBON = 16;
const STRIP = { length: 58, width: 12 };
const BEADS = 10; // units that are still beads; more are a heat strip

/** @param {Pen} pen @param {Wiring} wiring @param {Flow} flow @param {Scales} scales @param {Look} look */
export function paintFlow(pen, wiring, flow, scales, look) {
  const legend = look.backward ? paintNorms : paintValues;
  pen.clearRect(0, 0, wiring.size.width, wiring.size.height);
  for (const wire of wiring.wires) if (isReturned(wire, look)) paintRibbon(pen, wire, norm(flow.gradients[wire.id]), scales);
  for (const node of wiring.nodes) if (look.known.has(node.id)) paintNode(pen, wiring, node, flow.out[node.id], scales);
  for (const wire of wiring.wires) paintWire(pen, wire, flow, scales, look);
  legend(pen, wiring.legend, scales);
}

const LEGEND = 132;

/** The states' colours, −1 to 1; the strips' own scale. @param {Pen} pen @param {[number, number]} at @param {Scales} scales */
function paintValues(pen, [x, y], scales) {
  ramp(pen, x, y, valueStops(scales.theme, 17), scales);
  ["−1", "0", "+1"].forEach((text, i) => caption(pen, text, x + (i * LEGEND) / 2, y + 18, scales));
  caption(pen, say("cell.values"), x + LEGEND, y - 12, scales, "right");
}

/** The gradient's colours and widths. @param {Pen} pen @param {[number, number]} at @param {Scales} scales */
function paintNorms(pen, [x, y], scales) {
  const [low, high] = scales.range;
  ramp(pen, x, y, normStops(scales.theme, 17), scales);
  caption(pen, `≤ ${tickOfTen(low)}`, x, y + 18, scales);
  caption(pen, tickOfTen(high), x + LEGEND, y + 18, scales);
  caption(pen, say("cell.norms"), x + LEGEND, y - 12, scales, "right");
}

/** @param {Pen} pen @param {number} x @param {number} y @param {string[]} stops @param {Scales} scales */
function ramp(pen, x, y, stops, scales) {
  const fill = pen.createLinearGradient(x, 0, x + LEGEND, 0);
  stops.forEach((stop, i) => fill.addColorStop(i / (stops.length - 1), stop));
  pen.fillStyle = fill;
  pen.fillRect(x, y, LEGEND, 7);
  pen.strokeStyle = scales.ink.edge;
  pen.lineWidth = 0.5;
  pen.strokeRect(x, y, LEGEND, 7);
}

/** @param {Pen} pen @param {string} text @param {number} x @param {number} y @param {Scales} scales @param {CanvasTextAlign} [align] */
function caption(pen, text, x, y, scales, align = "center") {
  pen.font = FONT;
  pen.textAlign = align;
  pen.textBaseline = "middle";
  pen.fillStyle = scales.ink.muted;
  pen.fillText(text, x, y);
}

/** @param {Pen} pen @param {Wiring} wiring @param {Wiring["nodes"][number]} node @param {Float64Array} value @param {Scales} scales */
function paintNode(pen, wiring, { kind, at: [x, y], slots }, value, scales) {
  if (kind === "h" || kind === "h0" || kind === "cell" || kind === "cell0") strip(pen, [x, y], true, value, scales, { length: CAPSULE.height - 8, width: CAPSULE.width - 10 });
  if (!slots) return;
  const H = value.length / wiring.parts.length;
  slots.forEach((at, g) => strip(pen, [at, y], false, value.subarray(g * H, (g + 1) * H), scales, { length: SLOT - 16, width: STRIP.width }));
}

/** A wire's own strip and its number: of the value forwards, of the gradient on the way back. @param {Pen} pen @param {Wire} wire @param {Flow} flow @param {Scales} scales @param {Look} look */
function paintWire(pen, wire, flow, scales, look) {
  const standing = level(wire);
  const returned = isReturned(wire, look);
  if (!wire.bare && isKnown(wire, look)) {
    ground(pen, wire.label, standing, scales);
    strip(pen, wire.label, standing, flow.values[wire.id], scales, STRIP);
  }
  const vector = returned ? flow.gradients[wire.id] : !look.backward && isKnown(wire, look) && !wire.bare ? flow.values[wire.id] : null;
  if (vector) number(pen, wire, standing, norm(vector), scales);
}

/** Does the wire run level where its label stands? The strip stands across it. @param {Wire} wire */
function level({ points, label: [x, y] }) {
  for (let i = 1; i < points.length; i += 1) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    if (y0 === y1 && Math.abs(y - y0) < 16 && x >= Math.min(x0, x1) && x <= Math.max(x0, x1)) return true;
  }
  return false;
}

/** @param {Pen} pen @param {Wire} wire @param {boolean} standing @param {number} size @param {Scales} scales */
function number(pen, { label: [x, y], bare, to }, standing, size, scales) {
  pen.font = FONT;
  pen.textBaseline = "middle";
  pen.textAlign = standing ? "center" : "left";
  const [dx, dy] = bare ? [0, standing && isOutside(to) ? -8 : standing ? -8 : 0] : standing ? [0, -STRIP.length / 2 - 9] : [STRIP.length / 2 + 6, 0];
  pen.lineWidth = 4;
  pen.lineJoin = "round";
  pen.strokeStyle = scales.ink.surface;
  pen.strokeText(short(size), x + dx, y + dy);
  pen.fillStyle = scales.ink.text;
  pen.fillText(short(size), x + dx, y + dy);
}

/** The paper a strip lies on. @param {Pen} pen @param {[number, number]} at @param {boolean} standing @param {Scales} scales */
function ground(pen, [x, y], standing, scales) {
  const [w, h] = standing ? [STRIP.width + 4, STRIP.length + 4] : [STRIP.length + 4, STRIP.width + 4];
  pen.beginPath();
  pen.roundRect(x - w / 2, y - h / 2, w, h, 7);
  pen.fillStyle = scales.ink.surface;
  pen.fill();
  pen.strokeStyle = scales.ink.line;
  pen.lineWidth = 1;
  pen.stroke();
}

/** A vector, unit 1 at the top, or at the left where the strip lies. @param {Pen} pen @param {[number, number]} at @param {boolean} standing @param {Float64Array} v @param {Scales} scales @param {{ length: number, width: number }} size */
function strip(pen, [x, y], standing, v, scales, { length, width }) {
  const pitch = length / v.length;
  const place = (/** @type {number} */ i) => -length / 2 + (i + 0.5) * pitch;
  v.forEach((value, i) => {
    const [cx, cy] = standing ? [x, y + place(i)] : [x + place(i), y];
    if (v.length <= BEADS) bead(pen, cx, cy, Math.min(width / 2, pitch / 2) - 0.3, value, scales);
    else {
      const [w, h] = standing ? [width - 3, pitch + 0.3] : [pitch + 0.3, width - 3];
      pen.fillStyle = scales.value(value);
      pen.fillRect(cx - w / 2, cy - h / 2, w, h);
    }
  });
}

/** The gradient on a wire, from its end back to its start; at or below the scale's floor dotted. @param {Pen} pen @param {Wire} wire @param {number} size @param {Scales} scales */
function paintRibbon(pen, { points }, size, scales) {
  const gone = scales.gone(size);
  const width = gone ? 1 : scales.ribbon(size, RIBBON);
  pen.lineJoin = "round";
  pen.lineCap = "butt";
  const trace = () => {
    pen.beginPath();
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  };
  pen.setLineDash(gone ? [1.5, 3] : []);
  if (!gone && scales.share(size) < 0.35) line(pen, trace, scales.ink.edge, width + 1);
  line(pen, trace, gone ? scales.ink.edge : scales.norm(size), width);
  pen.setLineDash([]);
  const [[x1, y1], [x0, y0]] = longest(points);
  if (!gone && Math.hypot(x1 - x0, y1 - y0) > 22) chevron(pen, (x0 + x1) / 2, (y0 + y1) / 2, Math.sign(x1 - x0), Math.sign(y1 - y0), scales.share(size) > 0.45 ? scales.ink.surface : scales.ink.text);
}

/** @param {Pen} pen @param {() => void} trace @param {string} colour @param {number} width */
function line(pen, trace, colour, width) {
  trace();
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

/** The longest stretch of a wire. @param {[number, number][]} points @returns {[[number, number], [number, number]]} */
function longest(points) {
  const stretches = points.slice(1).map((to, i) => /** @type {[[number, number], [number, number]]} */ ([points[i], to]));
  const length = (/** @type {[[number, number], [number, number]]} */ [[x0, y0], [x1, y1]]) => Math.abs(x1 - x0) + Math.abs(y1 - y0);
  return stretches.reduce((most, stretch) => (length(stretch) > length(most) ? stretch : most));
}

/** The open chevron that tells which way a gradient runs. @param {Pen} pen @param {number} x @param {number} y @param {number} ux @param {number} uy @param {string} colour */
function chevron(pen, x, y, ux, uy, colour) {
  const arm = 4;
  pen.beginPath();
  pen.moveTo(x - (ux * arm) / 2 + uy * arm, y - (uy * arm) / 2 - ux * arm);
  pen.lineTo(x + (ux * arm) / 2, y + (uy * arm) / 2);
  pen.lineTo(x - (ux * arm) / 2 - uy * arm, y - (uy * arm) / 2 + ux * arm);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.8;
  pen.lineCap = "round";
  pen.stroke();
}
