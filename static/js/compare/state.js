/**
 * What the views of the comparison are given: they draw it, and speak to the page through their callbacks.
 *
 * @typedef {object} Entry
 * @property {import("../comparison.js").Network} network
 * @property {string} name
 * @property {import("./result.js").Result | null} result   of its last answer; null: none yet, or none possible
 * @property {string | null} reason                         why there is none: "batch", or the server's sentence
 *
 * @typedef {object} CompareState
 * @property {import("../comparison.js").Comparison} settings   its distance one that there is
 * @property {Entry[]} entries
 * @property {import("../scales.js").Scales} scales
 * @property {number} size                  of a small triangle, in pixels
 * @property {import("./result.js").Place | null} place   what is pointed at, anywhere; null: the rule counts
 * @property {number} T                     the longest triangle
 * @property {string} home                  address of the instrument
 * @property {boolean} narrow
 */
export {};
