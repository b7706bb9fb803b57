import { createSession } from "../api.js";
import { createAxis } from "../axis.js";
import { createFrame } from "../frame.js";
import { stepOfPart } from "../parts.js";
import { createPlayer } from "../player.js";
import { createScales } from "../scales.js";
import { DEFAULTS, toRequest, writeSettings } from "../state.js";
import { readTrace } from "../trace.js";
import { child } from "../views/band.js";
import { cellView } from "../views/cell/cell.js";
import { cellState, gates } from "../views/gates.js";
import { gradient } from "../views/gradient.js";
import { heatmap } from "../views/heatmap.js";
import { inspector as inspectorView } from "../views/inspector.js";
import { narration } from "../views/narration.js";
import { stage } from "../views/stage/stage.js";
import { timeline } from "../views/timeline.js";
import { tooltip } from "../views/tooltip.js";
import { transport as createTransport } from "../views/transport.js";
import { triangle } from "../views/triangle.js";

/**
 * The instrument within a lesson: the views that the lesson names on one time axis, with a player of their own. A page
 * holds one at most: its elements have the instrument's names.
 *
 * @typedef {import("../state.js").Settings} Settings
 * @typedef {import("../trace.js").Trace} Trace
 * @typedef {import("../view.js").View} View
 * @typedef {import("../view.js").ViewState} ViewState
 * @typedef {import("../parts.js").Part} Part
 * @typedef {import("../playhead.js").Path} Path
 * @typedef {"stage" | "time" | "hidden" | "cell" | "gates" | "gradient" | "triangle"} Band
 * @typedef {"narration" | "cell-view" | Band} Name
 */

/** @type {Record<Band, (root: HTMLElement, options: any) => View>} */
const BANDS = { stage, time: timeline, hidden: heatmap, cell: cellState, gates, gradient, triangle };
const GONE = { w: null, pairs: null, curve: new Map(), failed: false };

/**
 * @param {HTMLElement} root @param {import("./tools.js").Tools} tools
 * @param {object} options
 * @param {Partial<Settings>} options.settings   over those of a first visit
 * @param {Name[]} options.bands                 top to bottom
 * @param {boolean} [options.inspector]          the formula of what is selected, below the picture
 * @param {boolean} [options.transport]          play, step, speed: on unless told otherwise
 */
export function instrumentFigure(root, tools, { settings: first, bands: names, inspector = false, transport: withTransport = true }) {
  const place = layOut(root, names, { inspector, transport: withTransport });
  /** @type {Settings} */
  let settings = { ...DEFAULTS, ...first };
  /** @type {Trace | null} */
  let trace = null;
  /** @type {Part | null} */
  let hover = null;
  let axis = createAxis({ width: 600, T: 10, narrow: false, fit: true });
  let scales = createScales(tools.theme(), settings.scale);
  /** What to do once the answer to the newest settings is here. @type {(() => void)[]} */
  let due = [];
  let pending = true;
  /** @type {((trace: Trace) => void)[]} */
  const listeners = [];

  const frame = createFrame(draw);
  const player = createPlayer({ onChange: () => { frame.request(); tools.changed(); } });
  const options = {
    heading: /** @type {const} */ ("h2"),
    onHover: (/** @type {Part | null} */ part) => { hover = part; tools.point(part); frame.request(); },
    onStep: (/** @type {number} */ step) => player.seek(step),
    onPath: (/** @type {Path | null} */ path) => { if (path || player.path) player.setPath(path, true); },
    onOperation: (/** @type {1 | -1} */ direction, /** @type {number} */ n) => player.operation(direction, n),
    onScrub: (/** @type {number} */ at) => player.scrub(at),
    onZoom: (/** @type {boolean} */ zoom) => { settings = { ...settings, zoom }; measure(); },
    onSettings: (/** @type {Partial<Settings>} */ part) => set(part),
    onPlayPath: () => { player.first(); player.play(); },
  };
  /** @type {View[]} */
  const views = [
    ...names.map((name) => viewOf(name, place.of[name], options)),
    ...(place.inspector ? [inspectorView(place.inspector, options)] : []), tooltip(place.bands),
  ];
  const buttons = place.transport && createTransport(place.transport, { player, slot: null, onFit: (fit) => { settings = { ...settings, fit }; measure(); } });
  const session = createSession({ onAnswer: accept, onProblem: (problem) => tools.onProblem(problem) });

  /** @param {any} answer @param {any} body */
  function accept(answer, body) {
    tools.onProblem(null);
    pending = false;
    trace = readTrace(answer, body);
    player.setLength(trace.T);
    measure();
    const now = due;
    due = [];
    for (const act of now) act();
    for (const listener of listeners) listener(trace);
    root.dataset.state = "ready";
    tools.changed();
  }

  /** Other settings; nothing is asked where they make the same picture. @param {Partial<Settings>} part */
  function set(part) {
    const before = JSON.stringify(toRequest(settings, tools.catalog));
    settings = { ...settings, ...part };
    if (part.mode) player.setMode(part.mode);
    const body = toRequest(settings, tools.catalog);
    if (JSON.stringify(body) !== before || !trace) ask(body);
    measure();
    tools.changed();
  }

  /** @param {any} body */
  function ask(body) {
    pending = true;
    root.dataset.state = "asking";
    session.ask(body);
  }

  /** Now, or once the picture of the newest settings is here. @param {() => void} act */
  function when(act) {
    if (pending) due.push(act);
    else act();
  }

  function measure() {
    if (!trace) return;
    const narrow = place.bands.clientWidth < 560;
    axis = createAxis({ width: place.bands.clientWidth, T: trace.T, narrow, fit: settings.fit });
    const sizes = { gutter: axis.gutter, plot: axis.width, margin: axis.margin };
    for (const [name, value] of Object.entries(sizes)) place.bands.style.setProperty(`--${name}`, `${value}px`);
    if (scales.theme !== tools.theme() || String(scales.range) !== String(settings.scale)) scales = createScales(tools.theme(), settings.scale);
    frame.request();
  }

  /** @param {number} elapsed */
  function draw(elapsed) {
    player.tick(elapsed, tools.reduced());
    if (!trace) return false;
    const state = viewState(trace);
    for (const view of views) view.update(trace, state);
    buttons?.update({ fit: settings.fit, scrolls: !axis.whole, narrow: place.bands.clientWidth < 560 });
    place.cursor.style.transform = `translateX(${axis.gutter + axis.left(state.step)}px)`;
    place.cursor.style.width = `${axis.column}px`;
    place.bands.classList.toggle("zoomed", settings.zoom);
    return player.moving;
  }

  /** @param {Trace} now @returns {ViewState} */
  function viewState(now) {
    const pointed = stepOfPart(hover);
    const step = player.step;
    return {
      head: player.head, mode: player.mode, playing: player.moving, path: player.path, step, hover, axis, scales,
      focus: pointed !== null && pointed <= now.T ? pointed : step,
      narrow: place.bands.clientWidth < 560, room: place.room(), reduced: tools.reduced(), settings, windows: GONE, stale: false,
    };
  }

  tools.onTheme(measure);
  tools.onResize(measure);
  document.fonts.ready.then(measure);
  ask(toRequest(settings, tools.catalog));
  return {
    set,
    get settings() { return settings; },
    get trace() { return trace; },
    player,
    /** Be told of every answer, and of the one that is here. @param {(trace: Trace) => void} listener */
    onTrace(listener) {
      listeners.push(listener);
      if (trace) listener(trace);
    },
    /** The playhead at rest with that step of the pass done; 0: before the first; null: at its end. @param {"forward" | "backward"} pass @param {number | null} step */
    seek: (pass, step) => when(() => {
      player.setPath(null);
      const mode = pass === "forward" && player.mode === "backward" ? "both" : player.mode;
      player.restore({ mode, pass, path: null, step: step ?? (pass === "forward" ? /** @type {Trace} */ (trace).T : 1) });
    }),
    /** The path from loss t to step k, all of it. @param {number} t @param {number} k */
    path: (t, k) => when(() => player.setPath({ t, k })),
    play: () => when(() => player.play()),
    pause: () => player.pause(),
    /** @param {Part | null} part */
    point(part) {
      hover = part;
      frame.request();
    },
    /** The address that opens this in the instrument. */
    link: () => `/${writeSettings({ ...settings, ...player.place, fit: false })}`,
    /** The request that made the picture. */
    get request() { return toRequest(settings, tools.catalog); },
    destroy() {
      session.destroy();
      for (const view of views) view.destroy();
      root.replaceChildren();
    },
  };
}

/** @param {Name} name @param {HTMLElement} root @param {any} options @returns {View} */
function viewOf(name, root, options) {
  if (name === "narration") return narration(root, options);
  return name === "cell-view" ? cellView(root, options) : BANDS[name](root, options);
}

/** @param {HTMLElement} root @param {Name[]} names @param {{ inspector: boolean, transport: boolean }} parts */
function layOut(root, names, parts) {
  const center = child(root, "div", "center figure-instrument");
  /** @type {Record<string, HTMLElement>} */
  const of = {};
  if (names.includes("narration")) of.narration = named(child(center, "div"), "headline");
  const bands = named(child(center, "div", "bands"), "bands");
  for (const name of names) {
    if (name !== "narration") of[name] = named(child(bands, "section"), name === "cell-view" ? name : `band-${name}`);
  }
  const cursor = named(child(bands, "div"), "cursor-column");
  const transport = parts.transport ? named(child(center, "div"), "transport") : null;
  if (transport) transport.dataset.control = "transport";
  const inspector = parts.inspector ? child(center, "div", "figure-inspector") : null;
  const last = of.triangle;
  return { bands, of, cursor, transport, inspector, room: () => (last ? Math.max(0, Math.floor(bands.clientHeight - last.offsetTop - 30)) : 0) };
}

/** @param {HTMLElement} element @param {string} id */
function named(element, id) {
  element.id = id;
  return element;
}
