"""The LSTM's loops: eight calls a step forward, six back.

Rows stand in the order output, input, forget, candidate: the sigmoid gates side by side, and
input and forget as far from candidate and cell as from one another, so that one multiplication
makes i ⊙ g and f ⊙ cell(t−1). A step's row of R holds, forwards and then in its place backwards,

    [tanh cell | o | i  f  g | cell(t-1)]       [dcell | da_o | da_i  da_f  da_g | into cell(t-1)]

with da with respect to the true pre-activations.
"""

import numpy as np

from app.engine.plans.plan import Plan, Shape, each


class LstmPlan(Plan):
    """R as above; K holds the coefficients of a stretch, in the same order."""

    gates = 4

    def __init__(self, shape: Shape):
        super().__init__(shape)
        T, H = shape.T, shape.H
        self.R = R = self.empty(T + 1, 6 * H)
        self.K = self.empty(min(self.pace, T), 6 * H)
        self.pair = pair = self.empty(2 * H)  # i ⊙ g, f ⊙ cell(t−1)
        self.halves = pair[:H], pair[H:]
        gates = R[:-1, H : 5 * H]  # then in its place da
        self.da, gates_out = self.as_columns(gates), self.products(gates)
        self.cell = R[1:, 5 * H :]
        self.steps = [[self.step_views(t, gates_out[t]) for t in s] for s in self.stretches]
        self.ways = [
            (
                R[s.start : s.stop],
                [self.way_views(t, t - s.start) for t in s[::-1]],
                self.copies(self.da, gates, s),
            )
            for s in self.stretches[::-1]
        ]

    def step_views(self, t: int, gates_out: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return what a step forward reads and writes."""
        H, row = self.shape.H, self.R[t]
        gates, sigmoids, o = row[H : 5 * H], row[H : 4 * H], row[H : 2 * H]
        i_f, g_cell = row[2 * H : 4 * H], row[4 * H :]
        return (
            self.S[t], gates_out, gates, sigmoids, i_f, g_cell, self.cell[t], row[:H], o, self.h[t]
        )  # fmt: skip

    def way_views(self, t: int, i: int) -> tuple[np.ndarray, ...]:
        """Return what a step back reads and writes; i is its place in the stretch."""
        H, row, K = self.shape.H, self.R[t], self.K[i]
        four = (4, H, *self.tail)
        return (
            self.dh[t], K[:H], row[:H], K[H : 2 * H], row[H : 2 * H],
            K[2 * H :].reshape(four), row[2 * H :].reshape(four), row[5 * H :], row[H : 5 * H],
        )  # fmt: skip

    def join(self, parameters):
        """Output's rows first; those of sigmoid gates halved in M."""
        H, M = self.shape.H, self.M
        for name, at in self.columns_of.items():
            p = parameters[name]
            np.multiply(p[3 * H :], self.half, out=M[:H, at])
            np.multiply(p[: 2 * H], self.half, out=M[H : 3 * H, at])
            M[3 * H :, at] = p[2 * H : 3 * H]
        self.W[:H], self.W[H:] = parameters["W"][3 * H :], parameters["W"][: 3 * H]

    def load(self, parameters, x, starts):
        """As every plan, and cell0."""
        super().load(parameters, x, starts)
        self.enter(starts[1], self.R[0, 5 * self.shape.H :])

    def forward(self, cancel):
        """cell = i ⊙ g + f ⊙ cell(t−1), h = o ⊙ tanh cell."""
        into, tanh, multiply, add, half = self.into, np.tanh, np.multiply, np.add, self.half
        pair, (ig, fc) = self.pair, self.halves
        for steps in each(self.steps, cancel):
            for s, gates_out, gates, sigmoids, i_f, g_cell, cell, tanh_cell, o, h in steps:
                into(s, gates_out)
                tanh(gates, gates)
                multiply(sigmoids, half, sigmoids)
                add(sigmoids, half, sigmoids)
                multiply(i_f, g_cell, pair)
                add(ig, fc, cell)
                tanh(cell, tanh_cell)
                multiply(o, tanh_cell, h)

    def coefficients(self, R: np.ndarray) -> None:
        """Fill K for a stretch from its rows R, what da and dcell are multiples of."""
        H, K, one = self.shape.H, self.K[: len(R)], self.one
        tanh_cell, o, i = R[:, :H], R[:, H : 2 * H], R[:, 2 * H : 3 * H]
        sigmoids, slopes = R[:, H : 4 * H], K[:, H : 4 * H]
        np.subtract(one, sigmoids, out=slopes)
        np.multiply(slopes, sigmoids, out=slopes)
        slopes[:, :H] *= tanh_cell
        slopes[:, H:] *= R[:, 4 * H :]  # i's by g, f's by cell(t−1)
        g, into_g = R[:, 4 * H : 5 * H], K[:, 4 * H : 5 * H]
        for factor, value, into in ((o, tanh_cell, K[:, :H]), (i, g, into_g)):
            np.multiply(value, value, out=into)
            np.subtract(one, into, out=into)
            np.multiply(into, factor, out=into)  # o (1 − tanh²), i (1 − g²)
        K[:, 5 * H :] = R[:, 3 * H : 4 * H]  # cell(t−1) receives f ⊙ dcell

    def backward(self, cancel):
        """Fill the gates' gradients in the place of the gates."""
        back, sent, sent_out = self.back, self.sent, self.sent_out
        multiply, add = np.multiply, np.add
        later = into_cell = None
        for R, steps, copy in each(self.ways, cancel):
            self.coefficients(R)
            for dh, K_cell, dcell, K_o, da_o, K_rest, rest, passed, da in steps:
                if later is not None:
                    back(later, sent_out)
                    add(dh, sent, dh)
                multiply(dh, K_cell, dcell)
                multiply(dh, K_o, da_o)
                if into_cell is not None:
                    add(dcell, into_cell, dcell)
                multiply(dcell, K_rest, rest)
                later, into_cell = da, passed
            if copy:
                np.copyto(*copy)  # while the cache holds it

    def gradients(self, out):
        """One GEMM for all; output's rows stand last outside."""
        H, G = self.shape.H, self.G
        np.matmul(self.da, self.columns[:, : self.da.shape[1]].T, out=G)
        for name, at in self.columns_of.items():
            out[name][: 3 * H], out[name][3 * H :] = G[H:, at], G[:H, at]

    def last(self, batch):
        """h(T) and cell(T)."""
        return {**super().last(batch), "cell": self.leave(self.cell[-1], batch)}
