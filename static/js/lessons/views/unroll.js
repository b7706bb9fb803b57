import { draw } from "../../compare/series.js";
import { visible } from "../../format.js";
import { t as word } from "../../i18n.js";
import { arrow, capsule, write } from "./capsule.js";
import { partAt, stand } from "./reading.js";

/**
 * The network as a graph: without a cycle, folded on its cycle, or unrolled into copies. Of `copies`, the last one still
 * has the cycle while there are steps left that it stands for.
 *
 * @typedef {import("../../parts.js").Part} Part
 * @typedef {"feedforward" | "folded" | "unfolded"} Mode
 * @typedef {object} Look
 * @property {Mode} mode
 * @property {number} t         the step that a copy which stands for several shows
 * @property {number} copies    1 unless unfolded
 * @property {Part | null} hover
 * @property {number} width
 * @property {boolean} narrow
 * @property {boolean} reduced
 * @property {import("../../scales.js").Scales} scales
 */

const WIDE = { height: 470, title: 20, prediction: [70, 126], node: [176, 306], input: [356, 396], label: 424, note: 446, capsule: 34, letters: 24 };
const NARROW = { height: 262, title: 14, prediction: [28, 58], node: [86, 166], input: [194, 222], label: 238, note: 254, capsule: 24, letters: 16 };

/** What each copy shows: its step, and whether the cycle is still there. @param {number} T @param {Pick<Look, "mode" | "t" | "copies">} look */
export function copiesOf(T, { mode, t, copies }) {
  return Array.from({ length: copies }, (_, i) => {
    const last = i === copies - 1;
    const open = mode !== "unfolded" || (last && copies < T);
    return { step: open ? Math.max(t, i + 1) : i + 1, from: i + 1, open, loop: open && mode !== "feedforward" };
  });
}

/** Where the copies stand. @param {number} copies @param {number} width */
const places = (copies, width) => Array.from({ length: copies }, (_, i) => (width * (i + 0.5)) / copies);

/** @param {HTMLElement} root @param {{ onHover: (part: Part | null) => void }} options */
export function unroll(root, { onHover }) {
  const svg = draw(root, "svg", { class: "unroll", role: "img" });
  const edges = draw(svg, "g");
  const nodes = draw(svg, "g");
  /** @type {SVGElement[]} */
  const groups = [];
  svg.addEventListener("pointermove", ({ target }) => onHover(partAt(target)));
  svg.addEventListener("pointerleave", () => onHover(null));
  return {
    /** @param {any} answer  of /bptt @param {Look} look */
    update(answer, look) {
      const g = look.narrow ? NARROW : WIDE;
      const T = answer.data.x.length;
      const copies = copiesOf(T, look);
      const xs = places(copies.length, look.width);
      svg.setAttribute("viewBox", `0 0 ${look.width} ${g.height}`);
      svg.setAttribute("height", String(g.height));
      svg.setAttribute("aria-label", word(`lesson.cycle.said.${look.mode}`, { copies: copies.length, T, t: copies[0].step }));
      svg.classList.toggle("still", look.reduced);
      edges.replaceChildren();
      if (!look.narrow) write(edges, 16, g.title, word(`lesson.cycle.title.${look.mode}`, { copies: copies.length, T }), "unroll-title");
      while (groups.length > copies.length) groups.pop()?.remove();
      copies.forEach((copy, i) => {
        const group = groups[i] ?? enter(nodes, xs[i - 1] ?? xs[i]);
        groups[i] = group;
        group.replaceChildren();
        body(group, answer, copy, look, g);
        if (copy.loop) loop(group, copy, look, g);
        if (i > 0) chain(edges, xs[i - 1], xs[i], i + 1, look, g);
        group.style.transform = `translateX(${xs[i]}px)`;
      });
    },
    destroy: () => svg.remove(),
  };
}

/** A new copy comes out of the one before it. @param {Element} nodes @param {number} x */
function enter(nodes, x) {
  const group = draw(nodes, "g", { class: "copy" });
  group.style.transform = `translateX(${x}px)`;
  group.getBoundingClientRect(); // the place it starts from counts
  return group;
}

/** @typedef {typeof WIDE} Rows @typedef {ReturnType<typeof copiesOf>[number]} Copy */

/** @param {Element} group @param {any} answer @param {Copy} copy @param {Look} look @param {Rows} g */
function body(group, answer, { step, from, open, loop: looped }, { scales, hover, narrow }, g) {
  const { data, forward } = answer;
  const half = 22;
  const part = (/** @type {Part["kind"]} */ kind) => ({ kind, t: step });
  const box = (/** @type {number[]} */ [top, bottom]) => draw(group, "rect", { class: "unroll-box", x: -half, y: top, width: 2 * half, height: bottom - top, rx: 8 });
  stand(box(g.input), part("x"), hover);
  write(group, 0, (g.input[0] + g.input[1]) / 2 + 6, visible(data.labels[data.x[step - 1].indexOf(1)]), "unroll-symbol");
  stand(arrow(group, [0, g.input[0] - 2], [0, g.node[1] + 3], "U done", 8), part("U"), hover);
  write(group, -g.letters, (g.input[0] + g.node[1]) / 2 + 5, "U", "unroll-letter U");
  const state = { x: 0, y: (g.node[0] + g.node[1]) / 2, width: g.capsule, height: g.node[1] - g.node[0] };
  stand(capsule(group, state, forward.h[step - 1], scales), part("h"), hover);
  stand(arrow(group, [0, g.node[0] - 2], [0, g.prediction[1] + 3], "V done", 8), part("V"), hover);
  write(group, -g.letters, (g.node[0] + g.prediction[1]) / 2 + 5, "V", "unroll-letter V");
  stand(box(g.prediction), part("y"), hover);
  bars(group, forward.y_hat[step - 1], g, half);
  const range = looped && from < data.x.length ? word("lesson.cycle.range", { from, T: data.x.length }) : "";
  write(group, 0, g.label, `t = ${step}`, "unroll-name");
  if (open && range && !narrow) write(group, 0, g.note, range, "unroll-note");
}

/** The prediction, a bar a class. @param {Element} group @param {number[]} shares @param {Rows} g @param {number} half */
function bars(group, shares, { prediction: [top, bottom] }, half) {
  const width = (2 * half - 8) / shares.length;
  shares.forEach((share, i) => {
    const height = Math.max(1, share * (bottom - top - 8));
    draw(group, "rect", { class: "unroll-bar", x: -half + 4 + i * width + 1, y: bottom - 4 - height, width: Math.max(1, width - 2), height });
  });
}

/** The edge that leads back: out of h and into h, a step later. @param {Element} group @param {Copy} copy @param {Look} look @param {Rows} g */
function loop(group, { step }, { hover, narrow }, g) {
  const [middle, x, reach] = [(g.node[0] + g.node[1]) / 2, g.capsule / 2 + 3, narrow ? 46 : 96];
  const rise = (g.node[1] - g.node[0]) / 4;
  const path = draw(group, "path", { class: "flow W loop done", d: `M${x} ${middle - rise}C${x + reach} ${middle - 2.2 * rise} ${x + reach} ${middle + 2.2 * rise} ${x + 7} ${middle + rise}` });
  stand(path, { kind: "W", t: step }, hover);
  arrow(group, [x + 12, middle + rise + 2], [x, middle + rise - 1], "W done", 9);
  write(group, x + reach * 0.75 + 14, middle + 5, "W", "unroll-letter W");
  if (!narrow) write(group, x + reach * 0.75 + 56, middle + 28, word("lesson.cycle.later"), "unroll-note");
}

/** The same edge between two copies. @param {Element} edges @param {number} from @param {number} to @param {number} step @param {Look} look @param {Rows} g */
function chain(edges, from, to, step, { hover }, g) {
  const [middle, half] = [(g.node[0] + g.node[1]) / 2, g.capsule / 2 + 3];
  stand(arrow(edges, [from + half, middle], [to - half, middle], "W done", 9), { kind: "W", t: step }, hover);
  write(edges, (from + to) / 2, middle - 10, "W", "unroll-letter W");
}
