"""Back-propagation through time as a student writes it, with a place for each mistake.

Written from the chapter's formulas, sequence by sequence and entry by entry, apart from both the
engine and the grader: a mistake here is what a mistake is.
"""

from collections.abc import Callable, Mapping

import numpy as np

from app.engine.network import Network
from app.engine.sequences import Sequence, from_arrays

SLOPES: dict[str, Callable] = {
    "tanh": lambda h: 1 - h**2,
    "sigmoid": lambda h: h * (1 - h),
    "relu": lambda h: (h > 0) * 1.0,
    "identity": np.ones_like,
}
PHI: dict[str, Callable] = {
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "relu": lambda a: np.maximum(a, 0),
    "identity": lambda a: a,
}


def make(
    activation: str = "tanh",
    output: str = "softmax",
    *,
    B: int | None = 3,
    T: int = 6,
    loss_at: str = "every",
    seed: int = 0,
) -> tuple[Network, Sequence]:
    """A small network of odd sizes with weights that leave every gradient well above zero."""
    rng = np.random.default_rng(seed)
    I, H, O = 3, 4, 2  # noqa: E741
    parameters = {
        "U": rng.normal(0, 0.7, (H, I)),
        "W": rng.normal(0, 0.5, (H, H)),
        "b": rng.normal(0, 0.3, H),
        "V": rng.normal(0, 0.8, (O, H)),
        "c": rng.normal(0, 0.3, O),
    }
    batch = () if B is None else (B,)
    y = rng.uniform(0.1, 0.9, (*batch, T, O))
    if output == "softmax":
        y = rng.integers(0, O, (*batch, T))
    h0 = rng.normal(0, 0.6, (*batch, H))
    sequence = from_arrays(rng.normal(size=(*batch, T, I)), y, h0, loss_at)
    return Network(activation=activation, output=output, parameters=parameters), sequence


def bptt(network: Network, sequence: Sequence, mistake: str = "") -> dict[str, np.ndarray]:
    """The gradients, right or with one mistake; a mean over the batch."""
    xs = sequence.x if sequence.B is not None else sequence.x[None]
    ys = sequence.y if sequence.B is not None else sequence.y[None]  # type: ignore[index]
    h0s = sequence.h0 if sequence.B is not None else sequence.h0[None]  # type: ignore[index]
    each = [
        _one(network, x, y, h0, sequence.loss_at, mistake)
        for x, y, h0 in zip(xs, ys, h0s, strict=True)  # type: ignore[arg-type]
    ]
    count = 1 if mistake == "summed_over_batch" else len(each)
    return {name: np.sum([g[name] for g in each], axis=0) / count for name in each[0]}


def _one(network, x, y, h0, loss_at, mistake) -> dict[str, np.ndarray]:
    p: Mapping[str, np.ndarray] = network.parameters
    T, slope = len(x), SLOPES[network.activation]
    h, y_hat = [h0], []
    for t in range(T):
        h.append(PHI[network.activation](p["U"] @ x[t] + p["W"] @ h[-1] + p["b"]))
        y_hat.append(_read(network.output, p["V"] @ h[-1] + p["c"]))
    g = {name: np.zeros_like(array) for name, array in p.items()}
    dh_next = np.zeros_like(h0)
    for t in range(T, 0, -1):
        target = np.eye(len(p["c"]))[y[t - 1]] if network.output == "softmax" else y[t - 1]
        do = y_hat[t - 1] - target
        if mistake == "missing_target":
            do = y_hat[t - 1]
        if mistake == "extra_output_slope":
            do = do * y_hat[t - 1] * (1 - y_hat[t - 1])
        if mistake == "wrong_sign":
            do = -do
        if (loss_at == "last" or mistake == "only_last_loss") and t < T:
            do = np.zeros_like(do)
        dh = p["V"].T @ do + dh_next
        phi = slope(h[t])
        if mistake == "missing_slope":
            phi = np.ones_like(phi)
        if mistake == "slope_of_h":
            phi = slope(PHI[network.activation](h[t]))
        if mistake == "slope_of_sigmoid":
            phi = h[t] * (1 - h[t])
        da = dh * phi
        before = h[t] if mistake == "current_state_for_previous" else h[t - 1]
        if mistake == "initial_state_ignored" and t == 1:
            before = np.zeros_like(before)
        share = {
            "V": np.outer(do, h[t - 1] if mistake == "previous_state_for_current" else h[t]),
            "c": do,
            "U": np.outer(da, x[t - 1]),
            "W": np.outer(da, before),
            "b": da,
        }
        for name in g:
            if mistake == "overwritten":
                g[name] = share[name]
            elif not (mistake == "stopped_early" and t == 1):
                g[name] = g[name] + share[name]
        dh_next = (p["W"] if mistake == "untransposed_path" else p["W"].T) @ da
        if mistake == "slope_missing_on_the_way":
            dh_next = p["W"].T @ dh
        if mistake == "missing_path_through_time":
            dh_next = np.zeros_like(dh_next)
    if mistake == "averaged_over_time":
        g = {name: array / T for name, array in g.items()}
    if mistake == "transposed":
        g = {name: array.T for name, array in g.items()}
    return g


def _read(output: str, o: np.ndarray) -> np.ndarray:
    if output == "softmax":
        return np.exp(o) / np.exp(o).sum()
    return 1 / (1 + np.exp(-o)) if output == "sigmoid" else o
