import { fixed, short, visible } from "../format.js";
import { texNumber } from "../formulas.js";
import { t as say } from "../i18n.js";
import { linked, renderMath, renderPhrase } from "../math.js";
import { topClasses } from "../products.js";
import { hasLoss, told } from "../trace.js";
import { child } from "./band.js";
import { barIn, named, setBar } from "./panel.js";

/**
 * What follows from h(t): the prediction that V reads out of it, and the loss, each announced before it is computed.
 *
 * @typedef {import("../view.js").Trace} Trace
 */

const CLASSES = 3;
const OUTPUTS = 6;

/** @param {HTMLElement} root */
export function outcome(root) {
  child(root, "h3", "panel-subtitle").textContent = say("outcome.title");
  const list = child(root, "ol", "then");
  const [reads, asks] = [item(list), item(list)];
  return {
    /** @param {Trace} trace @param {number} t @param {{ predicted: boolean, lost: boolean }} shown */
    update(trace, t, { predicted, lost }) {
      const readout = trace.parameters.V ? "outcome.reads" : "outcome.identity";
      reads.root.classList.toggle("is-done", predicted);
      renderPhrase(reads.line, readout, {
        V: { tex: linked({ kind: "V", t }, "\\V") }, h: { tex: linked({ kind: "h", t }, `h(${t})`) }, y: { tex: linked({ kind: "y", t }, `\\hat y(${t})`) },
      });
      reads.body.replaceChildren();
      if (predicted) prediction(reads.body, trace, t);
      loss(asks, trace, t, lost);
    },
  };
}

/** @param {HTMLElement} list */
function item(list) {
  const root = child(list, "li");
  return { root, line: child(root, "p", "then-line"), body: child(root, "div", "then-body") };
}

/** @param {HTMLElement} body @param {Trace} trace @param {number} t */
function prediction(body, trace, t) {
  if (trace.output === "softmax") return classes(body, trace, t);
  return numbers(body, trace, t);
}

/** The name of a class. @param {Trace} trace @param {number} i */
const nameOf = (trace, i) => (trace.labels ? visible(trace.labels[i]) : String(i));

/** @param {HTMLElement} body @param {Trace} trace @param {number} t */
function classes(body, trace, t) {
  const target = trace.targets && hasLoss(trace, t) ? trace.targets[t - 1] : null;
  const table = child(body, "table", "classes");
  child(table, "caption", "visually-hidden").textContent = say("outcome.likeliest");
  for (const { i, p } of topClasses(trace.yHat[t - 1], target, CLASSES)) {
    const row = child(table, "tr", i === target ? "is-target" : "");
    const name = child(row, "th");
    name.setAttribute("scope", "row");
    name.textContent = nameOf(trace, i);
    setBar(barIn(child(row, "td", "wide")), Number.isFinite(p) ? p : 0, "");
    child(row, "td", "number").textContent = Number.isFinite(p) ? short(p) : "–";
    child(row, "td", "note").textContent = i === target ? say("outcome.target") : "";
  }
}

/** @param {HTMLElement} body @param {Trace} trace @param {number} t */
function numbers(body, trace, t) {
  const y = trace.y && hasLoss(trace, t) ? trace.y[t - 1] : null;
  const table = child(body, "table", "outputs");
  const head = child(child(table, "thead"), "tr");
  const columns = [trace.O > 1 ? say("outcome.output") : "", say("outcome.prediction"), ...(y ? [say("outcome.target"), say("outcome.error")] : [])];
  columns.forEach((text) => {
    const cell = child(head, text ? "th" : "td");
    cell.textContent = text;
    if (text) cell.setAttribute("scope", "col");
  });
  const rows = child(table, "tbody");
  for (let i = 0; i < Math.min(trace.O, OUTPUTS); i += 1) outputRow(rows, trace, i, told(trace, trace.yHat[t - 1][i]), y ? y[i] : null);
  if (trace.scale && y) originals(rows, trace.scale, told(trace, trace.yHat[t - 1][0]), y[0]);
  if (trace.O > OUTPUTS) child(body, "p", "card-note").textContent = say("outcome.more", { n: trace.O - OUTPUTS });
}

/** @param {HTMLElement} rows @param {Trace} trace @param {number} i @param {number} p @param {number | null} y */
function outputRow(rows, trace, i, p, y) {
  const name = trace.O > 1 ? String(i + 1) : trace.scale ? say("outcome.scaled") : "";
  cells(rows, name, [fixed(p), ...(y === null ? [] : [fixed(y), fixed(p - y)])]);
}

/** A series in its own units. @param {HTMLElement} rows @param {{ mean: number, std: number }} scale @param {number} p @param {number} y */
function originals(rows, { mean, std }, p, y) {
  cells(rows, say("outcome.original"), [p * std + mean, y * std + mean, (p - y) * std].map((v) => fixed(v, 1)));
}

/** @param {HTMLElement} rows @param {string} name @param {string[]} values */
function cells(rows, name, values) {
  const row = child(rows, "tr");
  const head = child(row, name ? "th" : "td");
  head.textContent = name;
  if (name) head.setAttribute("scope", "row");
  for (const value of values) child(row, "td", "number").textContent = value;
}

/** @param {ReturnType<typeof item>} asks @param {Trace} trace @param {number} t @param {boolean} lost */
function loss(asks, trace, t, lost) {
  asks.root.classList.toggle("is-done", lost);
  const L = { tex: linked({ kind: "L", t }, `L(${t})`) };
  asks.body.replaceChildren();
  if (!hasLoss(trace, t)) return renderPhrase(asks.line, "outcome.silent", { T: trace.T });
  const target = trace.targets ? trace.targets[t - 1] : null;
  if (target !== null) renderPhrase(asks.line, "outcome.likely", { L, y: { strong: trace.labels ? named(trace.labels[target]) : String(target) } });
  else renderPhrase(asks.line, "outcome.far", { L, yHat: { tex: `\\hat y(${t})` }, y: { tex: `y(${t})` } });
  if (lost) renderMath(child(asks.body, "p", "formula"), lossFormula(trace, t));
}

/** @param {Trace} trace @param {number} t */
function lossFormula(trace, t) {
  const value = `\\mathbf{${texNumber(short(told(trace, trace.loss[t - 1])))}}`;
  const head = linked({ kind: "L", t }, `L(${t})`);
  if (trace.output === "linear") return `${head} = \\tfrac12 \\lVert \\hat y(${t}) - y(${t}) \\rVert^2 = ${value}`;
  if (trace.output === "sigmoid") return `${head} = -\\textstyle\\sum_i \\big(y_i \\log \\hat y_i + (1-y_i) \\log(1-\\hat y_i)\\big) = ${value}`;
  const p = trace.targets ? trace.yHat[t - 1][trace.targets[t - 1]] : NaN;
  return `${head} = -\\log \\hat y_{y(${t})} = -\\log ${texNumber(short(told(trace, p)))} = ${value}`;
}
