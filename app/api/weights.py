"""POST /api/v1/weights: a safetensors or npz file becomes a network that can be posted."""

from typing import Any, get_args

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api import limits
from app.api.documentation import refusal
from app.api.errors import FieldError, Problem
from app.api.forms import parse_form, read_form_body, refused
from app.api.limits import Sizes
from app.api.schemas.requests import MOST_LAYERS
from app.api.schemas.values import show
from app.api.schemas.weights import Layout, WeightsAnswer, WeightsForm
from app.api.work import Gate
from app.engine.network import Network
from app.exchange.weights import Weights, WeightsError, read_weights
from app.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["exchange"])

FIELDS = tuple(WeightsForm.model_fields)
FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": {"$ref": f"#/components/schemas/{WeightsForm.__name__}"}}
    },
}


@router.post(
    "/weights",
    summary="A safetensors or npz file to a network's parameters",
    openapi_extra={"requestBody": FORM},
    responses={
        200: {"model": WeightsAnswer},
        413: refusal("the file is too large, packed or unpacked"),
        415: refusal("the body is not declared as a multipart form"),
        422: refusal("refused: not a file of weights, pickled, or its arrays do not fit"),
        503: refusal("too many large requests at once"),
    },
)
async def weights(request: Request) -> Response:
    """Read weights that PyTorch, ONNX or Keras saved, and say what became of each array.

    Nothing is ever unpickled; docs/weights.md has the recipe for a safetensors file.
    """
    settings: Settings = request.app.state.settings
    gate: Gate = request.app.state.gate
    boundary, body = await read_form_body(request, settings.max_weights_bytes)
    content = await gate.run(request, lambda _: answer_weights(boundary, body, settings))
    return Response(content, media_type="application/json")


def answer_weights(boundary: bytes, body: bytes, settings: Settings) -> bytes:
    """Return the bytes of the answer to a form.

    Raises:
        Problem: whatever is wrong with form or file.
    """
    fields = parse_form(boundary, body, FIELDS)
    if "file" not in fields:
        raise refused("file", "is required", "a safetensors or npz file")
    layout = _text(fields, "layout") or "pytorch"
    if layout not in get_args(Layout):
        raise refused("layout", "is not a known name", " or ".join(get_args(Layout)), show(layout))
    prefix, readout = _text(fields, "prefix"), _text(fields, "readout")
    try:
        found = read_weights(
            fields["file"], layout, prefix, readout, limit=settings.max_weights_bytes
        )
    except WeightsError as error:
        problem = FieldError(field=error.field, message=str(error))
        raise Problem(error.kind, f"{error.field}: {error}", [problem]) from None
    _check_servable(found.network, settings)
    return _answer(found, settings)


def _text(fields: dict[str, bytes], name: str) -> str | None:
    """Return a short text field; an empty one, as forms send it, counts as absent."""
    content = fields.get(name, b"")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = None
    if text is None or len(text) > 1000:
        raise refused(name, "is not a short text", "up to 1000 characters of UTF-8")
    return text or None


def _check_servable(network: Network, settings: Settings) -> None:
    """Refuse a network that /forward would refuse for its size."""
    sizes = Sizes(1, 1, network.I, network.H, network.O, network.cell, layers=network.layers,
                  bidirectional=network.bidirectional)  # fmt: skip
    if network.layers > MOST_LAYERS:
        message = f"has {network.layers} layers; at most {MOST_LAYERS} here"
        raise Problem("over-budget", f"file {message}", [FieldError(field="file", message=message)])
    limits.check_sizes(sizes, settings, dict.fromkeys("TBIHO", "file"))


def _answer(found: Weights, settings: Settings) -> bytes:
    network = _json(
        {
            "cell": found.network.cell,
            "activation": found.network.activation,
            "layers": found.network.layers,
            "bidirectional": found.network.bidirectional,
            "output": found.network.output,
            "parameters": found.network.parameters,
        }
    )
    notes = list(found.notes)
    if len(network) > settings.max_body_bytes:
        notes.append(
            f"as JSON the network has {len(network):,} bytes and a body may have "
            f"{settings.max_body_bytes:,}: raise UNROLLED_MAX_BODY_BYTES to post it"
        )
    return _json(
        {
            "network": orjson.Fragment(network),
            "precision": found.network.dtype.name,
            "recognised": found.recognised,
            "ignored": found.ignored,
            "notes": notes,
        }
    )


def _json(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
