"""The GRU's loops: ten calls a step forward, four back.

A step's row of R holds, forwards and then in its place backwards,

    [r  z | q = W_n h(t-1) + b_hn | n]          [dq_r  dq_z  dq_n | dh ⊙ z]

dq is what W sees. What U sees of the candidate is da_n = dq_n / r, kept apart in N.
"""

from typing import Any

import numpy as np

from app.engine.plans.plan import Plan, Shape, each


class GruPlan(Plan):
    """R as above; K holds the coefficients of a stretch, in the same order; N U_n x + b_n."""

    gates = 3

    def __init__(self, shape: Shape):
        super().__init__(shape)
        T, H = shape.T, shape.H
        self.R = R = self.empty(T, 4 * H)
        self.K = self.empty(min(self.pace, T), 4 * H)
        self.N = self.empty(T, H)
        self.slope_n = self.empty(min(self.pace, T), H)
        self.candidate = np.empty((H, shape.I + 1), shape.dtype)  # [U_n b_n]
        gates = R[:, : 3 * H]  # then in its place dq
        self.dq, self.da_n = self.as_columns(gates), self.as_columns(self.N)
        gates_out = self.products(gates)
        self.steps = [[self.step_views(t, gates_out[t]) for t in s] for s in self.stretches]
        self.ways = [
            (
                slice(s.start, s.stop),
                [self.way_views(t, t - s.start) for t in s[::-1]],
                self.copies(self.dq, gates, s),
                self.copies(self.da_n, self.N, s),
            )
            for s in self.stretches[::-1]
        ]

    def step_views(self, t: int, gates_out: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return what a step forward reads and writes."""
        H, row = self.shape.H, self.R[t]
        r, z, q, n = row[:H], row[H : 2 * H], row[2 * H : 3 * H], row[3 * H :]
        return self.S[t], gates_out, row[: 2 * H], r, z, q, self.N[t], n, self.h_prev[t], self.h[t]

    def way_views(self, t: int, i: int) -> tuple[np.ndarray, ...]:
        """Return what a step back reads and writes; i is its place in the stretch."""
        H, row, four = self.shape.H, self.R[t], (4, self.shape.H, *self.tail)
        return self.dh[t], self.K[i].reshape(four), row.reshape(four), row[: 3 * H], row[3 * H :]

    def join(self, parameters):
        """Candidate rows of M make q alone; U_n and b_n stand apart."""
        H, M = self.shape.H, self.M
        W, U, b = (parameters[name] for name in "WUb")
        for p, at in zip((W, U, b), self.columns_of.values(), strict=True):
            np.multiply(p[: 2 * H], self.half, out=M[: 2 * H, at])
        M[2 * H :, :H], M[2 * H :, H:-1], M[2 * H :, -1] = W[2 * H :], 0, parameters["b_hn"]
        self.candidate[:, :-1], self.candidate[:, -1] = U[2 * H :], b[2 * H :]
        np.copyto(self.W, W)

    def forward(self, cancel):
        """n = tanh(N + r ⊙ q), h = n + z ⊙ (h(t−1) − n)."""
        x = self.S[:-1, self.shape.H :]  # (T,I+1,B)
        factors = (self.candidate, x) if self.tail else (x, self.candidate.T)
        np.matmul(*factors, out=self.N)
        into, tanh, half = self.into, np.tanh, self.half
        multiply, add, subtract = np.multiply, np.add, np.subtract
        for steps in each(self.steps, cancel):
            for s, gates_out, rz, r, z, q, N, n, h_prev, h in steps:
                into(s, gates_out)
                tanh(rz, rz)
                multiply(rz, half, rz)
                add(rz, half, rz)
                multiply(r, q, n)
                add(n, N, n)
                tanh(n, n)
                subtract(h_prev, n, h)
                multiply(h, z, h)
                add(h, n, h)

    def coefficients(self, at: slice) -> None:
        """Fill K and slope_n for a stretch: what dq, dh(t−1) and da_n are multiples of dh by."""
        H, R, h_prev, one = self.shape.H, self.R[at], self.h_prev[at], self.one
        K, dn = self.K[: len(R)], self.slope_n[: len(R)]
        rz, r, z, q, n = (
            R[:, : 2 * H],
            R[:, :H],
            R[:, H : 2 * H],
            R[:, 2 * H : 3 * H],
            R[:, 3 * H :],
        )
        slopes = K[:, : 2 * H]
        np.subtract(one, rz, out=slopes)
        np.multiply(n, n, out=dn)
        np.subtract(one, dn, out=dn)
        dn *= slopes[:, H:]  # (1 − z) (1 − n²)
        slopes *= rz
        np.multiply(dn, q, out=q)
        slopes[:, :H] *= q
        np.subtract(h_prev, n, out=q)
        slopes[:, H:] *= q
        np.multiply(dn, r, out=K[:, 2 * H : 3 * H])
        K[:, 3 * H :] = z

    def backward(self, cancel):
        """Fill what W sees in the place of the gates, and N with what U sees of the candidate."""
        back, sent, sent_out = self.back, self.sent, self.sent_out
        multiply, add = np.multiply, np.add
        later: Any = None
        passed: Any = None
        for at, steps, *copies in each(self.ways, cancel):
            self.coefficients(at)
            for dh, K, row, dq, z_dh in steps:
                if later is not None:
                    back(later, sent_out)
                    add(sent, passed, sent)
                    add(dh, sent, dh)
                multiply(dh, K, row)
                later, passed = dq, z_dh
            dh = self.dh[at]
            np.multiply(dh, self.slope_n[: len(dh)], out=self.N[at])
            for copy in filter(None, copies):
                np.copyto(*copy)  # while the cache holds it

    def gradients(self, out):
        """One GEMM for what W sees, one for what U sees of the candidate."""
        H, G, S = self.shape.H, self.G, self.columns[:, : self.dq.shape[1]].T
        np.matmul(self.dq, S, out=G)
        out["W"][...], out["b_hn"][...] = G[:, :H], G[2 * H :, -1]
        np.matmul(self.da_n, S[:, H:], out=G[2 * H :, H:])
        out["U"][...], out["b"][...] = G[:, H:-1], G[:, -1]
