"""The documentation is complete, true, and comes from this host alone."""

import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document(client) -> dict:
    return client.get("/openapi.json").json()


def own_fields(document: dict):
    """Yield every field of every schema, by its place."""
    for name, schema in document["components"]["schemas"].items():
        for field, description in schema.get("properties", {}).items():
            yield f"{name}.{field}", description


def test_every_path_of_the_contract_is_documented(document):
    assert set(document["paths"]) == {
        "/api/v1/forward",
        "/api/v1/bptt",
        "/api/v1/gradcheck",
        "/api/v1/compare",
        "/api/v1/train",
        "/api/v1/sample",
        "/api/v1/surface",
        "/api/v1/sweep",
        "/api/v1/convolution",
        "/api/v1/code",
        "/api/v1/grade",
        "/api/v1/weights",
        "/api/v1/catalog",
        "/healthz",
        "/metrics",
        "/readyz",
        "/problems/{kind}",
    }


def test_every_field_has_a_description_a_unit_or_shape_and_an_example(document):
    fields = dict(own_fields(document))
    assert len(fields) > 200
    for place, field in fields.items():
        assert field.get("description"), f"{place} has no description"
        assert field.get("x-unit") or field.get("x-shape"), f"{place} has no unit and no shape"
        assert "examples" in field, f"{place} has no example"


def test_every_schema_and_every_path_says_what_it_is(document):
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description"), name
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["description"]
            for parameter in operation.get("parameters", []):
                schema = parameter["schema"]
                assert parameter["description"]
                assert schema["x-unit"]
                assert schema["examples"]


def test_every_reference_leads_somewhere(document):
    schemas = document["components"]["schemas"]
    references = set(re.findall(r'"#/components/schemas/(\w+)"', orjson.dumps(document).decode()))
    assert {"BpttRequest", "CompareRequest"} <= references
    assert references <= set(schemas)


def test_the_examples_of_the_body_are_answered(client, document):
    for path in ("forward", "bptt", "gradcheck"):
        operation = document["paths"][f"/api/v1/{path}"]["post"]
        examples = operation["requestBody"]["content"]["application/json"]["examples"]
        assert set(examples) == {"text", "arrays"}
        for example in examples.values():
            assert client.post(f"/api/v1/{path}", json=example["value"]).status_code == 200


def test_the_examples_of_a_comparison_are_answered(client, document):
    operation = document["paths"]["/api/v1/compare"]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    for example in examples.values():
        response = client.post("/api/v1/compare", json=example["value"])
        assert response.status_code == 200, response.text
        assert len(response.json()["traces"]) == len(example["value"]["networks"])


@pytest.mark.parametrize("path", ["train", "sample", "surface", "sweep"])
def test_the_examples_of_a_training_are_answered(client, document, path):
    operation = document["paths"][f"/api/v1/{path}"]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    for example in examples.values():
        response = client.post(f"/api/v1/{path}", json=example["value"])
        assert response.status_code == 200, response.text[:500]
        assert "event: error" not in response.text


def test_the_events_of_a_training_are_documented_by_name(document):
    answer = document["paths"]["/api/v1/train"]["post"]["responses"]["200"]
    schema = answer["content"]["text/event-stream"]["schema"]
    assert schema == {"$ref": "#/components/schemas/TrainEvents"}
    assert set(document["components"]["schemas"]["TrainEvents"]["properties"]) == {
        "start",
        "steps",
        "trace",
        "checkpoint",
        "diverged",
        "done",
        "error",
    }


def test_the_refusals_are_documented_as_problems(document):
    responses = document["paths"]["/api/v1/bptt"]["post"]["responses"]
    assert set(responses) == {"200", "413", "415", "422", "503"}
    problem = {"$ref": "#/components/schemas/ProblemAnswer"}
    assert responses["422"]["content"]["application/problem+json"]["schema"] == problem


def test_the_docs_page_loads_from_this_host_only_and_leads_back(client):
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"(https?:)?//\w", page.text)
    assert "<script>" not in page.text
    assert " style=" not in page.text
    assert '<a href="/">' in page.text
    sources = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(sources) == 4
    for source in sources:
        assert client.get(source).status_code == 200, source


def test_the_docs_page_starts_the_interface_with_our_document(client):
    page, script = client.get("/docs").text, client.get("/static/js/docs.js").text
    assert 'data-openapi="/openapi.json"' in page
    assert "dataset.openapi" in script
    assert not re.search(r"https?://", script)


def test_the_script_prints_the_same_document(document):
    script = [sys.executable, str(ROOT / "scripts" / "openapi.py")]
    printed = subprocess.run(script, capture_output=True, check=True, cwd=ROOT.parent)
    assert orjson.loads(printed.stdout) == document
