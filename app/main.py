"""The server: ``.venv/bin/uvicorn app.main:app`` is a correct start by itself."""

import os

# Before NumPy is imported: OpenBLAS's own workers spin after each product and starve the server.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

from fastapi import FastAPI  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402

from app.api import (  # noqa: E402
    catalog,
    code,
    compare,
    convolution,
    documentation,
    errors,
    grade,
    operation,
    sample,
    surface,
    sweep,
    traces,
    train,
    weights,
)
from app.api.headers import AnswerHeaders, TrustedHosts, content_security_policy  # noqa: E402
from app.api.metrics import Metrics, Observed  # noqa: E402
from app.api.rate import RateLimited  # noqa: E402
from app.api.work import Gate, Turns  # noqa: E402
from app.pages.routes import mount_pages  # noqa: E402
from app.settings import Settings  # noqa: E402
from app.stopping import Stopping, lifespan  # noqa: E402
from app.workers import dask_workers, local_workers  # noqa: E402


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the whole application: API, documentation and pages.

    Its state holds ``settings``, ``stopping``, ``gate``, ``turns``, ``metrics``, ``catalog``
    (bytes), ``sweeps``, ``workers`` and ``csp_script_hashes``, a set to which the pages
    add "sha256-…" of the inline scripts that they contain.

    Raises:
        pydantic.ValidationError: a setting in the environment that cannot be.
    """
    settings = settings or Settings()
    script_hashes: set[str] = set()
    stopping = Stopping()
    gate = Gate(settings.threads, settings.queue, stopping)
    turns = Turns(settings.streams, settings.training_threads)
    metrics = Metrics(settings, gate, turns)
    app = FastAPI(
        title="Unrolled",
        version=settings.version,
        description=documentation.DESCRIPTION,
        docs_url=None,  # our own page, see documentation
        redoc_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(Observed, metrics=metrics),
            Middleware(AnswerHeaders, policy=lambda: content_security_policy(script_hashes)),
            Middleware(TrustedHosts, patterns=settings.trusted_hosts),
            Middleware(RateLimited, rate=settings.rate_limit),
        ],
    )
    app.state.settings = settings
    app.state.csp_script_hashes = script_hashes
    app.state.stopping = stopping
    app.state.gate = gate
    app.state.turns = turns
    app.state.metrics = metrics
    app.state.sweeps = Turns(settings.sweeps, max(settings.sweeps, 1), "sweeps")
    app.state.workers = (
        dask_workers(settings.dask) if settings.dask else local_workers(settings.sweep_workers)
    )
    app.state.catalog = catalog.catalog_bytes(settings)
    errors.install(app)
    documentation.install(app)
    for module in (
        traces,
        compare,
        train,
        sample,
        surface,
        sweep,
        convolution,
        code,
        grade,
        weights,
        catalog,
        operation,
        documentation,
    ):
        app.include_router(module.router)
    mount_pages(app, settings)
    return app


app = create_app()
