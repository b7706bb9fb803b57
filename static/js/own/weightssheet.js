import { exchange, explain } from "../exchange.js";
import { t } from "../i18n.js";
import { child } from "../views/band.js";
import { choice } from "../views/dialog.js";
import { Refused, checkNetwork } from "./check.js";
import { impulse, withIdentity } from "./network.js";
import { settingsOf, withOwn } from "./own.js";

/**
 * A file of weights, as the server read it: what it recognised, what it left out and why.
 *
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {object} Options
 * @property {File} file
 * @property {() => Settings} settings
 * @property {() => Trace | null} trace
 * @property {{ say(words: string, kind?: "" | "fault"): void }} status
 * @property {(settings: Settings | null) => void} onReady
 */

const LAYOUTS = ["pytorch", "onnx", "keras"];
const MOST = 5 * 2 ** 20; // bytes, as the server takes them

/** By its name, or its first bytes: npz is a zip, safetensors begins with its header's length. @param {File} file */
export async function isWeights(file) {
  if (/\.(npz|npy|safetensors|pt|pth|bin|ckpt|h5|hdf5|onnx|pkl)$/i.test(file.name)) return true;
  const head = new Uint8Array(await file.slice(0, 9).arrayBuffer());
  return (head[0] === 0x50 && head[1] === 0x4b) || head[8] === 0x7b;
}

/** @param {HTMLElement} root @param {Options} options */
export async function weightsSheet(root, { file, settings, trace, status, onReady }) {
  if (file.size > MOST) throw new Refused("fault.open.large", { most: MOST / 2 ** 20 });
  const layout = choice(root, "open.layout", () => void read());
  layout.offer(LAYOUTS.map((value) => ({ value, words: t(`open.layout.${value}`) })));
  const report = child(root, "div", "report");
  let turn = 0;

  async function read() {
    const mine = (turn += 1);
    onReady(null);
    status.say(t("open.reading"));
    const form = new FormData();
    form.set("layout", layout.element.value);
    form.set("file", file);
    const outcome = await exchange("weights", form);
    if (mine !== turn) return;
    report.replaceChildren();
    if ("problem" in outcome) return status.say(explain(outcome.problem), "fault");
    writeReport(report, outcome.answer);
    try {
      const { next, words } = await fit(outcome.answer.network, file.name, settings(), trace());
      if (mine !== turn) return;
      status.say(words);
      onReady(next);
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      status.say(t(fault.message, fault.params), "fault");
    }
  }
  await read();
}

/** What became of each array. @param {HTMLElement} root @param {any} answer */
function writeReport(root, { recognised, ignored, notes }) {
  /** @param {string} key @param {string[]} lines */
  const list = (key, lines) => {
    if (!lines.length) return;
    child(root, "h3", "dialog-subtitle").textContent = t(key, { n: lines.length });
    const items = child(root, "ul", "report-list");
    for (const line of lines) child(items, "li").textContent = line;
  };
  list("open.recognised", recognised.map((/** @type {any} */ { name, parameters, shape }) => `${name} → ${parameters.join(", ")} (${shape.join(" × ")})`));
  list("open.ignored", ignored.map((/** @type {any} */ { name, why }) => `${name}: ${why}`));
  list("open.notes", notes ?? []);
}

/** The network on the sequence of the page where it fits, else on an impulse; of several layers the top one.
 * @param {any} answer @param {string} name @param {Settings} settings @param {Trace | null} trace */
async function fit(answer, name, settings, trace) {
  if (answer.bidirectional) throw new Refused("fault.own.directions");
  const whole = withIdentity(answer);
  const network = checkNetwork({ ...whole, parameters: topOf(whole), name });
  const [I, O] = [whole.parameters.U[0].length, /** @type {number[][]} */ (network.parameters.V).length];
  const fits = trace !== null && trace.I === I && trace.O === O;
  if (fits) network.output = trace.output;
  const words = [t(fits ? "open.found.weights" : "open.found.weightsImpulse")];
  let data = fits ? settings.own?.data ?? null : impulse(I, O);
  if (whole.layers > 1) {
    words.unshift(t("open.found.weightsTop", { n: whole.layers }));
    data = await above(answer, fits ? dataOf(trace, name) : impulse(I, O));
  }
  const next = { ...settings, ...settingsOf(network, answer.activation), own: withOwn(null, { network, data }) };
  return { next, words: words.join(" ").replaceAll("。 ", "。") };
}

/** The top layer's parameters under the names of a first one. @param {any} network */
function topOf({ layers, parameters }) {
  if (!(layers > 1)) return parameters;
  const end = `_l${layers - 1}`;
  const own = Object.entries(parameters).filter(([key]) => key.endsWith(end)).map(([key, v]) => [key.slice(0, -end.length), v]);
  return { ...Object.fromEntries(own), V: parameters.V, c: parameters.c };
}

/** The page's sequence as own data. @param {Trace} trace @param {string} name @returns {import("./own.js").OwnData} */
const dataOf = ({ answer: { data, network } }, name) => ({ name, x: data.x, y: data.y, output: network.output, labels: data.labels ?? null, scale: null });

/** A sequence as the top layer hears it: the states of the layer below. @param {any} network @param {import("./own.js").OwnData} data */
async function above(network, data) {
  const outcome = await exchange("forward", { network, data: { kind: "arrays", x: data.x } });
  if ("problem" in outcome) throw new Refused("fault.own.below", { why: explain(outcome.problem) });
  const below = outcome.answer.forward.layers.find((/** @type {any} */ one) => one.layer === network.layers - 2);
  return { ...data, x: below.h };
}
