"""Every program runs as given and finds the loss and the gradients of the API."""

import json
import subprocess
import sys
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest

from app.engine.activations import ACTIVATIONS
from app.engine.cells import CELLS
from app.engine.clipping import CLIP_BY
from app.engine.normalization import NORMALIZATIONS
from app.engine.readout import READOUTS
from app.exchange.code import MOST_NUMBERS

T, B, I, O = 6, 3, 2, 4  # noqa: E741

# Runs programs one after the other in one process and prints what each printed and left behind.
RUNNER = """
import contextlib, io, json, sys
results = []
for name, code in json.load(sys.stdin).items():
    printed, left = io.StringIO(), {}
    with contextlib.redirect_stdout(printed):
        exec(compile(code, name, "exec"), left)
    arrays = {k: {n: g.tolist() for n, g in left[k].items()} for k in ("gradients", "clipped")
              if k in left}
    results.append({"printed": printed.getvalue(), **arrays})
json.dump(results, sys.stdout)
"""


def arrays(output: str = "softmax", *, batch: bool = True, **fields: Any) -> dict[str, Any]:
    """Data of random numbers with targets that suit the readout."""
    rng, lead = np.random.default_rng(4), (B,) if batch else ()
    y = {
        "softmax": rng.integers(0, O, (*lead, T)),
        "sigmoid": rng.uniform(0, 1, (*lead, T, O)),
        "linear": rng.normal(size=(*lead, T, O)),
    }
    x = rng.normal(size=(*lead, T, I))
    return {"kind": "arrays", "x": x.tolist(), "y": y[output].tolist(), **fields}


def states(*shape: int, seed: int = 5) -> list:
    return np.random.default_rng(seed).normal(size=shape).tolist()


def asked(data: dict[str, Any] | None = None, /, **fields: Any) -> dict[str, Any]:
    """A /bptt body; what is not an option of the run is the network's."""
    options = {n: fields.pop(n) for n in ("clip", "truncate", "precision") if n in fields}
    network = {"hidden_size": 3, "init": {"seed": 2, "gain": 1.5}, **fields}
    return {"network": network, "data": data or arrays(), "include": [], **options}


def composed() -> dict[str, dict[str, Any]]:
    """Every cell in every composition, each loss over all steps and over a window."""
    return {
        f"{cell}-{layers}{'-both' if both else ''}{f'-w{w}' if w else ''}": asked(
            cell=cell, layers=layers, bidirectional=both, **({"truncate": w} if w else {})
        )
        for cell, layers, both, w in product(CELLS, (1, 2), (False, True), (None, 3))
    }


def plain() -> dict[str, dict[str, Any]]:
    """Every activation with every normalization, and both composed."""
    return {
        f"{activation}-{normalization}{'-stack' if layers > 1 else ''}": asked(
            activation=activation, normalization=normalization, layers=layers, bidirectional=both
        )
        for activation, normalization in product(ACTIVATIONS, NORMALIZATIONS)
        for layers, both in ((1, False), *([(2, True)] if activation == "tanh" else []))
    }


def options() -> dict[str, dict[str, Any]]:
    """Readouts, targets, starts, clipping, precision, sizes."""
    text = {"kind": "text", "text": 'a \'b\'\n\u2028#""" c'}
    without_V = {"U": states(3, I), "W": states(3, 3), "b": states(3)}
    own = {"output": "linear", "parameters": without_V, "hidden_size": None}
    both = {"U_l0_reverse": states(3, I), "W_l0_reverse": states(3, 3), "b_l0_reverse": states(3)}
    wide = arrays("linear", y=states(B, T, 6))
    cases = {
        **{output: asked(arrays(output), output=output) for output in READOUTS},
        **{
            f"clip-{by}": asked(cell="gru", clip={"by": by, "threshold": 0.05}) for by in CLIP_BY
        },
        "not clipped": asked(clip={"by": "norm", "threshold": 1e6}),
        "last": asked(arrays(loss_at="last")),
        "last, one target": asked(arrays(y=[0, 1, 2], loss_at="last")),
        "mask": asked(arrays(loss_mask=[False, True] * 3), truncate=2),
        "first input": asked(arrays(input_at="first")),
        "alone": asked(arrays(batch=False)),
        "alone, given starts": asked(
            arrays(batch=False, h0=states(3), cell0=states(3, seed=6)), cell="lstm"
        ),
        "given starts": asked(arrays(h0=states(B, 3)), cell="gru"),
        "given starts of a stack": asked(
            arrays(h0=states(4, B, 3), cell0=states(4, B, 3, seed=6)),
            cell="lstm", layers=2, bidirectional=True,
        ),
        "given starts of a stack, alone": asked(
            arrays(batch=False, h0=states(2, 3)), layers=2, activation="sigmoid"
        ),
        "no readout": asked(arrays("linear", y=states(B, T, 3)), **own),
        "no readout, both": asked(
            wide, **{**own, "parameters": without_V | both}, bidirectional=True, truncate=2
        ),
        "text": asked(text),
        "series": asked({"kind": "series", "values": [1, 4, 2, 8, 5, 7.5]}, cell="lstm"),
        "one step": asked(arrays(x=[[[0.5, 1.0]]], y=[[2]]), truncate=1),
        "window of one": asked(truncate=1, cell="lstm", bidirectional=True),
        "packed": asked({"kind": "text", "text": "abcdefgh" * 60}, hidden_size=24),
        "float32": asked(precision="float32", cell="lstm"),
        "float32, packed": asked(precision="float32", hidden_size=24, normalization="layer"),
        "float32, leaky": asked(precision="float32", activation="leaky_relu", layers=2),
    }  # fmt: skip
    tasks = ("adding", "copy", "temporal_order", "parity", "delayed_recall", "sine")
    for name in tasks:
        data = {"kind": "task", "name": name, "length": 9, "delay": 3, "batch": 2}
        cases[name] = asked(data, cell="gru")
    for case in cases.values():
        if case["network"]["hidden_size"] is None:
            del case["network"]["hidden_size"]
    return cases


CASES = composed() | plain() | options()


def run_all(client, language: str) -> dict[str, dict[str, Any]]:
    codes = {}
    for name, case in CASES.items():
        answer = client.post("/api/v1/code", json={"request": case, "language": language})
        assert answer.status_code == 200, (name, answer.text)
        codes[name] = answer.json()["code"]
    run = [sys.executable, "-I", "-W", "error", "-c", RUNNER]
    done = subprocess.run(run, input=json.dumps(codes), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(zip(CASES, json.loads(done.stdout), strict=True))


@pytest.fixture(scope="module")
def numpy_results(client) -> dict[str, dict[str, Any]]:
    return run_all(client, "numpy")


@pytest.fixture(scope="module")
def pytorch_results(client) -> dict[str, dict[str, Any]]:
    return run_all(client, "pytorch")


def assert_same(client, case: dict[str, Any], result: dict[str, Any]) -> None:
    """Hold what a program printed and found against /bptt: loss, gradients, clipped gradients."""
    answer = client.post("/api/v1/bptt", json=case).json()
    exact = case.get("precision", "float64") == "float64"
    rtol, atol = (1e-9, 1e-11) if exact else (1e-4, 1e-5)
    same = partial(np.testing.assert_allclose, rtol=rtol, atol=atol)
    first, *others = result["printed"].splitlines()
    word, loss = first.split()
    assert word == "loss"
    same(float(loss), answer["loss"]["total"])
    assert list(result["gradients"]) == list(answer["gradients"])
    for name, gradient in answer["gradients"].items():
        same(result["gradients"][name], gradient, err_msg=name)
    printed = {n: float(v) for word, n, v in map(str.split, others) if word == "gradient"}
    norms = {n: v for n, v in answer["gradient_norms"].items() if n != "total"}
    same([*printed.values()], [*norms.values()])
    assert list(printed) == list(norms)
    if case.get("clip"):
        for name, gradient in answer["clipped"]["gradients"].items():
            same(result["clipped"][name], gradient)


@pytest.mark.parametrize("name", CASES)
def test_numpy_finds_the_loss_and_the_gradients(client, numpy_results, name):
    assert_same(client, CASES[name], numpy_results[name])


@pytest.mark.parametrize("name", CASES)
def test_pytorch_finds_the_loss_and_the_gradients(client, pytorch_results, name):
    assert_same(client, CASES[name], pytorch_results[name])


def code_of(client, case: dict[str, Any], language: str) -> dict[str, str]:
    return client.post("/api/v1/code", json={"request": case, "language": language}).json()


@pytest.mark.parametrize(
    ("language", "name"), [("numpy", "lstm-2-both"), ("numpy", "packed"), ("pytorch", "packed")]
)
def test_a_program_runs_as_a_file(client, tmp_path, language, name):
    answer = code_of(client, CASES[name], language)
    file = tmp_path / answer["filename"]
    file.write_text(answer["code"], encoding="utf-8")
    run = [sys.executable, "-I", "-W", "error", str(file)]
    done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path)
    loss = client.post("/api/v1/bptt", json=CASES[name]).json()["loss"]["total"]
    assert float(done.stdout.split()[1]) == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("language", ["numpy", "pytorch"])
def test_programs_are_readable(client, language):
    for name, case in CASES.items():
        code = code_of(client, case, language)["code"]
        long = [line for line in code.splitlines() if len(line) > 100]
        assert long == [], name
        assert "\n\n\n\n" not in code, name


def test_pytorch_uses_its_own_modules_where_it_has_them(client):
    modules = {"rnn-1": "nn.RNN(", "lstm-2-both": "nn.LSTM(", "gru-1-both": "nn.GRU("}
    for name, module in modules.items():
        assert module in code_of(client, CASES[name], "pytorch")["code"]
    for name in ("rnn-1-w3", "sigmoid-none", "tanh-layer"):
        assert " nn." not in code_of(client, CASES[name], "pytorch")["code"]


def test_the_file_is_named_after_cell_and_language(client):
    names = {
        language: code_of(client, CASES["gru-1"], language)["filename"]
        for language in ("numpy", "pytorch", "curl")
    }
    assert names == {
        "numpy": "unrolled-gru-numpy.py",
        "pytorch": "unrolled-gru-pytorch.py",
        "curl": "unrolled-gru-curl.sh",
    }


def test_a_program_too_long_to_read_is_refused_and_curl_is_not(client):
    data = {"kind": "text", "text": "abcdefghijkl"}
    case = {"network": {"hidden_size": 800}, "data": data, "include": []}
    refused = client.post("/api/v1/code", json={"request": case, "language": "numpy"})
    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/over-budget"
    assert f"{MOST_NUMBERS:,}" in refused.json()["detail"]
    assert "hidden_size" in code_of(client, case, "curl")["code"]


def test_a_long_text_is_few_numbers(client):
    text = "".join(chr(65 + i * 7 % 110) for i in range(5000))
    code = code_of(client, {"data": {"kind": "text", "text": text}, "include": []}, "numpy")["code"]
    assert "np.eye(110)[decode(" in code
    assert len(code) < 200_000


def test_an_explosion_is_printed_not_raised(client, tmp_path):
    case = asked(
        {"kind": "text", "text": "to be or not to be"},
        activation="identity",
        init={"spectral_radius": 1e60},
        clip={"by": "norm", "threshold": 1.0},
    )
    assert client.post("/api/v1/bptt", json=case).json()["loss"]["total"] is None
    file = tmp_path / "program.py"
    file.write_text(code_of(client, case, "numpy")["code"], encoding="utf-8")
    run = [sys.executable, "-I", "-W", "ignore", str(file)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout.split()[:2] in (["loss", "nan"], ["loss", "inf"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"language": "perl"}, "language"),
        ({"language": None}, "language"),
        ({"request": {"data": {"kind": "text", "text": "a"}}}, "request.data.text"),
        ({"request": {"data": {"kind": "arrays", "x": [[1], [2, 3]]}}}, "request.data.x"),
        ({"request": {"data": {"kind": "arrays", "x": [[1]]}}}, "request.data.y"),
        ({"request": {"data": {"kind": "sound"}}}, "request.data.kind"),
        ({"request": {"data": {"kind": "text", "text": "ab", "no": 1}}}, "request.data.no"),
        ({"request": {**asked(), "truncate": 0}}, "request.truncate"),
        ({"request": asked(hidden_size=5000)}, "request.network.hidden_size"),
        ({"request": {**asked(), "network": {"normalization": "batch", "cell": "gru"}}},
         "request.network.normalization"),
        ({"base_url": "http://a b/; rm"}, "base_url"),
        ({"base_url": "ftp://a"}, "base_url"),
        ({"surprise": 1}, "surprise"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_by_its_field(client, change, field):
    body = {"request": asked(), "language": "numpy", **change}
    answer = client.post("/api/v1/code", json=body)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["errors"][0]["field"] == field
    assert problem["detail"].startswith(field)


def test_nothing_of_a_text_reaches_the_program_but_in_a_comment(client):
    case = asked({"kind": "text", "text": "#'''\"\"\"\n\r\u2028\x85import os\\n"})
    code = code_of(client, case, "numpy")["code"]
    assert "import os" not in code
    compile(code, "program", "exec")
