"""POST /api/v1/grade: the answer's shape, its messages, and what is refused."""

import json
import re
import shlex
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.exchange.grading import MISTAKES
from app.main import create_app
from app.settings import Settings
from tests.api.test_errors import problem_of

GRADE, BPTT = "/api/v1/grade", "/api/v1/bptt"
REQUEST = {
    "network": {"hidden_size": 3, "init": {"seed": 4}},
    "data": {"kind": "text", "text": "hello world"},
}


def answer_of(response) -> dict:
    assert response.status_code == 200, response.text
    return json.loads(response.content, parse_constant=pytest.fail)


def gradients(client: TestClient, request=REQUEST) -> dict:
    return answer_of(client.post(BPTT, json=request))["gradients"]


def grade(client: TestClient, given: dict, request=REQUEST, **more) -> dict:
    body = {"request": request, "gradients": given, **more}
    return answer_of(client.post(GRADE, json=body))


def scaled(array, factor: float):
    return [scaled(each, factor) for each in array] if isinstance(array, list) else array * factor


def test_our_own_gradients_are_right(client):
    right = gradients(client)
    answer = grade(client, right)
    assert answer["ok"] is True
    assert answer["diagnosis"] == answer["ungraded"] == []
    assert list(answer["parameters"]) == ["U", "W", "b", "V", "c"]
    assert answer["parameters"]["W"]["max_error"] < 1e-12


def test_a_mistake_is_named_with_its_message(client):
    right = gradients(client)
    answer = grade(client, {"W": scaled(right["W"], -1), "b": right["b"], "U": None})
    assert answer["ok"] is False
    assert answer["ungraded"] == ["U", "V", "c"]
    assert answer["parameters"]["b"]["ok"] is True
    assert answer["parameters"]["W"]["max_error"] == pytest.approx(2)
    (told,) = answer["diagnosis"]
    assert told["mistake"] == "wrong_sign"
    assert told["explains"] == ["W"]
    assert told["message"].startswith("W: has the opposite sign")
    assert told["values"] == {}


def test_the_answer_is_what_it_documents(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    answer = grade(client, {"W": scaled(gradients(client)["W"], 0.1)})
    assert set(answer) == set(schemas["GradeAnswer"]["properties"])
    own = schemas["ParameterGradeAnswer"]["properties"]
    assert set(answer["parameters"]["W"]) == set(own)
    assert set(answer["diagnosis"][0]) == set(schemas["DiagnosisAnswer"]["properties"])
    ids = schemas["DiagnosisAnswer"]["properties"]["mistake"]["enum"]
    assert answer["diagnosis"][0]["mistake"] in ids


def test_precision_clip_and_include_do_not_change_what_is_right(client):
    request = REQUEST | {
        "precision": "float32", "clip": {"by": "norm", "threshold": 0.1}, "include": ["shares"],
    }  # fmt: skip
    right = gradients(client)
    assert grade(client, right, request)["ok"] is True
    clipped = answer_of(client.post(BPTT, json=request))["clipped"]["gradients"]
    told = grade(client, clipped, request)["diagnosis"]
    assert [(each["mistake"], each["values"]) for each in told] == [
        ("clipped", {"by": "norm", "threshold": 0.1})
    ]


def test_truncation_is_the_requests(client):
    request = REQUEST | {"truncate": 2}
    assert grade(client, gradients(client, request), request)["ok"] is True
    told = grade(client, gradients(client), request)["diagnosis"]
    assert [each["mistake"] for each in told] == ["not_truncated"]


@pytest.mark.parametrize(
    "network", [{"cell": "lstm", "layers": 2}, {"cell": "gru", "bidirectional": True}]
)
def test_composed_networks(client, network):
    request = REQUEST | {"network": {"hidden_size": 3, **network}}
    right = gradients(client, request)
    assert grade(client, right, request)["ok"] is True
    told = grade(client, {name: scaled(g, -1) for name, g in right.items()}, request)["diagnosis"]
    assert [each["mistake"] for each in told] == ["wrong_sign"]
    assert told[0]["explains"] == list(right)


def test_a_wrong_shape_is_told_and_not_refused(client):
    answer = grade(client, {"W": [[1.0, 2.0]], "b": 3.0, "U": [[[[1.0]]]]})
    assert answer["parameters"]["W"] == {
        "ok": False, "max_error": None, "at": None, "given": None, "expected": None,
    }  # fmt: skip
    assert {each["mistake"] for each in answer["diagnosis"]} == {"wrong_shape"}
    messages = [each["message"] for each in answer["diagnosis"]]
    assert "W: has shape [1, 2]; it must be [3, 3]" in messages


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"gradients": {}}, "gradients", "no gradient is given"),
        ({"gradients": {"W": None}}, "gradients", "no gradient is given"),
        ({"gradients": {"Whh": [[1]]}}, "gradients.Whh", "is unknown; the network has U, W"),
        ({"gradients": {"W": [[1, "2"]]}}, "gradients.W", "is a text"),
        ({"gradients": {"W": [[1, None]]}}, "gradients.W", "is null"),
        ({"gradients": {"W": [[1], [2, 3]]}}, "gradients.W", "is ragged"),
        ({"gradients": {"W": []}}, "gradients.W", "is empty"),
        ({"gradients": {"W": True}}, "gradients.W", "is a boolean"),
        ({"gradients": {"W": [[[[[1]]]]]}}, "gradients.W", "has shape (1, 1, 1, 1, 1)"),
        ({"gradients": [1]}, "gradients", "is not an object"),
        ({"tolerance": 0}, "tolerance", "greater than 0"),
        ({"tolerance": 1}, "tolerance", "less than or equal to 0.1"),
        ({"request": {}}, "request.data", "is required"),
        ({"request": {"data": {"kind": "text", "text": "a"}}}, "request.data.text", "at least 2"),
        ({"request": {"data": {"kind": "arrays", "x": [[1]]}}}, "request.data.y", "is required"),
        ({"request": REQUEST | {"depth": 1}}, "request.depth", "is not a known field"),
        ({"more": 1}, "more", "is not a known field"),
    ],
)
def test_refusals_name_the_field(client, change, field, message):
    body = {"request": REQUEST, "gradients": {"W": [[1.0]]}} | change
    problem = problem_of(client.post(GRADE, json=body), 422, "validation")
    assert problem["errors"][0]["field"] == field
    assert message in problem["errors"][0]["message"]


def test_a_number_that_is_not_finite_is_refused(client):
    for text in ("NaN", "1e999", "-Infinity"):
        body = f'{{"request": {json.dumps(REQUEST)}, "gradients": {{"c": [{text}]}}}}'
        headers = {"content-type": "application/json"}
        response = client.post(GRADE, content=body, headers=headers)
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"


def test_an_explosion_is_refused(client):
    request = {
        "network": {
            "activation": "identity", "output": "linear",
            "parameters": {"U": [[1.0]], "W": [[1e200]], "b": [0.0]},
        },
        "data": {"kind": "arrays", "x": [[1.0]] * 4, "y": [[0.0]] * 4},
    }  # fmt: skip
    body = {"request": request, "gradients": {"W": [[1.0]]}}
    problem = problem_of(client.post(GRADE, json=body), 422, "validation")
    assert problem["errors"][0]["field"] == "request.data"


def test_the_price_is_that_of_all_passes():
    with TestClient(create_app(Settings(work_budget=10_000_000))) as client:
        right = gradients(client, REQUEST | {"include": []})
        body = {"request": REQUEST, "gradients": right}
        problem = problem_of(client.post(GRADE, json=body), 422, "over-budget")
        assert problem["errors"][0]["field"].startswith("request.")


def test_a_large_grading_goes_through_the_threads(client):
    request = {"data": {"kind": "text", "text": "abcdefgh" * 13}, "network": {"hidden_size": 64}}
    right = gradients(client, request)
    told = grade(client, right | {"W": scaled(right["W"], 0.5)}, request)["diagnosis"]
    assert [each["mistake"] for each in told] == ["halved"]


def test_the_examples_of_the_body_are_answered(client):
    document = client.get("/openapi.json").json()["paths"][GRADE]["post"]
    examples = document["requestBody"]["content"]["application/json"]["examples"]
    for example in examples.values():
        assert answer_of(client.post(GRADE, json=example["value"]))["ok"] is False


def test_the_document_lists_every_mistake_and_its_example_is_answered_so(client):
    text = (Path(__file__).parents[2] / "docs" / "grading.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    (printed,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    body = json.loads(shlex.split(command)[-1])
    wanted, found = json.loads(printed), answer_of(client.post(GRADE, json=body))
    graded, documented = (answer.pop("parameters")["W"] for answer in (found, wanted))
    assert graded.pop("at") == documented.pop("at")
    assert graded == pytest.approx(documented)
    assert found == wanted
    assert re.findall(r"^\| `(\w+)` ", text, re.MULTILINE) == list(MISTAKES)
