import assert from "node:assert/strict";
import test from "node:test";
import { toSequence } from "../../../static/js/own/sequence.js";
import { readTable } from "../../../static/js/own/table.js";

/** @param {string} text */
const read = (text) => /** @type {import("../../../static/js/own/table.js").Table} */ (readTable(text));

for (const [what, text] of Object.entries({
  commas: "a,b\n1,2\n3,4\n", semicolons: "a;b\r\n1;2\r\n3;4", tabs: "a\tb\n1\t2\n\n3\t4", spaces: "a b\n1 2\n3  4", quotes: '\ufeff"a","b"\n"1","2"\n3,"4"\n',
})) {
  test(`${what} separate`, () => {
    const table = read(text);
    assert.deepEqual(table.columns.map(({ name, values }) => [name, values]), [["a", [1, 3]], ["b", [2, 4]]]);
    assert.equal(table.header, true);
  });
}

test("a quoted field holds separators, quotes and lines", () => {
  const table = read('note,x\n"a, ""b""\nc",1\nd,2');
  assert.deepEqual(table.columns[1].values, [1, 2]);
  assert.deepEqual(table.columns[0].fault, { line: 2, text: 'a, "b"\nc' });
});

test("a decimal comma is one where it separates nothing", () => assert.deepEqual(read("1,5;2\n2,5;3").columns[0].values, [1.5, 2.5]));

for (const text of ["", "hello", "to be, or not\nto be, that is", "one line, 2"]) {
  test(`${JSON.stringify(text)} is no table`, () => assert.equal(readTable(text), null));
}

test("the first line with a fault is named by its own number", () => {
  assert.deepEqual(read("x,y\n1,1\n\nn/a,2\n,3").columns[0].fault, { line: 4, text: "n/a" });
  assert.throws(() => readTable("1,2\n3,4\n5\n"), { message: "fault.table.width", params: { line: 3, n: 1, wanted: 2 } });
});

test("columns become x and y: the next row, or others' same row", () => {
  const table = read("1,10\n2,20\n4,30");
  const choice = { inputs: [0, 1], targets: null, standardise: false, from: 1 };
  const next = /** @type {any} */ (toSequence(table, choice, "t.csv")).data;
  assert.deepEqual([next.x, next.y], [[[1, 10], [2, 20]], [[2, 20], [4, 30]]]);
  const own = /** @type {any} */ (toSequence(table, { ...choice, inputs: [0], targets: [1], from: 2 }, "t.csv")).data;
  assert.deepEqual([own.x, own.y, own.name], [[[2], [4]], [[20], [30]], "t.csv"]);
  assert.deepEqual(toSequence(table, { ...choice, inputs: [0], standardise: true }, ""), { numbers: "1 2 4" });
  const flat = /** @type {any} */ (toSequence(read("1,5\n2,5\n3,5"), { ...choice, standardise: true }, "")).data;
  assert.deepEqual(flat.x.map((/** @type {number[]} */ row) => row[1]), [0, 0]);
  assert.ok(Math.abs(flat.x[0][0] + Math.sqrt(1.5)) < 1e-12);
});
