"""Where requests run, and what happens when their client leaves or too many come."""

import asyncio
import threading

import pytest
from starlette.requests import Request

from app.api.errors import Problem
from app.api.work import Gate
from app.engine.errors import Cancelled, check_cancel


class Client:
    """A connection whose client stays until told to leave."""

    def __init__(self) -> None:
        self.leaves = asyncio.Event()

    async def receive(self) -> dict:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    def request(self) -> Request:
        return Request({"type": "http", "headers": []}, self.receive)


def test_work_runs_in_another_thread_and_its_result_comes_back():
    async def run():
        return await Gate(1, 0).run(Client().request(), lambda _: threading.get_ident())

    assert asyncio.run(run()) != threading.get_ident()


def test_the_work_is_told_when_its_client_leaves():
    async def run() -> None:
        client, started = Client(), threading.Event()

        def work(gone: threading.Event) -> None:
            started.set()
            assert gone.wait(10)
            check_cancel(gone)

        running = asyncio.create_task(Gate(1, 0).run(client.request(), work))
        await asyncio.to_thread(started.wait)
        client.leaves.set()
        with pytest.raises(Cancelled):
            await running

    asyncio.run(run())


def test_a_full_gate_answers_busy_and_opens_again():
    async def run() -> None:
        gate, finish = Gate(threads=1, queue=1), threading.Event()
        request = Client().request()
        jobs = [asyncio.create_task(gate.run(request, lambda _: finish.wait(10))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Problem) as caught:
            await gate.run(request, lambda _: None)
        assert caught.value.kind == "busy"
        assert caught.value.status == 503
        assert caught.value.headers["retry-after"].isdigit()
        finish.set()
        assert await asyncio.gather(*jobs) == [True, True]
        assert await gate.run(request, lambda _: "served") == "served"

    asyncio.run(run())


def test_a_failure_in_a_thread_frees_its_place():
    async def run() -> None:
        gate = Gate(1, 0)

        def fail(_: threading.Event) -> None:
            raise ValueError

        for _ in range(3):
            with pytest.raises(ValueError):  # noqa: PT011  any further call would raise Problem
                await gate.run(Client().request(), fail)

    asyncio.run(run())


def test_a_client_that_left_gets_no_answer_computed(client, monkeypatch):
    def leave(*_, **__):
        raise Cancelled("the computation was cancelled")

    monkeypatch.setattr("app.engine.trace.bptt_trace", leave)
    answer = client.post("/api/v1/bptt", json={"data": {"kind": "text", "text": "ab"}})
    assert answer.status_code == 499
    assert answer.json()["type"] == "/problems/client-closed"
