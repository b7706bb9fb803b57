"""POST /api/v1/weights: what it answers can be posted to /forward; what it refuses, it explains."""

import io
import json

import numpy as np
import pytest
import torch
from safetensors.numpy import save
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.api.test_errors import problem_of
from tests.exchange.weights.models import KINDS, keras_state, model_of, npz, outputs, state_of

WEIGHTS = "/api/v1/weights"
TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-12}


def upload(client: TestClient, content: bytes, name: str = "model", **fields: str):
    return client.post(WEIGHTS, files={"file": (name, content)}, data=fields)


def answer_of(response) -> dict:
    assert response.status_code == 200, response.text
    return json.loads(response.content, parse_constant=pytest.fail)


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_posted_to_forward_gives_pytorchs_outputs(
    client, kind, layers, bidirectional, dtype
):
    model = model_of(kind, dtype=dtype, num_layers=layers, bidirectional=bidirectional)
    answer = answer_of(upload(client, save(state_of(model))))
    assert answer["precision"] == str(dtype).removeprefix("torch.")
    assert answer["ignored"] == []
    x = np.random.default_rng(2).normal(size=(2, 6, 3)).astype(answer["precision"])
    body = {
        "network": answer["network"],
        "precision": answer["precision"],
        "data": {"kind": "arrays", "x": x.astype(float).tolist()},
    }
    forward = answer_of(client.post("/api/v1/forward", json=body))["forward"]
    np.testing.assert_allclose(forward["y_hat"], outputs(model, x), rtol=0, atol=TOLERANCE[dtype])


def test_the_answer_is_what_it_documents(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    state = state_of(model_of("rnn")) | {"more": np.ones(1)}
    answer = answer_of(upload(client, save(state)))
    assert set(answer) == set(schemas["WeightsAnswer"]["properties"])
    assert set(answer["recognised"][0]) == set(schemas["RecognisedArray"]["properties"])
    assert set(answer["ignored"][0]) == set(schemas["IgnoredArray"]["properties"])
    assert set(answer["network"]) <= set(schemas["NetworkRequest"]["properties"])


def test_the_content_counts_and_not_the_name(client):
    state = state_of(model_of("gru"))
    for content, name in ((save(state), "model.npz"), (npz(state), "x.pt"), (npz(state), "")):
        assert answer_of(upload(client, content, name or "f"))["network"]["cell"] == "gru"


def test_fields_choose_layout_prefix_and_readout(client):
    state = keras_state(state_of(model_of("lstm")), "lstm", bidirectional=False)
    fields = {"layout": "keras", "prefix": "seq/lstm/cell", "readout": "none"}
    answer = answer_of(upload(client, npz(state), **fields))
    assert answer["network"]["cell"] == "lstm"
    assert "V" not in answer["network"]["parameters"]
    empty = {"layout": "keras", "prefix": "", "readout": ""}  # as a form in a browser sends it
    assert "V" in answer_of(upload(client, npz(state), **empty))["network"]["parameters"]


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"layout": "jax"}, "layout", "is not a known name"),
        ({"layout": "x" * 1001}, "layout", "is not a short text"),
        ({"layout": "keras"}, "file", "no kernel and recurrent_kernel"),
        ({"prefix": "lstm"}, "prefix", "is not one of 'rnn'"),
        ({"readout": "head"}, "readout", "no linear layer"),
        ({"cell": "gru"}, "cell", "is not a known field"),
    ],
)
def test_fields_that_cannot_be_are_refused_by_name(client, fields, field, message):
    content = save(state_of(model_of("gru")))
    problem = problem_of(upload(client, content, **fields), 422, "validation")
    assert problem["errors"][0]["field"] == field
    assert message in problem["errors"][0]["message"]


def test_a_form_without_a_file_or_with_two(client):
    form = {"layout": (None, "pytorch")}
    problem = problem_of(client.post(WEIGHTS, files=form), 422, "validation")
    assert problem["errors"][0] == {
        "field": "file", "message": "is required", "expected": "a safetensors or npz file",
    }  # fmt: skip
    twice = [("file", ("a", b"1")), ("file", ("b", b"2"))]
    problem = problem_of(client.post(WEIGHTS, files=twice), 422, "validation")
    assert problem["errors"][0]["message"] == "is given twice"


@pytest.mark.parametrize(
    ("declared", "body", "status", "kind"),
    [
        ("application/json", b"{}", 415, "unsupported-media-type"),
        ("", b"", 415, "unsupported-media-type"),
        ("multipart/form-data", b"", 422, "malformed-form"),
        ("multipart/form-data; boundary=" + 300 * "x", b"", 422, "malformed-form"),
        ("multipart/form-data; boundary=x", b"", 422, "malformed-form"),
        ("multipart/form-data; boundary=x", b"hello", 422, "malformed-form"),
        ("multipart/form-data; boundary=x", b'--x\r\nA: "', 422, "malformed-form"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n" * 30, 422, "malformed-form"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nhello\r\n--x--\r\n", 422, "validation"),
    ],
)
def test_a_body_that_is_no_form(client, declared, body, status, kind):
    headers = {"content-type": declared} if declared else {}
    problem_of(client.post(WEIGHTS, content=body, headers=headers), status, kind)


def test_a_pickled_file_is_answered_with_the_way_out(client):
    file = io.BytesIO()
    torch.save(model_of("rnn").state_dict(), file)
    problem = problem_of(upload(client, file.getvalue(), "model.pt"), 422, "pickled")
    assert "save_file(" in problem["detail"]
    assert client.get(problem["type"]).status_code == 200


def test_a_damaged_file(client):
    content = save(state_of(model_of("rnn")))[:-5]
    problem = problem_of(upload(client, content), 422, "unreadable-weights")
    assert problem["errors"][0]["field"] == "file"


def test_the_limit_is_a_setting_for_the_file_and_for_what_it_unpacks_to():
    settings = Settings(max_weights_bytes=20_000)
    with TestClient(create_app(settings)) as client:
        problem_of(upload(client, bytes(20_001)), 413, "too-large")
        problem_of(upload(client, bytes(200_000)), 413, "too-large")
        flat = {"weight_hh_l0": np.zeros((100, 100)), "weight_ih_l0": np.zeros((100, 100))}
        problem_of(upload(client, npz(flat, packed=True)), 413, "too-large")
        assert client.get("/api/v1/catalog").json()["limits"]["weights_bytes"] == 20_000


def test_a_network_that_forward_would_refuse_is_refused():
    content = save(state_of(model_of("gru")))
    with TestClient(create_app(Settings(max_H=4))) as client:
        problem = problem_of(upload(client, content), 422, "over-budget")
        assert problem["errors"][0] == {
            "field": "file",
            "message": "makes H = 5; at most 4 here",
            "was": 5,
            "expected": "H ≤ 4",
        }
    with TestClient(create_app(Settings(max_body_bytes=1024))) as client:
        notes = answer_of(upload(client, content))["notes"]
        assert any("UNROLLED_MAX_BODY_BYTES" in note for note in notes)


def test_more_layers_than_are_served(client):
    state = state_of(torch.nn.RNN(2, 2, 9))
    problem = problem_of(upload(client, save(state)), 422, "over-budget")
    assert problem["errors"][0]["message"] == "has 9 layers; at most 8 here"
