import assert from "node:assert/strict";
import test from "node:test";
import { Refused } from "../../../static/js/own/check.js";
import { readGradients } from "../../../static/js/own/gradients.js";

const NAMES = ["U", "W", "b", "V", "c", "b_hn"];
const wanted = { W: [[0.5, -1e-3], [2, 0.25]], b: [1, -2] };

for (const [what, text] of Object.entries({
  JSON: '{"W": [[0.5, -1e-3], [2, 0.25]], "b": [1, -2]}',
  "a dict of Python": "{'W': [[0.5, -1e-3], [2, .25]], 'b': [1, -2.]}",
  "lines": "W = [[0.5, -0.001], [2, 0.25]]\nb = [1, -2]\n",
  "arrays of NumPy": "{'W': array([[ 0.5  , -0.001],\n       [ 2.   ,  0.25 ]]), 'b': array([ 1., -2.], dtype=float32)}",
  "assignments": "W = np.array([[0.5, -1e-3], [2, 0.25]], dtype=np.float64)\nb = np.array((1, −2))",
  "printed arrays": "W: [[ 0.5   -0.001]\n [ 2.     0.25 ]]\nb: [ 1. -2.]",
  "tensors of PyTorch": "W = tensor([[ 0.5000, -0.0010],\n        [ 2.0000,  0.2500]], dtype=torch.float64, grad_fn=<AddBackward0>)\nb = Parameter containing:\ntensor([ 1., -2.], requires_grad=True)",
  "names of gradients": "dW = [[0.5, -0.001], [2, 0.25]]; grad_b = [1, -2]; dx = [[1]]",
})) {
  test(`gradients are read from ${what}`, () => assert.deepEqual(readGradients(text, NAMES), wanted));
}

test("a name with an index is one name", () => assert.deepEqual(readGradients("b_hn = [1, 2], b = [3]", NAMES), { b_hn: [1, 2], b: [3] }));

/** @type {[string, string, Record<string, string | number>][]} */
const FAULTS = [
  ["", "fault.grade.empty", { name: "U" }],
  ["[[1, 2]]", "fault.grade.unnamed", { names: NAMES.join(", ") }],
  ["W = [[1, 2],\n [3, ...]]", "fault.grade.shortened", { line: 2 }],
  ["W = [[1, nan]]", "fault.grade.item", { line: 1, item: "nan]]" }],
  ["W = [[1, 2]\n", "fault.grade.open", { line: 2 }],
  ["W = [1]; W = [2]", "fault.grade.twice", { name: "W" }],
];
for (const [text, message, params] of FAULTS) {
  test(`${JSON.stringify(text)} is refused: ${message}`, () => {
    assert.throws(() => readGradients(text, NAMES), (/** @type {any} */ fault) => {
      assert.ok(fault instanceof Refused);
      assert.equal(fault.message, message);
      assert.deepEqual(fault.params, params);
      return true;
    });
  });
}
