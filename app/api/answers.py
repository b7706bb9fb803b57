"""From the engine's results to JSON bytes; the names are the DESIGN's, the arrays the engine's.

orjson writes NaN and Infinity as null by itself. The bytes are what leaves:
nothing validates them again.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
import orjson

from app.api.resolve import Plan
from app.engine.credit import Credit, LayerCredit, Shares
from app.engine.gradcheck import GradcheckResult
from app.engine.sequences import Sequence
from app.engine.trace import Trace

NORMS = ("dh_norm", "da_norm", "dW_norm", "dU_norm", "dcell_norm")


def forward_bytes(plan: Plan, trace: Trace) -> bytes:
    """Return the answer of /forward."""
    return encode(_forward(plan, trace))


def bptt_bytes(plan: Plan, trace: Trace) -> bytes:
    """Return the answer of /bptt; blocks that were not asked for are null."""
    return encode(bptt_answer(plan, trace))


def bptt_answer(plan: Plan, trace: Trace) -> dict[str, Any]:
    """Return the same before it is encoded."""
    return _forward(plan, trace) | {
        "loss": named(trace.loss),
        "backward": named(trace.backward),
        "gradients": trace.gradients,
        "gradient_norms": trace.gradient_norms,
        "clipped": named(trace.clipped),
        "credit": _credit(plan, trace.credit),
        "shares": _shares(trace.shares),
        "jacobians": named(trace.jacobians),
        "horizon": named(trace.horizon),
    }


def gradcheck_bytes(result: GradcheckResult) -> bytes:
    """Return the answer of /gradcheck."""
    return encode(asdict(result))


def encode(content: Any) -> bytes:
    """Return JSON of names, numbers and arrays; what is not finite is null."""
    return orjson.dumps(content, default=_contiguous, option=orjson.OPT_SERIALIZE_NUMPY)


def _contiguous(value: Any) -> Any:
    """Make what orjson does not take as it is: a strided array, a tuple-like, a NumPy scalar."""
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value)
    raise TypeError(f"cannot encode {type(value).__name__}")


def _forward(plan: Plan, trace: Trace) -> dict[str, Any]:
    return {
        "network": _network(plan),
        "data": _data(plan),
        "forward": named(trace.forward),
        "parameter_count": trace.parameter_count,
        "overflow": named(trace.overflow),
    }


def _network(plan: Plan) -> dict[str, Any]:
    network = plan.network
    return {
        "cell": network.cell,
        "activation": network.activation,
        "normalization": network.normalization,
        "layers": network.layers,
        "bidirectional": network.bidirectional,
        "output": network.output,
        "hidden_size": network.H,
        "output_size": network.O,
        "parameters": network.parameters,
        "init": plan.init and asdict(plan.init),
    }


def _data(plan: Plan) -> dict[str, Any]:
    sequence, network = plan.sequence, plan.network
    each = (len(network.parts),) if network.composed else ()
    zeros = np.zeros((*each, *sequence.batch_shape, network.H), sequence.x.dtype)
    cell0 = None
    if "cell" in network.code.STATES:
        cell0 = zeros if sequence.cell0 is None else sequence.cell0
    h0 = zeros if sequence.h0 is None else sequence.h0
    return seen(sequence) | {"h0": h0, "cell0": cell0}


def seen(sequence: Sequence) -> dict[str, Any]:
    """Return a sequence as the network saw it, but for the initial states."""
    return {
        "x": sequence.x,
        "y": sequence.y,
        "loss_mask": sequence.loss_mask,
        "labels": sequence.labels,
        "loss_at": sequence.loss_at,
        "input_at": sequence.input_at,
        "scale": sequence.scale,
    }


def _credit(plan: Plan, credit: Credit | None) -> dict[str, Any] | None:
    if credit is None:
        return None
    vectors = credit.vectors and {name: _ragged(v) for name, v in credit.vectors.items()}
    layers = credit.layers and [_layer_credit(plan, layer) for layer in credit.layers]
    return {**_triangle(credit), "vectors": vectors, "layers": layers}


def _layer_credit(plan: Plan, credit: LayerCredit) -> dict[str, Any]:
    top = credit.layer == plan.network.layers - 1 and credit.direction == "forward"
    full = plan.network.bidirectional and not top  # every loss reaches every step
    named = {"layer": credit.layer, "direction": credit.direction}
    return named | _triangle(credit, full=full)


def _triangle(credit: Credit | LayerCredit, *, full: bool = False) -> dict[str, Any]:
    found = {name: getattr(credit, name) for name in NORMS}
    if full:
        return found
    return {name: None if norms is None else _ragged(norms) for name, norms in found.items()}


def _shares(shares: Shares | None) -> dict[str, Any] | None:
    """Return the shares, V left out where the readout is the identity, as in the gradients."""
    if shares is None:
        return None
    return {name: norms for name in "UWV" if (norms := getattr(shares, name)) is not None}


def _ragged(triangle: np.ndarray) -> list[np.ndarray]:
    """Return row t as its entries k = 0..t: views, nothing is copied."""
    return [row[: t + 1] for t, row in enumerate(triangle)]


def named(result: Any) -> dict[str, Any] | None:
    """Return a dataclass's fields by name, arrays as they are; None stays None."""
    if result is None:
        return None
    return {name: getattr(result, name) for name in result.__dataclass_fields__}
