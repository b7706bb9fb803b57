"""Every setting of the server, in one place.

Each is read from an environment variable of the same name with the prefix
``UNROLLED_`` (``UNROLLED_LOG_LEVEL=debug``); lists are comma-separated or JSON.
A value that cannot be is refused at start, with the setting's name.
"""

from importlib.util import find_spec
from typing import Annotated, Literal

from limits import parse
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the server, validated; immutable once made.

    Raises:
        pydantic.ValidationError: a value out of its range or an unknown level.
    """

    model_config = SettingsConfigDict(env_prefix="UNROLLED_", frozen=True, extra="ignore")

    version: str = Field(default="0.2.0", description="shown at /healthz and in the catalogue")
    commit: str | None = Field(default=None, description="source revision shown beside the version")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="lowest level that the server's own log writes"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="form of the log's lines, uvicorn's own among them"
    )
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("*",),
        min_length=1,
        description='accepted Host headers, ports aside; "*.example.org" covers subdomains',
    )

    rate_limit: str = Field(
        default="",
        description='requests to the API from one client, such as "600/minute"; none on loopback',
    )

    max_body_bytes: int = Field(
        default=8 * 2**20, ge=1024, description="largest request body, bytes"
    )
    max_weights_bytes: int = Field(
        default=5 * 2**20, ge=1024, description="largest file of weights, also unpacked, bytes"
    )
    max_T: int = Field(default=5000, ge=1, description="longest sequence, steps")
    max_B: int = Field(default=1024, ge=1, description="largest batch, sequences")
    max_I: int = Field(default=4096, ge=1, description="most inputs, features per step")
    max_H: int = Field(default=1024, ge=1, description="most hidden units")
    max_O: int = Field(default=4096, ge=1, description="most outputs, values per step")
    work_budget: int = Field(
        default=60_000_000_000, ge=1_000_000, description="largest request, multiply-adds"
    )
    answer_budget: int = Field(default=5_000_000, ge=10_000, description="largest answer, numbers")

    step_budget: int = Field(
        default=2_000_000_000,
        ge=1_000_000,
        description="largest training step of all runs together, multiply-adds",
    )
    step_numbers: int = Field(
        default=20_000_000,
        ge=10_000,
        description="largest data of a training, and numbers that one of its steps holds",
    )
    trace_budget: int = Field(
        default=2_000_000,
        ge=10_000,
        description="largest trace of a training, all runs together, numbers",
    )

    inline_work: int = Field(
        default=20_000_000, ge=0, description="up to this many multiply-adds run on the event loop"
    )
    inline_numbers: int = Field(
        default=100_000,
        ge=0,
        description="up to this many numbers are answered from the event loop",
    )
    inline_body_bytes: int = Field(
        default=256 * 1024,
        ge=0,
        description="up to this many bytes are validated on the event loop",
    )
    threads: int = Field(default=2, ge=1, description="large requests computed at once")
    queue: int = Field(
        default=16, ge=0, description="large requests waiting before 503 is answered"
    )

    streams: int = Field(
        default=8, ge=0, description="trainings open at once before 503 is answered"
    )
    training_threads: int = Field(
        default=1, ge=1, description="trainings computed at once; the others take turns"
    )

    sweeps: int = Field(default=4, ge=0, description="sweeps open at once before 503 is answered")
    sweep_workers: int = Field(
        default=2, ge=1, description="processes of this machine that compute the cells of sweeps"
    )
    sweep_cells: int = Field(default=4096, ge=1, description="largest sweep, cells")
    sweep_budget: int = Field(
        default=500_000_000_000,
        ge=1_000_000,
        description="largest sweep, multiply-adds of all cells",
    )
    sweep_cell_budget: int = Field(
        default=20_000_000_000,
        ge=1_000_000,
        description="largest cell of a sweep, multiply-adds with its training",
    )
    dask: str | None = Field(
        default=None,
        min_length=1,
        description="address of a Dask scheduler whose workers compute the sweeps instead",
    )

    @field_validator("dask")
    @classmethod
    def _installed(cls, value: str | None) -> str | None:
        if value and not find_spec("distributed"):
            raise ValueError("needs the package distributed, the extra dask of pyproject.toml")
        return value

    @field_validator("rate_limit")
    @classmethod
    def _is_a_rate(cls, value: str) -> str:
        if value:
            parse(value)
        return value

    @field_validator("trusted_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
