"""The catalogue offers exactly what requests may name."""

from typing import get_args

import pytest

from app.api.schemas import requests, surface, sweep, training
from app.engine import clipping, optimizers, sequences, trace
from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.initialization import INITIALIZERS
from app.engine.network import NORMALIZATIONS, parameter_shapes
from app.engine.readout import READOUTS
from app.engine.series import SERIES
from app.engine.surface import DIRECTIONS
from app.engine.tasks import TASKS
from app.presets import PRESETS
from app.settings import Settings
from app.sweep import FINAL_LOSS, MEASURES


@pytest.fixture(scope="module")
def catalog(client) -> dict:
    return client.get("/api/v1/catalog").json()


def names(entries: list[dict]) -> list[str]:
    return [entry["name"] for entry in entries]


def test_it_lists_what_the_engine_has(catalog):
    assert names(catalog["cells"]) == list(CELLS)
    assert names(catalog["normalizations"]) == list(NORMALIZATIONS)
    assert names(catalog["tasks"]) == list(TASKS)
    assert catalog["data_kinds"] == list(requests.DATA_KINDS)
    assert names(catalog["activations"]) == list(ACTIVATIONS)
    assert names(catalog["outputs"]) == list(READOUTS)
    assert names(catalog["schemes"]) == list(INITIALIZERS)
    assert names(catalog["optimizers"]) == list(optimizers.OPTIMIZERS)
    assert names(catalog["schedules"]) == list(optimizers.SCHEDULES)
    assert names(catalog["series"]) == list(SERIES)
    assert [preset["id"] for preset in catalog["presets"]] == [preset.id for preset in PRESETS]


@pytest.mark.parametrize(
    ("accepted", "known"),
    [
        (requests.Cell, CELLS),
        (requests.Normalization, NORMALIZATIONS),
        (requests.TaskName, TASKS),
        (requests.Activation, ACTIVATIONS),
        (requests.Output, READOUTS),
        (requests.Scheme, INITIALIZERS),
        (requests.LossAt, sequences.LOSS_AT),
        (requests.InputAt, sequences.INPUT_AT),
        (requests.ClipBy, clipping.CLIP_BY),
        (requests.Include, trace.INCLUDE),
        (training.OptimizerName, optimizers.OPTIMIZERS),
        (training.Schedule, optimizers.SCHEDULES),
        (surface.Directions, DIRECTIONS),
    ],
)
def test_requests_accept_what_the_engine_knows(accepted, known):
    assert set(get_args(accepted)) == set(known)


@pytest.mark.parametrize("name", CELLS)
def test_each_cell_has_its_formula_and_its_gates(catalog, name):
    (cell,) = (entry for entry in catalog["cells"] if entry["name"] == name)
    assert cell["formula"].startswith(("h_t", r"\text{cell}_t"))
    assert names(cell["gates"]) == list(CELLS[name].GATES)
    assert all(gate["name"] in gate["formula"] for gate in cell["gates"])
    assert cell["states"] == list(CELLS[name].STATES)
    assert cell["parameters"] == list(CELLS[name].parameter_shapes(3, 2))


def test_each_normalization_names_what_it_adds(catalog):
    plain = set(parameter_shapes("rnn", 1, 1))
    for entry in catalog["normalizations"]:
        shapes = parameter_shapes("rnn", 1, 1, normalization=entry["name"])
        assert set(entry["parameters"]) == set(shapes) - plain
        assert entry["formula"]


def test_each_activation_has_its_formula_and_its_slope(catalog):
    by_name = {entry["name"]: entry for entry in catalog["activations"]}
    assert by_name["tanh"]["formula"] == r"\tanh(a)"
    assert by_name["sigmoid"]["slope_range"] == [0.0, 0.25]
    assert by_name["relu"]["output_range"] == [0.0, None]
    assert all(entry["slope"] for entry in by_name.values())


def test_the_sunspots_run_from_1700_to_2008(catalog):
    (sunspots,) = catalog["series"]
    assert sunspots["start_year"] == 1700
    assert len(sunspots["values"]) == 309


def test_the_defaults_are_those_of_a_request_that_is_silent(client, catalog):
    hello = {"kind": "text", "text": "hello"}
    defaults = catalog["defaults"]
    silent = client.post("/api/v1/bptt", json={"data": hello})
    data = {**hello, "loss_at": defaults["loss_at"], "input_at": defaults["input_at"]}
    options = {name: defaults[name] for name in ("clip", "truncate", "precision", "include")}
    spoken = {"network": defaults["network"], "data": data, **options}
    assert client.post("/api/v1/bptt", json=spoken).content == silent.content


def test_the_limits_are_the_settings(catalog):
    settings = Settings()
    assert catalog["limits"] == {
        "T": settings.max_T,
        "B": settings.max_B,
        "I": settings.max_I,
        "H": settings.max_H,
        "O": settings.max_O,
        "layers": 8,
        "networks": 8,
        "body_bytes": settings.max_body_bytes,
        "weights_bytes": settings.max_weights_bytes,
        "work": settings.work_budget,
        "numbers": settings.answer_budget,
        "training": {
            "runs": 4,
            "steps": 100_000,
            "step_work": settings.step_budget,
            "step_numbers": settings.step_numbers,
            "trace_numbers": settings.trace_budget,
            "sample": 1000,
            "streams": settings.streams,
            "events_a_second": 20,
        },
        "sweep": {
            "axes": list(sweep.AXES),
            "measures": [*MEASURES, FINAL_LOSS],
            "axes_at_once": 6,
            "cells": settings.sweep_cells,
            "work": settings.sweep_budget,
            "cell_work": settings.sweep_cell_budget,
            "sweeps": settings.sweeps,
        },
    }


def test_what_it_answers_is_what_it_documents(client, catalog):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert set(catalog) == set(schemas["CatalogAnswer"]["properties"])
    for part, name in (
        ("cells", "CellEntry"),
        ("normalizations", "NormalizationEntry"),
        ("tasks", "TaskEntry"),
        ("activations", "ActivationEntry"),
        ("outputs", "OutputEntry"),
        ("schemes", "SchemeEntry"),
        ("optimizers", "OptimizerEntry"),
        ("schedules", "ScheduleEntry"),
        ("series", "SeriesEntry"),
        ("presets", "PresetEntry"),
    ):
        assert set(catalog[part][0]) == set(schemas[name]["properties"])
    assert set(catalog["defaults"]) == set(schemas["Defaults"]["properties"])
    assert set(catalog["limits"]) == set(schemas["Limits"]["properties"])
    assert set(catalog["limits"]["sweep"]) == set(schemas["SweepLimits"]["properties"])
    for part, name in (("defaults", "TrainingDefaults"), ("limits", "TrainingLimits")):
        assert set(catalog[part]["training"]) == set(schemas[name]["properties"])


def test_each_optimizer_has_its_formula_and_its_settings(catalog):
    known = set(training.OptimizerRequest.model_fields)
    for entry in [*catalog["optimizers"], *catalog["schedules"]]:
        assert entry["formula"]
        assert set(entry["settings"]) < known
    (momentum,) = (entry for entry in catalog["optimizers"] if entry["name"] == "momentum")
    assert momentum["settings"] == ["learning_rate", "momentum"]


def test_the_defaults_of_a_training_are_those_of_a_request_that_is_silent(catalog):
    data = {"kind": "task", "name": "adding"}
    defaults = dict(catalog["defaults"]["training"])
    optimizer, sample = defaults.pop("optimizer"), defaults.pop("sample")
    silent = training.TrainRequest.model_validate({"runs": [{}], "data": data})
    spoken = training.TrainRequest.model_validate(
        {"runs": [{"optimizer": optimizer}], "data": data, **defaults}
    )
    assert spoken == silent
    assert training.SampleOptions() == training.SampleOptions.model_validate(sample)
