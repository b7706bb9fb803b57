"""GET /api/v1/catalog: all that the page offers, and all that a request may name."""

from typing import Any, get_args

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api.schemas import requests, sweep, training
from app.api.schemas.catalog import CatalogAnswer
from app.api.schemas.checkpoints import MOST_RUNS, MOST_STEPS
from app.api.streaming import EVENTS_A_SECOND
from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.initialization import DEFAULT_HIDDEN_SIZE
from app.engine.optimizers import OPTIMIZERS
from app.engine.series import SERIES
from app.engine.tasks import TASKS
from app.presets import PRESETS
from app.settings import Settings

router = APIRouter()


def _gate(name: str, squash: str, letter: str) -> str:
    inside = f"U_{letter} x_t + W_{letter} h_{{t-1}} + b_{letter}"
    return rf"\text{{{name}}}_t = {squash}({inside})"


CELL_FORMULAS = {
    "rnn": r"h_t = \varphi(U x_t + W h_{t-1} + b)",
    "lstm": r"\text{cell}_t = \text{forget}_t \odot \text{cell}_{t-1} + \text{input}_t \odot "
    r"\text{candidate}_t, \quad h_t = \text{output}_t \odot \tanh(\text{cell}_t)",
    "gru": r"h_t = (1 - \text{update}_t) \odot \text{candidate}_t + \text{update}_t \odot h_{t-1}",
}
GATE_FORMULAS = {
    ("lstm", "input"): _gate("input", r"\sigma", "i"),
    ("lstm", "forget"): _gate("forget", r"\sigma", "f"),
    ("lstm", "candidate"): _gate("candidate", r"\tanh", "g"),
    ("lstm", "output"): _gate("output", r"\sigma", "o"),
    ("gru", "reset"): _gate("reset", r"\sigma", "r"),
    ("gru", "update"): _gate("update", r"\sigma", "z"),
    ("gru", "candidate"): r"\text{candidate}_t = \tanh(U_n x_t + b_n + \text{reset}_t \odot "
    r"(W_n h_{t-1} + b_{hn}))",
}
NORMALIZATION_FORMULAS = {
    "none": (r"a_t = U x_t + W h_{t-1} + b", ()),
    "batch": (
        r"a_t = \gamma_U \odot \mathrm{BN}(U x_t) + \gamma_W \odot \mathrm{BN}(W h_{t-1}) + b",
        ("gamma_U", "gamma_W"),
    ),
    "layer": (r"a_t = \gamma \odot \mathrm{LN}(U x_t + W h_{t-1}) + b", ("gamma",)),
}
FORMULAS = {
    "tanh": (r"\tanh(a)", r"1 - \tanh^2(a)"),
    "sigmoid": (r"\frac{1}{1 + e^{-a}}", r"\varphi(a)\,(1 - \varphi(a))"),
    "relu": (r"\max(0, a)", r"1 \text{ if } a > 0 \text{ else } 0"),
    "leaky_relu": (r"\max(0.01\,a,\; a)", r"1 \text{ if } a > 0 \text{ else } 0.01"),
    "identity": ("a", "1"),
}
OUTPUTS = {
    "softmax": (r"\operatorname{softmax}(o)", r"-\log \hat{y}_y", "class index"),
    "sigmoid": (
        r"\frac{1}{1 + e^{-o}}",
        r"-\sum_i y_i \log \hat{y}_i + (1 - y_i) \log(1 - \hat{y}_i)",
        "0 to 1, O values",
    ),
    "linear": ("o", r"\tfrac{1}{2} \lVert o - y \rVert^2", "any, O values"),
}
BASELINES = {  # T the length, d the delay
    "copy": r"\lfloor (T - d) / 2 \rfloor \ln 8",
    "adding": r"1/12",
    "temporal_order": r"\ln 4",
    "parity": r"(T - 1) \ln 2",
    "delayed_recall": r"(T - d) \ln 4",
    "sine": r"T/4",
}
OPTIMIZER_FORMULAS = {  # g the gradient, η the learning rate, squares and roots entry by entry
    "sgd": r"\theta \leftarrow \theta - \eta\, g",
    "momentum": r"v \leftarrow \mu v + g, \quad \theta \leftarrow \theta - \eta\, v",
    "rmsprop": r"s \leftarrow 0.99\, s + 0.01\, g^2, \quad "
    r"\theta \leftarrow \theta - \eta\, g / (\sqrt{s} + 10^{-8})",
    "adagrad": r"s \leftarrow s + g^2, \quad "
    r"\theta \leftarrow \theta - \eta\, g / (\sqrt{s} + 10^{-10})",
    "adam": r"m \leftarrow 0.9\, m + 0.1\, g, \quad s \leftarrow 0.999\, s + 0.001\, g^2, \quad "
    r"\theta \leftarrow \theta - \eta\, \hat{m} / (\sqrt{\hat{s}} + 10^{-8})",
}
SCHEDULES = {  # n counts the steps from 1
    "constant": (r"\eta_n = \eta", ()),
    "decay": (r"\eta_n = \eta / (1 + \text{decay} \cdot (n - 1))", ("decay",)),
}
SCHEMES = {
    "normal": "N(0, 1/fan-in)",
    "xavier": "Glorot uniform, ±√(6 / (fan-in + fan-out))",
    "orthogonal": "W orthogonal, U and V semi-orthogonal",
    "identity": "W = I, U and V as normal",
}


@router.get(
    "/api/v1/catalog",
    tags=["catalogue"],
    summary="Names, formulas, presets, series, defaults and limits",
    responses={200: {"model": CatalogAnswer}},
)
async def catalog(request: Request) -> Response:
    """Return the catalogue; it changes only with the server's version and settings."""
    return Response(request.app.state.catalog, media_type="application/json")


def catalog_bytes(settings: Settings) -> bytes:
    """Return the catalogue as JSON, made once for each app."""
    return orjson.dumps(_catalog(settings))


def _catalog(settings: Settings) -> dict[str, Any]:
    return {
        "version": settings.version,
        "commit": settings.commit,
        "cells": [_cell(name) for name in CELLS],
        "normalizations": [
            {"name": name, "formula": formula, "parameters": parameters}
            for name, (formula, parameters) in NORMALIZATION_FORMULAS.items()
        ],
        "activations": [_activation(name) for name in ACTIVATIONS],
        "outputs": [
            {"name": name, "formula": y_hat, "loss": loss, "target": target}
            for name, (y_hat, loss, target) in OUTPUTS.items()
        ],
        "schemes": [{"name": name, "draws": draws} for name, draws in SCHEMES.items()],
        "optimizers": [_optimizer(name) for name in OPTIMIZERS],
        "schedules": [
            {"name": name, "formula": formula, "settings": own}
            for name, (formula, own) in SCHEDULES.items()
        ],
        "loss_at": get_args(requests.LossAt),
        "input_at": get_args(requests.InputAt),
        "clip_by": get_args(requests.ClipBy),
        "precisions": get_args(requests.Precision),
        "include": get_args(requests.Include),
        "data_kinds": list(requests.DATA_KINDS),
        "series": [_series(name) for name in SERIES],
        "tasks": [_task(name) for name in TASKS],
        "presets": [
            {"id": preset.id, "request": preset.request, "scale": preset.scale}
            for preset in PRESETS
        ],
        "defaults": _defaults(),
        "limits": _limits(settings),
    }


def _limits(settings: Settings) -> dict[str, Any]:
    return {
        "T": settings.max_T,
        "B": settings.max_B,
        "I": settings.max_I,
        "H": settings.max_H,
        "O": settings.max_O,
        "layers": requests.MOST_LAYERS,
        "networks": requests.MOST_NETWORKS,
        "body_bytes": settings.max_body_bytes,
        "weights_bytes": settings.max_weights_bytes,
        "work": settings.work_budget,
        "numbers": settings.answer_budget,
        "training": _training_limits(settings),
        "sweep": _sweep_limits(settings),
    }


def _sweep_limits(settings: Settings) -> dict[str, Any]:
    return {
        "axes": sweep.AXES,
        "measures": get_args(sweep.MeasureName),
        "axes_at_once": sweep.MOST_AXES,
        "cells": settings.sweep_cells,
        "work": settings.sweep_budget,
        "cell_work": settings.sweep_cell_budget,
        "sweeps": settings.sweeps,
    }


def _training_limits(settings: Settings) -> dict[str, int]:
    return {
        "runs": MOST_RUNS,
        "steps": MOST_STEPS,
        "step_work": settings.step_budget,
        "step_numbers": settings.step_numbers,
        "trace_numbers": settings.trace_budget,
        "sample": training.LONGEST_SAMPLE,
        "streams": settings.streams,
        "events_a_second": EVENTS_A_SECOND,
    }


def _optimizer(name: str) -> dict[str, Any]:
    settings = ("learning_rate", "momentum") if name == "momentum" else ("learning_rate",)
    return {"name": name, "formula": OPTIMIZER_FORMULAS[name], "settings": settings}


def _cell(name: str) -> dict[str, Any]:
    cell = CELLS[name]
    gates = [{"name": gate, "formula": GATE_FORMULAS[name, gate]} for gate in cell.GATES]
    return {
        "name": name,
        "formula": CELL_FORMULAS[name],
        "gates": gates,
        "states": cell.STATES,
        "parameters": tuple(cell.parameter_shapes(1, 1)),
    }


def _activation(name: str) -> dict[str, Any]:
    formula, slope = FORMULAS[name]
    activation = ACTIVATIONS[name]
    return {
        "name": name,
        "formula": formula,
        "slope": slope,
        "slope_range": activation.slope_range,
        "output_range": activation.output_range,
    }


def _task(name: str) -> dict[str, Any]:
    task, defaults = TASKS[name], requests.TaskData.model_fields
    length, delay = defaults["length"].default, defaults["delay"].default
    unused = set() if task.delayed else {"delay"}
    return {
        "name": name,
        "output": task.output,
        "loss_at": task.loss_at,
        "I": task.I,
        "O": task.O,
        "parameters": [p for p in ("length", "delay", "batch", "seed") if p not in unused],
        "shortest": task.shortest(delay),
        "baseline": task.baseline(length, delay),
        "baseline_formula": BASELINES[name],
    }


def _series(name: str) -> dict[str, Any]:
    start_year, values = SERIES[name]
    return {"name": name, "start_year": start_year, "values": values}


def _defaults() -> dict[str, Any]:
    network = requests.NetworkRequest()
    return {
        "network": {
            "cell": network.cell,
            "activation": network.activation,
            "normalization": network.normalization,
            "layers": network.layers,
            "bidirectional": network.bidirectional,
            "output": "softmax",
            "hidden_size": DEFAULT_HIDDEN_SIZE,
            "init": requests.InitRequest().model_dump(),
        },
        "loss_at": "every",
        "input_at": "every",
        "clip": None,
        "truncate": None,
        "precision": "float64",
        "include": requests.DEFAULT_INCLUDE,
        "training": _training_defaults(),
    }


def _training_defaults() -> dict[str, Any]:
    fields = training.TrainRequest.model_fields
    names = ("chunk", "batch", "holdout", "steps", "trace_every", "seed")
    return {
        "optimizer": training.OptimizerRequest().model_dump(),
        **{name: fields[name].default for name in names},
        "include": training.DEFAULT_INCLUDE,
        "sample": training.SampleOptions().model_dump(),
    }
