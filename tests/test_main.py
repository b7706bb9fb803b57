"""The application starts right by itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRINT_THREADS = """
import sys
assert "numpy" not in sys.modules
import app.main, os
print(os.environ["OPENBLAS_NUM_THREADS"], "torch" in sys.modules)
"""


@pytest.mark.parametrize(("given", "found"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2")])
def test_blas_threads_are_set_before_numpy_unless_the_user_did(given, found):
    environment = {k: v for k, v in os.environ.items() if not k.endswith("NUM_THREADS")}
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", PRINT_THREADS],
        env=environment | given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == [found, "False"]


def test_the_page_and_the_api_are_one_application(client):
    assert client.get("/").status_code == 200
    assert client.get("/healthz").status_code == 200
