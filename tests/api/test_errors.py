"""Every refusal is problem+json: which field, what it was, what it may be, and no traceback."""

import json
import logging

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.testclient import TestClient

from app.api.errors import KINDS
from app.main import create_app
from app.settings import Settings

BPTT = "/api/v1/bptt"
TEXT = {"kind": "text", "text": "hello"}
X = [[1.0, 0.0], [0.0, 1.0]]
JSON = {"content-type": "application/json"}


def arrays(**fields):
    return {"data": {"kind": "arrays", "x": X, "y": [1, 0], **fields}}


def clipped(**clip):
    return {"data": TEXT, "clip": clip}


def problem_of(response: httpx.Response, status: int, kind: str) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = json.loads(response.content, parse_constant=pytest.fail)
    assert problem["type"] == f"/problems/{kind}"
    assert problem["title"] == KINDS[kind].title
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["request_id"] == response.headers["x-request-id"]
    assert "Traceback" not in response.text
    return problem


def post_raw(client: TestClient, body: bytes | str, path: str = BPTT) -> httpx.Response:
    return client.post(path, content=body, headers=JSON)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "data", "is required"),
        ({"data": {}}, "data.kind", "is required"),
        ({"data": 3}, "data", "is not an object"),
        ({"data": {"kind": "tasks"}}, "data.kind", "names no known form of data"),
        ({"data": {"kind": "arrays"}}, "data.x", "is required"),
        (arrays(x=[[1, 2], [3]]), "data.x", "is ragged: [0] has 2, [1] has 1"),
        (arrays(x=[]), "data.x", "is empty: shape (0)"),
        (arrays(x=[[], []]), "data.x", "is empty: shape (2, 0)"),
        (arrays(x=[1, 2]), "data.x", "has shape (2)"),
        (arrays(x=[[True, 0], [0, 1]]), "data.x", "is a boolean"),
        (arrays(x=[["1", 0], [0, 1]]), "data.x", "is a text"),
        (arrays(x=[[None, 0], [0, 1]]), "data.x", "is null"),
        (arrays(x="hello"), "data.x", "is a text"),
        (arrays(x={"a": 1}), "data.x", "is an object"),
        (arrays(y=[0]), "data.y", "shape (1,)"),
        (arrays(y=[0, -1]), "data.y", "class -1"),
        (arrays(y=[0.5, 1]), "data.y", "whole number"),
        (arrays(y=None), "data.y", "is required"),
        (arrays(h0=[0, 0, 0]), "data.h0", "3 units"),
        (arrays(loss_at="first"), "data.loss_at", "is not a known name"),
        (arrays(z=1), "data.z", "is not a known field"),
        ({"data": {"kind": "text", "text": 5}}, "data.text", "is a number, not a text"),
        ({"data": {"kind": "text", "text": "a"}}, "data.text", "at least 2"),
        ({"data": {"kind": "text", "text": ""}}, "data.text", "at least 2"),
        ({"data": {"kind": "text", "text": ["ab", "abc"]}}, "data.text", "one length"),
        ({"data": {"kind": "text", "text": []}}, "data.text", "not a text"),
        ({"data": {"kind": "series", "values": [1]}}, "data.values", "shape (1,)"),
        ({"data": {"kind": "series", "values": [[1, 2]]}}, "data.values", "has shape (1, 2)"),
        ({"data": TEXT, "seed": 1}, "seed", "is not a known field"),
        ({"data": TEXT, "truncate": 0}, "truncate", "must be greater than or equal to 1"),
        ({"data": TEXT, "truncate": True}, "truncate", "is not an integer"),
        ({"data": TEXT, "truncate": 2.5}, "truncate", "is not an integer"),
        ({"data": TEXT, "precision": "float16"}, "precision", "is not a known name"),
        ({"data": TEXT, "include": ["everything"]}, "include.0", "is not a known name"),
        ({"data": TEXT, "include": "credit"}, "include", "is not a list"),
        (
            {"data": TEXT, "clip": {"by": "norm", "threshold": 0}},
            "clip.threshold",
            "greater than 0",
        ),
        (
            {"data": TEXT, "clip": {"by": "norm", "threshold": "1"}},
            "clip.threshold",
            "not a number",
        ),
        ({"data": TEXT, "clip": {"threshold": 1}}, "clip.by", "is required"),
        ({"data": TEXT, "network": {"cell": "elman"}}, "network.cell", "is not a known name"),
        ({"data": TEXT, "network": {"activation": "swish"}}, "network.activation", "known name"),
        ({"data": TEXT, "network": {"hidden_size": 0}}, "network.hidden_size", "equal to 1"),
        ({"data": TEXT, "network": {"hidden_size": True}}, "network.hidden_size", "an integer"),
        ({"data": TEXT, "network": {"depth": 2}}, "network.depth", "is not a known field"),
        ({"data": TEXT, "network": {"layers": 0}}, "network.layers", "equal to 1"),
        ({"data": TEXT, "network": {"layers": 9}}, "network.layers", "equal to 8"),
        ({"data": TEXT, "network": {"bidirectional": 1}}, "network.bidirectional", "true or false"),
        ({"data": TEXT, "network": {"normalization": "group"}}, "network.normalization", "name"),
        ({"data": {"kind": "task"}}, "data.name", "is required"),
        ({"data": {"kind": "task", "name": "add"}}, "data.name", "is not a known name"),
        ({"data": {"kind": "task", "name": "copy", "length": 0}}, "data.length", "equal to 1"),
        ({"data": {"kind": "task", "name": "copy", "batch": 1.0}}, "data.batch", "an integer"),
        ({"data": {"kind": "task", "name": "copy", "seed": -1}}, "data.seed", "equal to 0"),
        ({"data": TEXT, "network": {"init": {"seed": -1}}}, "network.init.seed", "equal to 0"),
        (
            {"data": TEXT, "network": {"init": {"scheme": "he"}}},
            "network.init.scheme",
            "known name",
        ),
        ({"data": TEXT, "network": {"init": {"gain": -1}}}, "network.init.gain", "equal to 0"),
        ({"data": TEXT, "network": {"output": "linear"}}, "network.output", "need softmax"),
        ([], "(body)", "is not an object"),
    ],
)
def test_a_bad_field_is_named(client, body, field, message):
    problem = problem_of(client.post(BPTT, json=body), 422, "validation")
    assert problem["instance"] == BPTT
    assert problem["errors"][0]["field"] == field
    assert message in problem["errors"][0]["message"]
    assert field in problem["detail"]


def test_a_refused_value_comes_with_what_it_was_and_may_be(client):
    body = {"data": TEXT, "network": {"activation": "swish"}}
    error = problem_of(client.post(BPTT, json=body), 422, "validation")["errors"][0]
    assert error["was"] == "swish"
    assert "'tanh'" in error["expected"]
    assert "'leaky_relu'" in error["expected"]


def test_an_unknown_field_comes_with_the_known_ones(client):
    body = {"data": TEXT, "network": {"init": {"sead": 1}}}
    error = problem_of(client.post(BPTT, json=body), 422, "validation")["errors"][0]
    assert error["expected"] == "scheme, gain, spectral_radius, forget_bias, seed"
    error = client.post(BPTT, json={"data": {**TEXT, "txt": 1}}).json()["errors"][0]
    assert error["expected"] == "h0, cell0, input_at, loss_at, kind, text"


def test_every_fault_is_listed_up_to_twenty(client):
    body = {"data": TEXT, "truncate": 0, "precision": 1, "clip": 5}
    errors = problem_of(client.post(BPTT, json=body), 422, "validation")["errors"]
    assert {error["field"] for error in errors} == {"truncate", "precision", "clip"}
    body = {"data": TEXT, **{f"field_{i}": i for i in range(500)}}
    problem = problem_of(client.post(BPTT, json=body), 422, "validation")
    assert len(problem["errors"]) == 20
    assert "480 more not listed" in problem["detail"]


def test_wrong_shapes_are_named_with_both_shapes(client):
    parameters = {"U": [[1.0, 0.0, 0.0]], "W": [[1.0]], "b": [0.0]}
    body = {**arrays(), "network": {"parameters": parameters}}
    problem = problem_of(client.post(BPTT, json=body), 422, "validation")
    assert "2 columns" in problem["detail"]
    assert "(1, 3)" in problem["detail"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"U": [[1.0, 0.0]], "W": [[1.0, 2.0]], "b": [0.0]}, "network.parameters.W"),
        ({"U": [[1.0, 0.0]], "W": [[1.0]], "b": [0.0, 1.0]}, "network.parameters.b"),
        ({"U": [[1.0, 0.0]], "W": [[1.0]], "b": [0.0], "V": [[1.0]]}, "network.parameters.c"),
        ({"U": [[1.0, 0.0]], "W": [[1.0]]}, "network.parameters.b"),
        ({"U": [[1.0, 0.0]], "W": 1.0, "b": [0.0]}, "network.parameters.W"),
        ({"U": [[1.0, 0.0]], "W": [[1.0]], "b": [0.0], "Z": [1.0]}, "network.parameters.Z"),
    ],
)
def test_bad_weights_are_named(client, parameters, field):
    body = {**arrays(), "network": {"parameters": parameters}}
    problem = problem_of(client.post(BPTT, json=body), 422, "validation")
    assert problem["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("network", "field"),
    [
        ({"hidden_size": 3}, "network.hidden_size"),
        ({"output_size": 3}, "network.output_size"),
    ],
)
def test_sizes_that_contradict_the_weights_are_refused(client, network, field):
    parameters = {"U": [[1.0, 0.0]], "W": [[1.0]], "b": [0.0], "V": [[1.0], [0.0]], "c": [0, 0]}
    body = {**arrays(), "network": {"parameters": parameters, **network}}
    error = problem_of(client.post(BPTT, json=body), 422, "validation")["errors"][0]
    assert error["field"] == field
    assert error["was"] == 3


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize(
    ("template", "field"),
    [
        ('{"data":{"kind":"arrays","x":[[1],[?]],"y":[0,0]}}', "data.x"),
        ('{"data":{"kind":"arrays","x":[[1],[2]],"y":[0,?]}}', "data.y"),
        ('{"data":{"kind":"series","values":[1,2,?]}}', "data.values"),
        ('{"data":DATA,"clip":{"by":"norm","threshold":?}}', "clip.threshold"),
        ('{"data":DATA,"network":{"init":{"gain":?}}}', "network.init.gain"),
        ('{"data":DATA,"truncate":?}', "truncate"),
        ('{"data":DATA,"network":{"init":{"seed":?}}}', "network.init.seed"),
    ],
)
def test_non_finite_numbers_are_refused_wherever_they_stand(client, template, field, number):
    problem = problem_of(
        post_raw(client, template.replace("DATA", json.dumps(TEXT)).replace("?", number)),
        422,
        "validation",
    )
    assert problem["errors"][0]["field"] == field


@pytest.mark.parametrize("digits", [400, 4000])
def test_integers_of_hundreds_of_digits_are_refused(client, digits):
    number = "9" * digits
    body = f'{{"data":{{"kind":"arrays","x":[[{number}]],"y":[0]}},"truncate":{number}}}'
    problem = problem_of(post_raw(client, body), 422, "validation")
    assert len(problem["detail"]) < 300


def test_what_float32_cannot_hold_is_refused(client):
    for data in (
        {"x": [[1e300]], "y": [0]},
        {"x": [[1.0]], "y": [[1e300]]},
    ):
        body = {
            "data": {"kind": "arrays", **data},
            "network": {"output": "linear"},
            "precision": "float32",
        }
        problem = problem_of(client.post(BPTT, json=body), 422, "validation")
        assert "finite" in problem["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nul",
        b'{"data": {"kind": "text", "text": "ab"},}',
        b"{'data': 1}",
        b'{"data": {"kind": "text", "text": "\xff\xfe"}}',
        b'{"data": {"kind": "text", "text": "\\ud800"}}',
        b"[" * 100_000,
        b'{"data":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"data": 1} trailing',
        b'{"truncate":' + b"9" * 100_000 + b"}",
    ],
)
def test_what_is_no_json_says_where_reading_stopped(client, body):
    problem = problem_of(post_raw(client, body), 422, "malformed-json")
    assert "line 1 column" in problem["detail"]
    assert len(problem["detail"]) < 300


def test_nesting_within_json_is_refused_by_shape(client):
    body = f'{{"data":{{"kind":"arrays","x":{"[" * 100}1{"]" * 100},"y":[0]}}}}'
    problem = problem_of(post_raw(client, body), 422, "validation")
    assert problem["errors"][0]["field"] == "data.x"


def test_of_duplicate_keys_the_last_counts(client):
    body = '{"data":{"kind":"text","text":"ab"},"truncate":0,"truncate":1}'
    assert post_raw(client, body).status_code == 200
    body = '{"data":{"kind":"text","text":"ab"},"truncate":1,"truncate":0}'
    problem_of(post_raw(client, body), 422, "validation")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "json"]
)
def test_a_body_not_declared_as_json_is_refused(client, content_type):
    response = client.post(BPTT, content=b"{}", headers={"content-type": content_type})
    assert content_type in problem_of(response, 415, "unsupported-media-type")["detail"]


def test_a_body_without_any_declaration_is_refused(client):
    problem_of(client.post(BPTT, content=b"{}"), 415, "unsupported-media-type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/x+json"])
def test_json_by_its_other_names_is_taken(client, content_type):
    content = json.dumps({"data": TEXT}).encode()
    response = client.post(BPTT, content=content, headers={"content-type": content_type})
    assert response.status_code == 200


@pytest.fixture(scope="module")
def small() -> TestClient:
    """A server with a small body limit and small budgets."""
    return TestClient(create_app(Settings(max_body_bytes=1024, work_budget=1_000_000, max_T=50)))


def test_a_body_over_the_limit_is_refused_by_its_declared_length(small):
    problem = problem_of(post_raw(small, b" " * 1025), 413, "too-large")
    assert "1,024 bytes" in problem["detail"]


def test_a_body_over_the_limit_is_refused_while_it_streams(small):
    chunks = (b" " * 100 for _ in range(20))
    response = small.post(BPTT, content=chunks, headers=JSON)
    problem_of(response, 413, "too-large")


def test_a_body_at_the_limit_is_read(small):
    body = json.dumps({"data": TEXT}).encode().ljust(1024)
    assert post_raw(small, body).status_code == 200


def test_over_budget_is_refused_before_the_work(small):
    body = {"data": {"kind": "text", "text": "ab" * 25}, "network": {"hidden_size": 500}}
    problem = problem_of(small.post(BPTT, json=body), 422, "over-budget")
    assert "multiply-adds" in problem["detail"]
    assert "1,000,000" in problem["detail"]
    assert "network.hidden_size" in {error["field"] for error in problem["errors"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"data": {"kind": "text", "text": "a" * 52}}, "data.text"),
        ({"data": {"kind": "series", "values": list(range(52))}}, "data.values"),
        ({"data": {"kind": "arrays", "x": [[1]] * 51, "y": [0] * 51}}, "data.x"),
        ({"data": TEXT, "network": {"hidden_size": 10**12}}, "network.hidden_size"),
        ({"data": TEXT, "network": {"output_size": 10**12}}, "network.output_size"),
        ({"data": {"kind": "arrays", "x": [[1]], "y": [10**12]}}, "data.y"),
    ],
)
def test_a_dimension_over_its_limit_is_named(small, body, field):
    problem = problem_of(small.post(BPTT, json=body), 422, "over-budget")
    assert problem["errors"][0]["field"] == field


def test_an_unknown_address_is_a_problem(client):
    problem = problem_of(client.get("/api/v1/nothing"), 404, "not-found")
    assert "/api/v1/nothing" in problem["detail"]


def test_a_wrong_method_is_a_problem(client):
    response = client.get(BPTT)
    problem_of(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "POST"


def test_a_failure_inside_tells_nothing_of_the_inside(caplog):
    app = create_app(Settings())

    async def fail(_: Request):
        raise RuntimeError("secret path")

    async def teapot(_: Request):
        raise HTTPException(418, "secret leaf")

    app.router.routes.clear()
    app.add_route("/fail", fail)
    app.add_route("/teapot", teapot)
    client = TestClient(app)
    with caplog.at_level(logging.ERROR, logger="unrolled"):
        response = client.get("/fail")
    problem = problem_of(response, 500, "internal")
    assert "secret" not in response.text
    assert problem["request_id"] in caplog.text
    assert "secret path" in caplog.text
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert "secret" not in client.get("/teapot").text
    problem_of(client.get("/teapot"), 418, "http")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_explains_itself_at_its_address(client, kind):
    answer = client.get(f"/problems/{kind}").json()
    assert answer["type"] == f"/problems/{kind}"
    assert answer["title"] == KINDS[kind].title
    assert answer["meaning"]


def test_an_unknown_kind_is_not_found(client):
    assert "validation" in problem_of(client.get("/problems/odd"), 404, "not-found")["detail"]
