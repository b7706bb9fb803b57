"""The training itself: up to several runs on the same data, step by step."""

from collections.abc import Mapping
from collections.abc import Sequence as Values
from dataclasses import replace
from threading import Event
from typing import Any

import numpy as np

from app.engine.errors import EngineError
from app.engine.gradcheck import check_truncate
from app.engine.network import Network
from app.engine.sequences import check_fit, counted_targets
from app.engine.training.batches import Batches
from app.engine.training.run import Divergence, Learner, Run, StepResult


class Training:
    """Runs that learn side by side on the same batches.

    `step` is the number of the last step made, 0 before the first. A `snapshot` holds all that the
    steps to come depend on: a training restored from it goes on bit for bit.
    Raises `EngineError` where a run and the data do not fit.
    """

    def __init__(
        self,
        runs: Values[Run],
        batches: Batches,
        *,
        step: int = 0,
        states: Values[Mapping[str, Any]] | None = None,
    ):
        self.batches = batches
        first = batches.piece(1).sequence
        for i, run in enumerate(runs):
            _check_run(i, run, batches, first)
        self.learners = [Learner(run) for run in runs]
        self.step = 0
        if states is not None:
            self.restore({"step": step, "runs": states})

    @property
    def running(self) -> bool:
        """Whether any run has not diverged."""
        return any(learner.diverged is None for learner in self.learners)

    @property
    def diverged(self) -> list[Divergence | None]:
        """Where each run stopped, None for one that goes on."""
        return [learner.diverged for learner in self.learners]

    def advance(self, cancel: Event | None = None) -> list[StepResult | None]:
        """Make one step; return what each run saw, None for one that has diverged before.

        Raises `Cancelled` once `cancel` is set: then no run has made the step.
        """
        sequence, fresh = self.batches.piece(self.step + 1)
        going = [learner for learner in self.learners if learner.diverged is None]
        with np.errstate(all="ignore"):
            for learner in going:
                learner.look(sequence, fresh, cancel)
            self.step += 1
            results = {id(learner): learner.learn(self.step) for learner in going}
        return [results.get(id(learner)) for learner in self.learners]

    def network(self, i: int) -> Network:
        """Return run i's network with weights of its own: those of now, or the last finite ones."""
        learner = self.learners[i]
        return replace(learner.network, parameters=learner.weights.copies())

    def snapshot(self) -> dict[str, Any]:
        """Return {"step", "runs": [{"parameters", "optimizer", "state", "diverged", "loss"}]}.

        Arrays by name: `optimizer` one vector of all weights for each memory of the rule, `state`
        what the next piece starts from; `diverged` {"step", "what"} or None.
        """
        return {"step": self.step, "runs": [learner.snapshot() for learner in self.learners]}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Take up a snapshot of the same runs. Raises `EngineError` ("resume.…")."""
        step, states = snapshot["step"], snapshot["runs"]
        if isinstance(step, bool) or not isinstance(step, int) or step < 0:
            raise EngineError("resume.step", f"step is {step!r}; it must be a whole number ≥ 0")
        if len(states) != len(self.learners):
            raise EngineError(
                "resume.runs", f"resume has {len(states)} runs; runs has {len(self.learners)}"
            )
        for i, (learner, saved) in enumerate(zip(self.learners, states, strict=True)):
            learner.restore(saved, f"resume.runs.{i}")
        self.step = step
        self._check_states()

    def _check_states(self) -> None:
        """Raise `EngineError` unless the next step finds the states that it needs."""
        sequence, fresh = self.batches.piece(self.step + 1)
        if fresh:
            return
        for i, learner in enumerate(self.learners):
            names = learner.network.code.STATES
            if learner.diverged is None and set(learner.state) != set(names):
                raise EngineError(
                    f"resume.runs.{i}.state", f"state is missing; it must have {', '.join(names)}"
                )
            if learner.diverged is None:
                start = replace(sequence, h0=learner.state["h"], cell0=learner.state.get("cell"))
                check_fit(learner.network, start)


def _check_run(i: int, run: Run, batches: Batches, first) -> None:
    if run.truncate is not None:
        check_truncate(run.truncate)
    check_fit(run.network, first)
    counted_targets(run.network, first)
    if batches.pieces > 1 and run.network.bidirectional:
        raise EngineError(
            "chunk", f"chunk is {batches.chunk}; run {i + 1} is bidirectional: its states "
            "come from the end of the sequence too, and cannot be carried",
        )  # fmt: skip
