"""The plain cell's loops: two calls a step forward, three back."""

import numpy as np

from app.engine.activations import ACTIVATIONS
from app.engine.plans.plan import Plan, Shape, each


class PlainPlan(Plan):
    """A[t] holds a(t), and on the way back ∂L/∂a(t) in its place."""

    def __init__(self, shape: Shape):
        super().__init__(shape)
        H = shape.H
        self.activation = ACTIVATIONS[shape.activation]
        self.A = A = self.empty(shape.T, H)
        self.da = self.as_columns(A)
        A_out = self.products(A)
        self.steps = [
            [(self.S[t], A_out[t], A[t], self.h[t]) for t in steps] for steps in self.stretches
        ]
        self.ways = [
            (
                self.h[steps.start : steps.stop],
                [(self.dh[t], A[t]) for t in steps[::-1]],
                self.copies(self.da, A, steps),
            )
            for steps in self.stretches[::-1]
        ]

    def join(self, parameters):
        """M = [W U b]."""
        np.copyto(self.W, parameters["W"])
        for name, at in self.columns_of.items():
            self.M[:, at] = parameters[name]

    def forward(self, cancel):
        """a = M S, h = φ(a)."""
        into, f = self.into, self.activation.f
        for steps in each(self.steps, cancel):
            for s, a_out, a, h in steps:
                into(s, a_out)
                f(a, h)

    def backward(self, cancel):
        """Da = φ' ⊙ dh; dh(t−1) receives Wᵀ da."""
        back, sent, sent_out = self.back, self.sent, self.sent_out
        add, multiply, slope = np.add, np.multiply, self.activation.slope
        later = None
        for h, steps, copy in each(self.ways, cancel):
            slopes = slope(h, h)[::-1]  # h is positive where a is: no activation needs a itself
            for (dh, da), slope_t in zip(steps, slopes, strict=True):
                if later is not None:
                    back(later, sent_out)
                    add(dh, sent, dh)
                multiply(dh, slope_t, da)
                later = da
            if copy:
                np.copyto(*copy)  # while the cache holds it

    def gradients(self, out):
        """One GEMM for all."""
        np.matmul(self.da, self.columns[:, : self.da.shape[1]].T, out=self.G)
        for name, at in self.columns_of.items():
            out[name][...] = self.G[:, at]
