"""The API, call by call."""

import time
from collections.abc import Generator, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, Unpack

import httpx

from .answers import Answer, Trace
from .events import Cell, Cut, Event, Story, SweepDone, SweepStory
from .wire import (
    LOCAL,
    SWEEP,
    TRAIN,
    Body,
    Common,
    RunOptions,
    SampleOptions,
    SurfaceOptions,
    SweepOptions,
    TrainOptions,
    WeightsOptions,
    checked,
    form_body,
    json_body,
)


class Client(Common):
    """The API, call by call. Use it in a `with`, or close it.

    `timeout` is in seconds; `retries` says how often a busy server is asked again, after as many
    seconds as it says. `transport` is httpx's. Every call raises `ProblemError` for a refusal.
    """

    def __init__(
        self,
        base_url: str = LOCAL,
        *,
        timeout: float = 60.0,
        retries: int = 3,
        transport: httpx.BaseTransport | None = None,
    ):
        super().__init__(base_url, timeout=timeout, retries=retries)
        self._http = httpx.Client(
            base_url=self.base_url, timeout=self._timeout, transport=transport
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def forward(self, data: Body, network: Body | None = None, **options: Any) -> Trace:
        """Return states and outputs; targets are not needed."""
        return Trace(self._post("forward", data=data, network=network, **options))

    def bptt(self, data: Body, network: Body | None = None, **options: Unpack[RunOptions]) -> Trace:
        """Return the trace: states, losses, gradients, the credit triangle, Jacobians."""
        return Trace(self._post("bptt", data=data, network=network, **options))

    def compare(
        self, data: Body, networks: Sequence[Body], **options: Unpack[RunOptions]
    ) -> list[Trace]:
        """Return the trace of each network on the same data."""
        answer = self._post("compare", data=data, networks=networks, **options)
        return [Trace(raw) for raw in answer["traces"]]

    def gradcheck(self, data: Body, network: Body | None = None, **options: Any) -> Answer:
        """Return the gradients against central differences, per parameter."""
        return Answer(self._post("gradcheck", data=data, network=network, **options))

    def grade(self, request: Body, gradients: Body, *, tolerance: float | None = None) -> Answer:
        """Return your own gradients of a /bptt request against the right ones."""
        return Answer(
            self._post("grade", request=request, gradients=gradients, tolerance=tolerance)
        )

    def code(
        self, request: Body, language: Literal["numpy", "pytorch", "curl"] = "numpy"
    ) -> Answer:
        """Return a /bptt request as a program: `code`, and a `filename` to save it by."""
        body = {"request": request, "language": language, "base_url": self.base_url}
        return Answer(self._post("code", **body))

    def weights(
        self, file: str | PathLike[str] | bytes, **options: Unpack[WeightsOptions]
    ) -> Answer:
        """Return the network in a safetensors or npz file: `network`, `precision`, `ignored`, …"""
        return Answer(self._send("POST", "/api/v1/weights", **form_body(file, options)))

    def convolution(self, data: Body, network: Body | None = None, **options: Any) -> Answer:
        """Return a causal convolution over the same sequence."""
        return Answer(self._post("convolution", data=data, network=network, **options))

    def sample(
        self, network: Body, labels: Sequence[str], **options: Unpack[SampleOptions]
    ) -> Answer:
        """Return text that a character network writes, and the probabilities of its choices."""
        return Answer(self._post("sample", network=network, labels=labels, **options))

    def surface(self, request: Body, **options: Unpack[SurfaceOptions]) -> Answer:
        """Return the loss on a plane through the weights."""
        return Answer(self._post("surface", request=request, **options))

    def train(
        self,
        runs: Sequence[Body],
        data: Body,
        *,
        reconnects: int = 5,
        **options: Unpack[TrainOptions],
    ) -> Generator[Event]:
        """Yield the events of a training, every step of a run once.

        Where the connection breaks or the server stops, the training goes on from its last
        checkpoint, up to `reconnects` times in a row; 0 is never.
        """
        yield from self._stream(TRAIN, Story({"runs": runs, "data": data, **options}, reconnects))

    def sweep(
        self,
        base: Body,
        axes: Mapping[str, Sequence[Any]],
        measure: Sequence[str],
        *,
        reconnects: int = 5,
        **options: Unpack[SweepOptions],
    ) -> Generator[Cell | SweepDone]:
        """Yield the cells of a grid of networks as they are done, and the end.

        `axes` holds values by the path of their field in `base`, a /bptt request. Where the
        connection breaks or the server stops, the cells that are left are asked for again, up to
        `reconnects` times in a row.
        """
        body = {"base": base, "axes": axes, "measure": measure, **options}
        yield from self._stream(SWEEP, SweepStory(body, reconnects))

    def _stream(self, path: str, story: Story) -> Generator[Any]:
        while not story.over:
            try:
                with self._http.stream("POST", path, **story.request()) as response:
                    if response.is_error:
                        response.read()
                        story.refused(response, self._wait(response, story.busy))
                    for chunk in response.iter_bytes():
                        yield from story.read(chunk)
                    story.ended()
            except (httpx.TransportError, Cut) as error:
                time.sleep(story.lost(error))

    def catalog(self) -> Answer:
        """Return cells, activations, tasks, presets and limits."""
        return Answer(self._send("GET", "/api/v1/catalog"))

    def health(self) -> Answer:
        """Return status and version of the server."""
        return Answer(self._send("GET", "/healthz"))

    def _post(self, name: str, **fields: Any) -> dict[str, Any]:
        return self._send("POST", f"/api/v1/{name}", **json_body(fields))

    def _send(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        tried = 0
        while True:
            response = self._http.request(method, path, **content)
            wait = self._wait(response, tried)
            if wait is None:
                return checked(response).json()
            time.sleep(wait)
            tried += 1
