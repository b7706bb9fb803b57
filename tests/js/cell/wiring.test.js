import assert from "node:assert/strict";
import test from "node:test";
import { knownNodes, operationsDone, returnedNodes, wiringOf } from "../../../static/js/cell/wiring.js";

const CASES = /** @type {const} */ ([["rnn", "none"], ["rnn", "layer"], ["lstm", "none"], ["gru", "none"]]);
const GIVEN = new Set(["x", "h0", "cell0"]);
const OUTSIDE = new Set(["readout", "next", "cellNext"]);

for (const [cellName, normalization] of CASES) {
  const wiring = wiringOf({ cellName, normalization });
  const ids = new Set(wiring.nodes.map(({ id }) => id));
  const name = `${cellName}, ${normalization}`;

  test(`${name}: every wire joins two nodes, ends where they stand, and runs level or upright`, () => {
    for (const { id, from, to, points, label } of wiring.wires) {
      assert.ok(ids.has(from) && (ids.has(to) || OUTSIDE.has(to)), id);
      points.slice(1).forEach(([x, y], i) => assert.ok(x === points[i][0] || y === points[i][1], `${id} slants`));
      for (const [x, y] of [...points, label]) assert.ok(x >= 0 && x <= wiring.size.width && y >= 0 && y <= wiring.size.height, id);
    }
    assert.equal(new Set(wiring.wires.map(({ id }) => id)).size, wiring.wires.length);
  });

  test(`${name}: every node that is computed belongs to one operation, after those it needs`, () => {
    const order = wiring.operations.flatMap(({ nodes }) => nodes);
    assert.deepEqual([...order].sort(), wiring.nodes.filter(({ kind }) => !GIVEN.has(kind)).map(({ id }) => id).sort());
    for (let done = 1; done <= wiring.operations.length; done += 1) {
      const known = knownNodes(wiring, done);
      for (const { from, to } of wiring.wires) if (known.has(to)) assert.ok(known.has(from), `${from} before ${to}`);
      const returned = returnedNodes(wiring, done);
      for (const { from, to } of wiring.wires) if (returned.has(from) && ids.has(to)) assert.ok(returned.has(to), `${to} before ${from}`);
    }
  });

  test(`${name}: the gradient that an operation's formula names is one of its own`, () => {
    for (const { from, nodes } of wiring.operations) {
      const wire = wiring.wires.find(({ id }) => id === from);
      assert.ok(wire && nodes.includes(wire.to), `${from}`);
    }
  });
}

test("operations follow the progress of their step and are all done at its end", () => {
  assert.deepEqual([0, 0.24, 0.25, 0.99, 1].map((p) => operationsDone(p, 4)), [0, 0, 1, 3, 4]);
});
