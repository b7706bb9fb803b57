"""A character RNN as one would write it on a blank page: NumPy, one column vector a step.

Tanh cell, softmax over the next character, gradients clipped by value at ±5, Adagrad, the last
state carried from piece to piece. It is what `benchmarks.training` holds the engine against, in the
style of the short scripts by which character networks are taught.
"""

import numpy as np

CLIP, RATE, EPSILON = 5.0, 0.1, 1e-8


class CharRnn:
    """H hidden units over an alphabet of O characters; `advance` trains on one piece of T."""

    def __init__(self, codes: np.ndarray, O: int, H: int, T: int, dtype):  # noqa: E741
        rng = np.random.default_rng(0)
        self.codes, self.O, self.T, self.dtype = codes, O, T, dtype
        self.p = {
            "U": rng.normal(0, 0.01, (H, O)).astype(dtype),
            "W": rng.normal(0, 0.01, (H, H)).astype(dtype),
            "V": rng.normal(0, 0.01, (O, H)).astype(dtype),
            "b": np.zeros((H, 1), dtype),
            "c": np.zeros((O, 1), dtype),
        }
        self.memory = {name: np.zeros_like(p) for name, p in self.p.items()}
        self.h, self.at = np.zeros((H, 1), dtype), 0

    def advance(self) -> float:
        """Make one step; return its loss."""
        if self.at + self.T + 1 > len(self.codes):
            self.h, self.at = np.zeros_like(self.h), 0
        reads = self.codes[self.at : self.at + self.T]
        wanted = self.codes[self.at + 1 : self.at + self.T + 1]
        loss, gradients, self.h = self.pass_through(reads, wanted)
        for name, p in self.p.items():
            g = np.clip(gradients[name], -CLIP, CLIP)
            self.memory[name] += g * g
            p -= RATE * g / np.sqrt(self.memory[name] + EPSILON)
        self.at += self.T
        return loss

    def pass_through(
        self, reads: np.ndarray, wanted: np.ndarray
    ) -> tuple[float, dict[str, np.ndarray], np.ndarray]:
        """Return the loss, the gradients and the last state."""
        U, W, V, b, c = (self.p[name] for name in "UWVbc")
        xs, hs, ys, loss = {}, {-1: self.h}, {}, 0.0
        for t, code in enumerate(reads):
            xs[t] = np.zeros((self.O, 1), self.dtype)
            xs[t][code] = 1
            hs[t] = np.tanh(np.dot(U, xs[t]) + np.dot(W, hs[t - 1]) + b)
            o = np.dot(V, hs[t]) + c
            e = np.exp(o - o.max())
            ys[t] = e / e.sum()
            loss -= float(np.log(ys[t][wanted[t], 0]))
        gradients = {name: np.zeros_like(p) for name, p in self.p.items()}
        dh_next = np.zeros_like(self.h)
        for t in reversed(range(len(reads))):
            do = ys[t].copy()
            do[wanted[t]] -= 1
            gradients["V"] += np.dot(do, hs[t].T)
            gradients["c"] += do
            da = (np.dot(V.T, do) + dh_next) * (1 - hs[t] * hs[t])
            gradients["b"] += da
            gradients["U"] += np.dot(da, xs[t].T)
            gradients["W"] += np.dot(da, hs[t - 1].T)
            dh_next = np.dot(W.T, da)
        return loss, gradients, hs[len(reads) - 1]
