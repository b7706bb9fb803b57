import { child } from "./band.js";

/**
 * The names of the triangle's rows, L(1), L(5), …, in the gutter beside the band's own name.
 *
 * @typedef {import("./cells.js").Grid} Grid
 */

/** Rows that carry a name: the first, every 5th, 10th, … and the last. @param {number} T @param {number} pitch */
export function namedRows(T, pitch) {
  const every = [1, 5, 10, 20, 50, 100].find((n) => n * pitch >= 26) ?? 200;
  const rows = Array.from({ length: T }, (_, i) => i + 1).filter((row) => row === 1 || row === T || row % every === 0);
  return rows.filter((row) => row === T || (T - row) * pitch >= 14);
}

/** Names of rows in the gutter, where the band's own name leaves room; for a selected path, its notes make room.
 * @param {HTMLElement} root @param {HTMLElement} name */
export function createRowNames(root, name) {
  const list = child(root, "div", "triangle-rows");
  list.setAttribute("aria-hidden", "true");
  let drawn = "";
  return {
    /** @param {Grid} grid @param {number | null} path  the row of the selected path @param {number | null} pointed  the row pointed at @param {boolean} narrow */
    update({ rows, pitch, height }, path, pointed, narrow) {
      const wanted = JSON.stringify([rows, height, path, pointed, narrow, name.textContent]);
      if (wanted === drawn) return;
      drawn = wanted;
      const chosen = [path, pointed].filter((row) => row !== null);
      const named = new Set([...namedRows(rows, pitch).filter((row) => chosen.every((c) => Math.abs(row - c) * pitch >= 12)), ...chosen]);
      list.style.height = `${height}px`;
      list.replaceChildren();
      const labels = new Map([...named].map((row) => [row, nameRow(list, row, Math.min((row - 0.5) * pitch, height - 7), chosen.includes(row), narrow)]));
      makeRoom(labels, narrow ? [] : /** @type {HTMLElement[]} */ ([...name.children]), path);
    },
  };
}

/** Of a row's name and a line of the band's own that stand in one place, one shows. @param {Map<number, HTMLElement>} labels @param {HTMLElement[]} lines @param {number | null} path */
function makeRoom(labels, lines, path) {
  const places = lines.map((line) => line.getBoundingClientRect());
  const shown = labels.get(path ?? 0)?.getBoundingClientRect();
  const yields = places.map((place, i) => i > 0 && shown !== undefined && overlap(shown, place));
  lines.forEach((line, i) => line.classList.toggle("makes-room", yields[i]));
  for (const label of labels.values()) {
    const place = label.getBoundingClientRect();
    label.hidden = places.some((other, i) => !yields[i] && overlap(place, other));
  }
}

/** @param {HTMLElement} list @param {number} row @param {number} y @param {boolean} selected @param {boolean} narrow */
function nameRow(list, row, y, selected, narrow) {
  const label = child(list, "span", selected ? "triangle-row is-selected" : "triangle-row");
  label.dataset.row = String(row);
  label.style.top = `${y}px`;
  if (narrow) label.textContent = String(row);
  else {
    child(label, "i").textContent = "L";
    label.append(`(${row})`);
  }
  return label;
}

/** @param {DOMRect} a @param {DOMRect} b */
const overlap = (a, b) => a.left < b.right + 4 && a.right > b.left && a.top < b.bottom - 2 && a.bottom > b.top + 2;
