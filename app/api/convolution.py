"""POST /api/v1/convolution: a causal convolution over the same sequence, for comparison."""

import threading
from dataclasses import asdict, dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api import answers, limits
from app.api.documentation import request_body
from app.api.errors import FieldError, Problem
from app.api.limits import Price, Sizes
from app.api.resolve import PRECISIONS, make_sequence, require_targets
from app.api.schemas.convolution import (
    ConvolutionAnswer,
    ConvolutionInit,
    ConvolutionNetwork,
    ConvolutionRequest,
)
from app.api.schemas.requests import BpttRequest, NetworkRequest
from app.api.serving import PROBLEMS, Job, serve
from app.api.sizes import find_sizes, output_name, where
from app.engine.convolution import (
    Convolution,
    ConvolutionTrace,
    convolve,
    draw_parameters,
    parameter_shapes,
    receptive_field,
)
from app.engine.initialization import Init
from app.engine.sequences import Sequence
from app.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["traces"])

DEFAULT_TAPS = 3
HELLO = {"data": {"kind": "text", "text": "hello world"}}
DILATED = {
    "network": {"kernel_size": 2, "layers": 4, "dilation": 2, "hidden_size": 8},
    "data": {"kind": "task", "name": "adding", "length": 30},
}
EXAMPLES = {
    "text": {"summary": "three taps over a text", "value": HELLO},
    "dilated": {"summary": "four layers, dilated: 16 steps in sight", "value": DILATED},
}


@dataclass(frozen=True)
class ConvolutionPlan:
    """A request made ready: within budget, its kernels drawn, its data as arrays."""

    network: Convolution
    init: Init | None
    sequence: Sequence
    credit: bool
    price: Price


def plan_convolution(request: ConvolutionRequest, settings: Settings) -> ConvolutionPlan:
    """Return the plan of a convolution.

    Raises:
        Problem: over budget, or sizes that contradict each other.
        EngineError: shapes that do not fit.
    """
    _refuse_states(request)
    alike = _as_recurrent(request)
    if getattr(request.data, "y", True) is not None:
        require_targets(alike)
    sizes = find_sizes(alike, settings)
    network, credit = request.network, "credit" in request.include
    price = _price(sizes, network, credit)
    limits.check_price(price, sizes, settings, where(alike))
    dtype = PRECISIONS[request.precision]
    init = None
    if network.parameters is None:
        asked = network.init or ConvolutionInit()
        init = Init(asked.scheme, asked.gain, seed=asked.seed)
        shapes = parameter_shapes(sizes.I, sizes.H, sizes.O, _taps(network), network.layers)
        parameters = draw_parameters(shapes, init, dtype)
    else:
        given = network.parameters.given()
        parameters = {name: array.astype(dtype) for name, array in given.items()}
    made = Convolution(
        parameters, network.activation, output_name(alike), network.layers, network.dilation
    )
    return ConvolutionPlan(made, init, make_sequence(request.data, dtype), credit, price)


def answer_convolution(plan: ConvolutionPlan, cancel: threading.Event | None) -> bytes:
    """Return the bytes of a convolution."""
    trace = convolve(plan.network, plan.sequence, credit=plan.credit, cancel=cancel)
    T, size = plan.sequence.T, plan.network.receptive_field
    return answers.encode(
        {
            "network": _network(plan),
            "data": answers.seen(plan.sequence),
            "forward": _states(trace),
            "receptive_field": {
                "size": size,
                "first": [max(1, t - size + 1) for t in range(1, T + 1)],
            },
            **_backward(trace),
            "parameter_count": plan.network.parameter_count,
            "overflow": answers.named(trace.overflow),
        }
    )


def _states(trace: ConvolutionTrace) -> dict[str, Any]:
    layers = [{"layer": layer, "h": h} for layer, h in enumerate(trace.layers_h)]
    return {"a": trace.a, "h": trace.h, "o": trace.o, "y_hat": trace.y_hat, "layers": layers}


def _backward(trace: ConvolutionTrace) -> dict[str, Any]:
    if trace.per_step is None:
        blocks = ("loss", "backward", "gradients", "gradient_norms", "credit")
        return dict.fromkeys(blocks)
    return {
        "loss": {"per_step": trace.per_step, "total": float(trace.per_step.sum())},
        "backward": {"dx": trace.dx},
        "gradients": trace.gradients,
        "gradient_norms": trace.gradient_norms,
        "credit": None
        if trace.dx_norm is None
        else {"dx_norm": [row[: t + 1] for t, row in enumerate(trace.dx_norm)]},
    }


def _network(plan: ConvolutionPlan) -> dict[str, Any]:
    network, init = plan.network, plan.init
    return {
        "activation": network.activation,
        "output": network.output,
        "hidden_size": network.H,
        "output_size": network.O,
        "kernel_size": network.K,
        "layers": network.layers,
        "dilation": network.dilation,
        "parameters": network.parameters,
        "init": init and {name: asdict(init)[name] for name in ("scheme", "gain", "seed")},
    }


def _taps(network: ConvolutionNetwork) -> int:
    """Return K. Raises Problem where the weights have another."""
    if network.parameters is None:
        return network.kernel_size or DEFAULT_TAPS
    K = network.parameters.U.shape[2]
    _agree("kernel_size", network.kernel_size, K, network)
    return K


def _as_recurrent(request: ConvolutionRequest) -> BpttRequest:
    """Return the recurrent request of the same data, H and O: its sizes are this one's too."""
    network = request.network
    H, O = network.hidden_size, network.output_size  # noqa: E741
    if network.parameters is not None:
        rows, outputs = len(network.parameters.U), len(network.parameters.V)
        _agree("hidden_size", H, rows, network)
        _agree("output_size", O, outputs, network)
        H, O = rows, outputs  # noqa: E741
    stand_in = NetworkRequest(output=network.output, hidden_size=H, output_size=O)
    return BpttRequest.model_construct(
        data=request.data, network=stand_in, precision=request.precision
    )


def _agree(field: str, asked: int | None, found: int, network: ConvolutionNetwork) -> None:
    if asked is not None and asked != found:
        assert network.parameters is not None
        U, V = network.parameters.U.shape, network.parameters.V.shape
        message = f"is {asked}; U has shape {U}, V {V}"
        error = FieldError(
            field=f"network.{field}", message=message, was=asked, expected=f"{found}, or nothing"
        )
        raise Problem("validation", f"network.{field} {message}", [error])


def _refuse_states(request: ConvolutionRequest) -> None:
    for name in ("h0", "cell0"):
        if getattr(request.data, name) is not None:
            message = "is given; a convolution has no state, only what it sees"
            error = FieldError(field=f"data.{name}", message=message, expected="nothing")
            raise Problem("validation", f"data.{name} {message}", [error])


def _price(s: Sizes, network: ConvolutionNetwork, credit: bool) -> Price:
    """Return the price: every kernel three times over, and the triangle's way down the layers."""
    K = _taps(network)
    kernels = K * s.H * (s.I + (network.layers - 1) * s.H)
    steps, parameters = s.T * s.B, kernels + s.O * s.H
    reach = min(receptive_field(K, network.layers, network.dilation), s.T)
    work = 3 * steps * parameters + network.layers * K * limits.STEP_OVERHEAD
    numbers = steps * (2 * s.I + 3 * s.O + (network.layers + 1) * s.H) + 2 * parameters
    if credit:
        work += reach * (steps * kernels + s.T * limits.PAIR_OVERHEAD)
        numbers += s.T * (s.T + 1) // 2
    return Price(work, numbers)


CONVOLUTION = Job(ConvolutionRequest, plan_convolution, answer_convolution)


@router.post(
    "/convolution",
    summary="A causal 1-D convolution of the same sequence",
    openapi_extra=request_body(EXAMPLES, ConvolutionRequest),
    responses={200: {"model": ConvolutionAnswer}, **PROBLEMS},
)
async def convolution(request: Request) -> Response:
    """Run kernels over the sequence: outputs, gradients, and what each output can see.

    Where a recurrent network has a memory, a convolution has a receptive field: the triangle of
    ‖∂L(t)/∂x(k)‖ is exactly 0 beyond it. Without targets it runs forwards only.
    """
    return await serve(request, CONVOLUTION)
