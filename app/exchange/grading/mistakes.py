"""The usual mistakes: what each would give for every parameter, and how it is told.

A `Candidate` is one mistake made in one way. The order of `MISTAKES` decides between candidates
that explain the same numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import numpy as np

from app.engine.activations import ACTIVATIONS
from app.engine.bptt import Bptt, run_bptt
from app.engine.network import Network
from app.engine.sequences import Sequence
from app.exchange.grading.passes import Gradients, Slip, SlopeOf, Uses, with_do, with_slip

WINDOWS = (2, 3, 5, 10, 20)  # of truncation, tried beside the step's own

MISTAKES: dict[str, str] = {
    "wrong_shape": "has shape {shape}; it must be {expected}",
    "not_summed": "has shape {shape}, with an axis more: its sum over that axis is right",
    "zero": "is 0 everywhere: nothing arrives there",
    "rounded": "is right as far as its {decimals} decimals go; send more digits to be sure",
    "wrong_sign": "has the opposite sign: ∂L/∂o is ŷ − y, not y − ŷ; or it is the step of descent "
    "and not the gradient",
    "missing_sum_over_time": "holds step {step} alone: the same weights are used at every step, "
    "and the contributions of all steps add up",
    "initial_state_ignored": "treats h(0) as zero: step 1 uses the initial state that was given",
    "missing_one_step": "lacks step {step}: the sum over time must hold every step",
    "only_last_loss": "holds the last loss alone: every step with a loss sends its own gradient",
    "missing_path_through_time": "stops at each loss's own step: h(t) depends on h(t-1) too, and "
    "∂L/∂h(t-1) must receive Wᵀ ∂L/∂a(t)",
    "missing_slope": "lacks φ': ∂L/∂a(t) = φ'(a(t)) ⊙ ∂L/∂h(t), at the step itself and on the way "
    "back",
    "wrong_slope": "takes φ' at the wrong place, or of another activation: {of}",
    "current_state_for_previous": "uses h(t) where h(t-1) belongs: W is multiplied by the state "
    "before",
    "previous_state_for_current": "uses h(t-1) where h(t) belongs: V reads the state of its own "
    "step",
    "transposed": "is transposed: rows are the units that receive, columns what they read",
    "untransposed_path": "goes back through W: a gradient goes back through Wᵀ",
    "missing_target": "lacks − y: ∂L/∂o = ŷ − y",
    "extra_output_slope": "holds the slope of the output twice: for this loss ∂L/∂o is ŷ − y",
    "missing_memory_path": "lacks the direct way back: an LSTM's cell state sends its gradient "
    "times the forget gate, a GRU's h(t) its own times the update gate",
    "missing_reset_gate": "lacks the reset gate: the candidate's recurrent part sees the gradient "
    "times r",
    "gate_order": "has its gates in another order: {order}, it must be {expected}",
    "averaged_over_time": "is divided by {count}, the number of steps: L is the sum over time",
    "summed_over_batch": "is {count} times too large: L is the mean over the batch",
    "averaged_twice": "is divided by the batch's {count} sequences once too often",
    "averaged_over_outputs": "is divided by {count}: L is the sum over outputs",
    "mean_squared_error": "is {factor} times the right one, as of a mean squared error: here "
    "L(t) = ½ ‖ŷ − y‖²",
    "doubled": "is twice the right one: a ½ is forgotten, or gradients were added to old ones",
    "halved": "is half of the right one",
    "truncated": "is truncated: each loss goes back {steps} steps only",
    "not_truncated": "goes back to the first step: the request truncates after {steps}",
    "clipped": "is clipped by {by} to {threshold}: compare before clipping",
    "scaled": "is {factor} times the right one",
}
ORDER = {mistake: place for place, mistake in enumerate(MISTAKES)}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What is graded: the network, the data, and the right gradients with their factors."""

    network: Network
    sequence: Sequence
    truncate: int | None
    done: Bptt
    uses: Uses

    @property
    def right(self) -> Gradients:
        """The right gradients."""
        return self.done.gradients

    @property
    def banded(self) -> bool:
        """Whether the request truncates."""
        return self.truncate is not None and self.truncate < self.sequence.T


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One mistake, what it gives for each parameter, and the numbers that its message tells.

    generic: made to measure from what was given, so named only where nothing else explains it.
    """

    mistake: str
    gradients: Gradients
    values: dict[str, Any] = field(default_factory=dict)
    generic: bool = False


def candidates(case: Case) -> Iterator[Candidate]:
    """Yield what the mistakes in the sum, in the passes and in the order would give."""
    yield from _of_factors(case)
    yield from _of_order(case)
    yield from _of_windows(case)
    if not case.banded:
        yield from _of_losses(case)
        if case.network.normalization == "none":
            yield from _of_slips(case)


def of_steps(case: Case, given: Gradients) -> Iterator[Candidate]:
    """Yield the sums of one step alone, and of all but one: the steps that the given suggest."""
    alone = {case.uses.find_step(n, g) for n, g in given.items() if n in case.uses.factors}
    for k in sorted(alone):
        shares = {name: case.uses.sum(name, slice(k, k + 1)) for name in case.uses.factors}
        yield Candidate("missing_sum_over_time", shares, {"step": k + 1})
    left_out = {
        case.uses.find_step(name, case.right[name] - g)
        for name, g in given.items()
        if name in case.uses.factors
    }
    for k in sorted(left_out):
        rest = {
            name: case.right[name] - case.uses.sum(name, slice(k, k + 1))
            for name in case.uses.factors
        }
        yield Candidate("missing_one_step", rest, {"step": k + 1})


def _of_factors(case: Case) -> Iterator[Candidate]:
    """Yield the sums with a wrong right-hand factor."""
    network, run = case.network, case.done.run
    current, without_start = {}, {}
    for part, own in zip(network.parts, run.parts, strict=True):
        turned = slice(None, None, -1 if part.direction == "reverse" else 1)
        current[f"W{part.suffix}"] = own.h[turned]
        started = own.h_prev.copy()
        started[0] = 0.0
        without_start[f"W{part.suffix}"] = started[turned]
    yield Candidate("current_state_for_previous", case.uses.with_right(current).gradients())
    if case.sequence.h0 is not None:
        yield Candidate("initial_state_ignored", case.uses.with_right(without_start).gradients())
    if "V" in network.parameters and not network.composed:
        before = case.uses.with_right({"V": run.parts[0].h_prev})
        yield Candidate("previous_state_for_current", before.gradients())


def _of_order(case: Case) -> Iterator[Candidate]:
    """Yield transposed matrices, and gates in another order."""
    square = {n: g.T for n, g in case.right.items() if g.ndim == 2 and g.shape[0] == g.shape[1]}
    yield Candidate("transposed", square)
    gates = case.network.code.GATES
    stacked = {
        name: np.split(g, len(gates))
        for name, g in case.right.items()
        if gates and name[0] in "UWb" and not name.startswith("b_hn")
    }
    for order in list(permutations(range(len(gates))))[1:]:
        moved = {n: np.concatenate([blocks[k] for k in order]) for n, blocks in stacked.items()}
        named = ", ".join(gates[k] for k in order)
        yield Candidate("gate_order", moved, {"order": named, "expected": ", ".join(gates)})


def _of_windows(case: Case) -> Iterator[Candidate]:
    """Yield the gradients of other windows of truncation."""
    if case.banded:
        full = run_bptt(case.network, case.sequence).gradients
        yield Candidate("not_truncated", full, {"steps": case.truncate})
    for window in (1, *WINDOWS):
        if window >= case.sequence.T or window == case.truncate:
            continue
        found = run_bptt(case.network, case.sequence, window).gradients
        if window == 1:
            yield Candidate("missing_path_through_time", found)
        else:
            yield Candidate("truncated", found, {"steps": window})


def _of_losses(case: Case) -> Iterator[Candidate]:
    """Yield what a wrong ∂L/∂o gives."""
    network, done, steps = case.network, case.done, list(case.sequence.loss_steps)
    do, y_hat = done.losses.do, done.run.y_hat
    last = np.zeros_like(do)
    last[steps[-1]] = do[steps[-1]]
    yield Candidate("only_last_loss", with_do(network, done, last))
    plain = np.zeros_like(do)
    plain[steps] = y_hat[steps] / (case.sequence.B or 1)
    yield Candidate("missing_target", with_do(network, done, plain))
    if network.output == "sigmoid":
        twice = do * y_hat * (1 - y_hat)
    elif network.output == "softmax":
        twice = y_hat * (do - np.sum(y_hat * do, axis=-1, keepdims=True))
    else:
        return
    yield Candidate("extra_output_slope", with_do(network, done, twice))


def _of_slips(case: Case) -> Iterator[Candidate]:
    """Yield what a pass with a slip gives."""
    network, done = case.network, case.done

    def slipped(mistake: str, slip: Slip, **values: Any) -> Candidate:
        return Candidate(mistake, with_slip(network, done, slip), values)

    yield slipped("missing_slope", Slip(own_slope=False, path_slope=False))
    if network.cell == "rnn":
        yield slipped("missing_slope", Slip(own_slope=False))
        yield slipped("missing_slope", Slip(path_slope=False))
        yield slipped("untransposed_path", Slip(transposed=False))
        for of, slope in _wrong_slopes(network.activation).items():
            yield slipped("wrong_slope", Slip(slope=slope), of=of)
        return
    yield slipped("missing_memory_path", Slip(memory=False))
    if network.cell == "gru":
        yield slipped("missing_reset_gate", Slip(reset=False))


def _wrong_slopes(activation: str) -> dict[str, SlopeOf]:
    """Return φ' at the wrong place, and other activations' φ'."""
    phi = ACTIVATIONS[activation]
    found: dict[str, SlopeOf] = {
        "φ'(h(t))": lambda a, h, before: phi.slope(h, phi.f(h)),  # noqa: ARG005
        "a(t) for h(t)": lambda a, h, before: phi.slope(a, a),  # noqa: ARG005
        "step t-1": lambda a, h, before: phi.slope(np.roll(a, 1, axis=0), before),  # noqa: ARG005
    }
    for name, other in ACTIVATIONS.items():
        if name not in (activation, "identity"):
            found[name] = lambda a, h, before, other=other: other.slope(a, h)  # noqa: ARG005
    return found
