"""The small network of lessons 6.8 and 6.9, as their figures have it."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from fastapi.testclient import TestClient

SOURCE = Path(__file__).resolve().parents[2] / "static/js/lessons/views/small.js"
INCLUDE = ["credit", "jacobians", "shares", "credit_vectors", "jacobian_matrices"]


def constant(name: str) -> Any:
    """Return a constant of the script: its numbers are JSON but for the keys' quotes."""
    found = re.search(rf"export const {name} = (.+?);\n", SOURCE.read_text(encoding="utf-8"), re.S)
    assert found is not None
    return json.loads(re.sub(r",\s*}", "}", re.sub(r"(\w+):", r'"\1":', found[1])))


def cycle(T: int) -> str:
    """Return abcabc… of T + 1 characters."""
    return ("abc" * T)[: T + 1]


def body(
    T: int = 3, *, text: str = "", scale: float = 1.0, zero: bool = False, loss_at: str = "every"
) -> dict[str, Any]:
    """Return what the figure asks /bptt."""
    parameters = constant("PARAMETERS")
    parameters["W"] = (scale * np.array(parameters["W"])).tolist()
    first = np.array(constant("FIRST")) * (not zero)
    return {
        "network": {
            "cell": "rnn",
            "activation": "tanh",
            "output": "softmax",
            "parameters": parameters,
        },
        "data": {
            "kind": "text",
            "text": text or cycle(T),
            "h0": first.tolist(),
            "loss_at": loss_at,
        },
    }


def ask(client: TestClient, path: str = "bptt", **choice: Any) -> dict[str, Any]:
    """Return the answer to the figure's question."""
    more = {"include": INCLUDE} if path == "bptt" else {}
    answer = client.post(f"/api/v1/{path}", json=body(**choice) | more)
    assert answer.status_code == 200, answer.text
    return answer.json()
