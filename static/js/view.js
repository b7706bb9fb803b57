/**
 * What every view is given, and the one shape that every view has:
 *
 *     const view = heatmap(root, options);   // builds its DOM inside root
 *     view.update(trace, state);             // draws; cheap when nothing it shows has changed
 *     view.destroy();
 *
 * Views do not fetch, do not know each other, and speak to the page only through the callbacks in their options.
 *
 * @typedef {import("./trace.js").Trace} Trace
 * @typedef {import("./playhead.js").Playhead} Playhead
 * @typedef {import("./playhead.js").Path} Path
 * @typedef {import("./parts.js").Part} Part
 * @typedef {import("./axis.js").Axis} Axis
 * @typedef {import("./scales.js").Scales} Scales
 * @typedef {import("./state.js").Settings} Settings
 * @typedef {import("./windows.js").Windows} Windows
 *
 * @typedef {object} ViewState
 * @property {Playhead} head      where the pass is
 * @property {"forward"|"backward"|"both"} mode   what Play runs through
 * @property {boolean} playing
 * @property {number} step        the cursor: the step of the playhead, 1..T
 * @property {number} focus       the step the inspector speaks of: the hovered step, else the cursor
 * @property {Path | null} path   the selected credit cell
 * @property {Part | null} hover  what is pointed at, anywhere
 * @property {Axis} axis          the one time axis
 * @property {Scales} scales      colours and widths, for theme and gradient range
 * @property {boolean} narrow     phone width
 * @property {number} room        pixels from the triangle's top to the bottom of the window
 * @property {boolean} reduced    reduced motion: show finished steps
 * @property {Settings} settings    what is asked for now: the picture may still be of the one before
 * @property {Windows} windows       a truncated gradient held against the whole one
 * @property {boolean} stale      the last request failed: the picture is of earlier settings
 *
 * @typedef {{ update(trace: Trace, state: ViewState): void, destroy(): void }} View
 *
 * @typedef {object} ViewOptions
 * @property {"h1" | "h2"} [heading]   what the title of the picture is in the page
 * @property {(part: Part | null) => void} [onHover]     pointing at a part (null: no longer)
 * @property {(step: number) => void} [onStep]           the cursor shall go to this step
 * @property {(part: Part) => void} [onPick]             a part was pressed
 * @property {(open: boolean) => void} [onZoom]          one step's cell shall stand in place of the picture, or no longer
 * @property {(direction: 1 | -1, n: number) => void} [onOperation]   one n-th of a step on, or back
 * @property {(at: number) => void} [onScrub]            the playhead shall stand here in its pass
 * @property {(path: Path | null) => void} [onPath]      this credit cell shall be selected (null: none)
 */
export {};
