"""Settings come from the environment, checked."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings


def test_defaults_hold():
    assert Settings().trusted_hosts == ("*",)


def test_the_environment_overrides(monkeypatch):
    monkeypatch.setenv("UNROLLED_MAX_BODY_BYTES", "2048")
    monkeypatch.setenv("UNROLLED_TRUSTED_HOSTS", "example.org, *.example.net")
    monkeypatch.setenv("UNROLLED_COMMIT", "1a2b3c4")
    settings = Settings()
    assert settings.max_body_bytes == 2048
    assert settings.trusted_hosts == ("example.org", "*.example.net")
    assert settings.commit == "1a2b3c4"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_T", "0"),
        ("WORK_BUDGET", "lots"),
        ("LOG_LEVEL", "loud"),
        ("THREADS", "0"),
        ("STREAMS", "-1"),
        ("TRAINING_THREADS", "0"),
        ("STEP_BUDGET", "0"),
        ("TRUSTED_HOSTS", ""),
        ("SWEEPS", "-1"),
        ("SWEEP_WORKERS", "0"),
        ("SWEEP_CELLS", "0"),
        ("SWEEP_BUDGET", "0"),
        ("SWEEP_CELL_BUDGET", "0"),
        ("DASK", ""),
    ],
)
def test_impossible_values_are_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(f"UNROLLED_{name}", value)
    with pytest.raises(ValidationError, match=f"(?i){name}"):
        Settings()


def test_every_setting_says_what_it_is():
    assert all(field.description for field in Settings.model_fields.values())


def test_every_setting_is_in_the_table_of_the_documents():
    text = (Path(__file__).resolve().parents[1] / "docs/operation.md").read_text(encoding="utf-8")
    cells = [
        [c.strip() for c in row.strip("|").split("|")] for row in re.findall(r"^\|.*", text, re.M)
    ]
    table = {row[0]: row[1:] for row in cells if row[0].startswith("`UNROLLED_")}
    assert list(table) == [f"`UNROLLED_{name.upper()}`" for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        default, description = table[f"`UNROLLED_{name.upper()}`"]
        assert description == field.description
        assert default.replace(",", "").strip("`") in (str(field.default), "none", "*")
