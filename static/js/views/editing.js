import { fixed, plain } from "../format.js";
import { t } from "../i18n.js";
import { before, editable, pick, reset, setCell, valuesOf } from "../own/edit.js";
import { parameterTex } from "../vectors.js";
import { child } from "./band.js";
import { button } from "./dialog.js";
import { editGrid } from "./editgrid.js";
import { labHead } from "./lab.js";
import { mathIn } from "./panel.js";

/**
 * Every number that the network starts from, to be changed by hand: weights, biases, inputs, the first state. The picture
 * follows; what was changed is marked and can be put back.
 *
 * @typedef {import("../view.js").Trace} Trace
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../own/own.js").Own} Own
 * @typedef {import("../parts.js").Part} Part
 * @typedef {import("./editgrid.js").Place} Place
 */

const TEX = /** @type {Record<string, string>} */ ({ x: "x", h0: "h(0)", cell0: "cell(0)" });
const SPOKEN = /** @type {Record<string, string>} */ ({ h0: "h(0)", cell0: "cell(0)" });
const STEP = 0.1;

/** @param {HTMLElement} root @param {import("./clipping.js").LabOptions} options @returns {import("../view.js").View & { pick(part: Part): void }} */
export function editing(root, { onSettings }) {
  root.classList.add("lab", "editing");
  labHead(root, t("edit.title"), () => onSettings({ lab: "none" }));
  child(root, "p", "panel-note").textContent = t("edit.note");
  const names = arrayNames(root, (name) => choose(name));
  const where = child(root, "p", "edit-where");
  /** @type {{ trace: Trace, state: ViewState } | null} */
  let latest = null;
  let of = "W";
  /** @type {Place} */
  let at = { row: 0, column: 0 };
  let [start, reach] = [0, 1]; // the value when a drag began, and the largest
  const grid = editGrid(root, {
    onSelect(place, how) {
      at = place;
      [start, reach] = [value(), matrix().most];
      redraw();
      grid.say(words());
      if (how === "point" && matchMedia("(pointer: fine)").matches) setTimeout(() => field.focus());
    },
    onDrag: (by, done) => write(Number((start + (by / 150) * reach).toPrecision(3)), !done),
    onType(first) {
      field.focus();
      if (first) field.input.value = first;
    },
    onNudge: (direction) => write(value() + direction * STEP * matrix().most, false),
    onReset: () => back(cell()),
    onPaste: (v) => write(v, false),
  });
  const field = valueField(root, { onValue: (v, dragging) => write(v, dragging), onBack: () => back(cell()) });
  const note = child(root, "p", "panel-note");
  note.setAttribute("role", "status");
  const all = button(root, "button", t("edit.resetAll"));
  all.addEventListener("click", () => back());
  let refused = "";

  const own = () => /** @type {ViewState} */ (latest?.state).settings.own;
  const trace = () => /** @type {Trace} */ (latest?.trace);
  const cell = () => ({ of, at: indices() });
  /** A step is a column, here too; a vector lies. */
  const indices = () => (of === "x" ? [at.column, at.row] : isVector() ? [at.column] : [at.row, at.column]);
  const isVector = () => !Array.isArray(valuesOf(own(), trace(), of)[0]);
  const value = () => pick(valuesOf(own(), trace(), of), indices());
  const words = () => t("edit.cell", { name: SPOKEN[of] ?? of, at: indices().map((i) => i + 1).join(", "), value: fixed(value(), 3) });

  /** @param {number} v @param {boolean} dragging */
  function write(v, dragging) {
    if (!latest || !Number.isFinite(v)) return;
    refused = "";
    onSettings({ own: setCell(own(), trace(), cell(), v) }, dragging);
  }
  /** @param {{ of: string, at: number[] }} [one] */
  function back(one) {
    const now = latest && own();
    if (now) onSettings({ own: reset(now, trace(), one) });
  }
  /** @param {string} name @param {Place} [place] */
  function choose(name, place = { row: 0, column: 0 }) {
    [of, at, refused] = [name, place, ""];
    grid.say("");
    redraw();
  }
  /** @returns {import("./editgrid.js").Matrix} */
  function matrix() {
    const values = valuesOf(own(), trace(), of);
    const lying = !Array.isArray(values[0]);
    const rows = /** @type {number[][]} */ (lying ? [values] : values);
    const turned = of === "x";
    const index = (/** @type {Place} */ { row, column }) => (turned ? [column, row] : lying ? [column] : [row, column]);
    const edits = new Set((own()?.edits ?? []).filter((edit) => edit.of === of).map((edit) => edit.at.join()));
    return {
      rows: turned ? rows[0].length : rows.length, columns: turned ? rows.length : rows[0].length,
      value: (place) => pick(values, index(place)), edited: (place) => edits.has(index(place).join()),
      most: Math.max(1, ...rows.map((row) => row.reduce((most, v) => Math.max(most, Math.abs(v)), 0))),
    };
  }
  function redraw() {
    if (!latest) return;
    const known = editable(trace());
    if (!known.includes(of)) [of, at] = ["W", { row: 0, column: 0 }];
    names.show(known, of);
    const shown = matrix();
    at = { row: Math.min(at.row, shown.rows - 1), column: Math.min(at.column, shown.columns - 1) };
    grid.show(shown, at, latest.state.scales);
    grid.root.setAttribute("aria-label", t("edit.grid", { name: SPOKEN[of] ?? of, rows: shown.rows, columns: shown.columns }));
    const kind = of === "x" ? "x" : SPOKEN[of] ? "state" : isVector() ? "vector" : "matrix";
    where.textContent = t(`edit.where.${kind}`, { most: plain(shown.most) });
    field.show(`${SPOKEN[of] ?? of} [${indices().map((i) => i + 1).join(", ")}]`, value(), shown.most, before(own(), cell()));
    const count = own()?.edits.length ?? 0;
    note.textContent = refused || t(count === 1 ? "edit.count.one" : "edit.count", { n: count });
    all.disabled = count === 0;
  }

  return {
    update(trace, state) {
      const fresh = latest?.trace !== trace || latest.state.settings !== state.settings || latest.state.scales !== state.scales;
      latest = { trace, state };
      root.hidden = state.settings.lab !== "edit";
      if (!root.hidden && fresh) redraw();
    },
    /** What was pressed in the picture. @param {Part} part */
    pick({ kind, t: step }) {
      if (!latest || root.hidden) return;
      if (["U", "W", "V", "b", "c"].includes(kind) && editable(trace()).includes(kind)) choose(kind);
      else if (kind === "x" && step) choose("x", { row: Math.max(0, trace().x[step - 1].indexOf(1)), column: step - 1 });
      else if (kind === "unit" || kind === "h") {
        refused = t("edit.computed");
        redraw();
      }
    },
    destroy() {
      grid.destroy();
      root.replaceChildren();
    },
  };
}

/** The arrays to choose from. @param {HTMLElement} root @param {(name: string) => void} onChoose */
function arrayNames(root, onChoose) {
  const row = child(root, "div", "edit-names");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", t("edit.array"));
  let drawn = "";
  return {
    /** @param {string[]} names @param {string} chosen */
    show(names, chosen) {
      if (names.join() !== drawn) {
        drawn = names.join();
        row.replaceChildren();
        for (const name of names) {
          const one = button(row, "chip");
          one.dataset.name = name;
          one.setAttribute("aria-label", SPOKEN[name] ?? name);
          mathIn(one, "span", "", TEX[name] ?? parameterTex(name));
          one.addEventListener("click", () => onChoose(name));
        }
      }
      for (const one of row.children) one.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (one).dataset.name === chosen));
    },
  };
}

/** The number of the selected cell: typed, slid, put back. @param {HTMLElement} root @param {{ onValue: (v: number, dragging: boolean) => void, onBack: () => void }} options */
function valueField(root, { onValue, onBack }) {
  const line = child(root, "div", "edit-value");
  const label = /** @type {HTMLLabelElement} */ (child(line, "label", "field-label"));
  const input = /** @type {HTMLInputElement} */ (child(line, "input", "edit-number"));
  Object.assign(input, { type: "text", inputMode: "decimal", id: "edit-value", autocomplete: "off" });
  label.htmlFor = input.id;
  const bar = /** @type {HTMLInputElement} */ (child(child(line, "div", "slider"), "input"));
  Object.assign(bar, { type: "range", step: "any" });
  const back = button(line, "lab-link", t("edit.reset"));
  const fault = child(root, "p", "field-fault");
  fault.hidden = true;
  fault.setAttribute("role", "status");
  input.setAttribute("aria-describedby", (fault.id = "edit-fault"));
  const refuse = (/** @type {boolean} */ bad) => {
    input.setAttribute("aria-invalid", String(bad));
    fault.hidden = !bad;
    fault.textContent = bad ? t("edit.notNumber", { value: input.value.slice(0, 20) }) : "";
  };
  const typed = () => {
    const v = Number(input.value.trim().replace(/^−/u, "-").replace(",", "."));
    const bad = input.value.trim() === "" || !Number.isFinite(v);
    refuse(bad);
    return bad ? null : v;
  };
  input.addEventListener("change", () => {
    const v = typed();
    if (v !== null) onValue(v, false);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const v = typed();
      if (v !== null) onValue(v + (event.key === "ArrowUp" ? STEP : -STEP), false);
      event.preventDefault();
    }
  });
  bar.addEventListener("input", () => onValue(Number(Number(bar.value).toPrecision(3)), true));
  bar.addEventListener("change", () => onValue(Number(Number(bar.value).toPrecision(3)), false));
  back.addEventListener("click", onBack);
  let shown = "";
  return {
    input,
    focus() {
      input.focus();
      input.select();
    },
    /** @param {string} name @param {number} v @param {number} most @param {number | undefined} was */
    show(name, v, most, was) {
      const text = String(v);
      if (label.textContent !== name) label.textContent = name;
      if (`${name} ${text}` !== shown) {
        input.value = text;
        refuse(false);
      }
      shown = `${name} ${text}`;
      bar.setAttribute("aria-label", name);
      if (document.activeElement !== bar) Object.assign(bar, { min: String(-2 * most), max: String(2 * most) });
      bar.value = text;
      bar.style.setProperty("--share", String(Math.min(1, Math.max(0, (v / (2 * most) + 1) / 2))));
      back.hidden = was === undefined;
      if (was !== undefined) back.textContent = t("edit.resetTo", { value: fixed(was, 3) });
    },
  };
}
