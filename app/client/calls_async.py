"""The API, call by call, for asyncio."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
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


class AsyncClient(Common):
    """`Client`, with calls to await; `train` and `sweep` are async iterators.

    Use it in an `async with`.
    """

    def __init__(
        self,
        base_url: str = LOCAL,
        *,
        timeout: float = 60.0,
        retries: int = 3,
        transport: httpx.AsyncBaseTransport | None = None,
    ):
        super().__init__(base_url, timeout=timeout, retries=retries)
        self._http = httpx.AsyncClient(
            base_url=self.base_url, timeout=self._timeout, transport=transport
        )

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def forward(self, data: Body, network: Body | None = None, **options: Any) -> Trace:
        """As `Client.forward`."""
        return Trace(await self._post("forward", data=data, network=network, **options))

    async def bptt(
        self, data: Body, network: Body | None = None, **options: Unpack[RunOptions]
    ) -> Trace:
        """As `Client.bptt`."""
        return Trace(await self._post("bptt", data=data, network=network, **options))

    async def compare(
        self, data: Body, networks: Sequence[Body], **options: Unpack[RunOptions]
    ) -> list[Trace]:
        """As `Client.compare`."""
        answer = await self._post("compare", data=data, networks=networks, **options)
        return [Trace(raw) for raw in answer["traces"]]

    async def gradcheck(self, data: Body, network: Body | None = None, **options: Any) -> Answer:
        """As `Client.gradcheck`."""
        return Answer(await self._post("gradcheck", data=data, network=network, **options))

    async def grade(
        self, request: Body, gradients: Body, *, tolerance: float | None = None
    ) -> Answer:
        """As `Client.grade`."""
        return Answer(
            await self._post("grade", request=request, gradients=gradients, tolerance=tolerance)
        )

    async def code(
        self, request: Body, language: Literal["numpy", "pytorch", "curl"] = "numpy"
    ) -> Answer:
        """As `Client.code`."""
        body = {"request": request, "language": language, "base_url": self.base_url}
        return Answer(await self._post("code", **body))

    async def weights(
        self, file: str | PathLike[str] | bytes, **options: Unpack[WeightsOptions]
    ) -> Answer:
        """As `Client.weights`."""
        return Answer(await self._send("POST", "/api/v1/weights", **form_body(file, options)))

    async def convolution(self, data: Body, network: Body | None = None, **options: Any) -> Answer:
        """As `Client.convolution`."""
        return Answer(await self._post("convolution", data=data, network=network, **options))

    async def sample(
        self, network: Body, labels: Sequence[str], **options: Unpack[SampleOptions]
    ) -> Answer:
        """As `Client.sample`."""
        return Answer(await self._post("sample", network=network, labels=labels, **options))

    async def surface(self, request: Body, **options: Unpack[SurfaceOptions]) -> Answer:
        """As `Client.surface`."""
        return Answer(await self._post("surface", request=request, **options))

    async def train(
        self,
        runs: Sequence[Body],
        data: Body,
        *,
        reconnects: int = 5,
        **options: Unpack[TrainOptions],
    ) -> AsyncGenerator[Event]:
        """As `Client.train`: `async for event in client.train(…)`."""
        story = Story({"runs": runs, "data": data, **options}, reconnects)
        async for event in self._stream(TRAIN, story):
            yield event

    async def sweep(
        self,
        base: Body,
        axes: Mapping[str, Sequence[Any]],
        measure: Sequence[str],
        *,
        reconnects: int = 5,
        **options: Unpack[SweepOptions],
    ) -> AsyncGenerator[Cell | SweepDone]:
        """As `Client.sweep`: `async for event in client.sweep(…)`."""
        body = {"base": base, "axes": axes, "measure": measure, **options}
        async for event in self._stream(SWEEP, SweepStory(body, reconnects)):
            yield event

    async def _stream(self, path: str, story: Story) -> AsyncGenerator[Any]:
        while not story.over:
            try:
                sent = self._http.stream("POST", path, **story.request())
                async with sent as response:
                    if response.is_error:
                        await response.aread()
                        story.refused(response, self._wait(response, story.busy))
                    async for chunk in response.aiter_bytes():
                        for event in story.read(chunk):
                            yield event
                    story.ended()
            except (httpx.TransportError, Cut) as error:
                await asyncio.sleep(story.lost(error))

    async def catalog(self) -> Answer:
        """As `Client.catalog`."""
        return Answer(await self._send("GET", "/api/v1/catalog"))

    async def health(self) -> Answer:
        """As `Client.health`."""
        return Answer(await self._send("GET", "/healthz"))

    async def _post(self, name: str, **fields: Any) -> dict[str, Any]:
        return await self._send("POST", f"/api/v1/{name}", **json_body(fields))

    async def _send(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        tried = 0
        while True:
            response = await self._http.request(method, path, **content)
            wait = self._wait(response, tried)
            if wait is None:
                return checked(response).json()
            await asyncio.sleep(wait)
            tried += 1
