"""From a valid request to /sweep to cells ready to be computed: within budget, each one checked."""

import threading
from dataclasses import dataclass
from math import prod

from app.api import limits, training_limits
from app.api.errors import FieldError, Problem
from app.api.grid import Grid, Index, read_grid
from app.api.limits import Price, Sizes
from app.api.resolve import plan_bptt
from app.api.schemas.requests import BpttRequest
from app.api.schemas.sweep import MOST_AXES, SweepRequest, SweepTraining
from app.api.schemas.training import RunRequest, TrainRequest
from app.api.sizes import find_sizes, where
from app.api.training import plan_train, step_sizes
from app.engine.errors import check_cancel
from app.engine.sequences import check_fit, counted_targets
from app.settings import Settings
from app.sweep import FINAL_LOSS, MEASURES, Cell, Lesson, needed

# What a cell costs beside its arithmetic, in multiply-adds: drawn, sent, received, told.
CELL_OVERHEAD = 15_000_000
# A cell is drawn twice, when it is checked and when it is sent.
DRAWINGS = 2


@dataclass(frozen=True)
class SweepPlan:
    """A sweep made ready: `todo` are the cells that the client does not know."""

    grid: Grid
    settings: Settings
    todo: list[Index]

    def cell(self, index: Index) -> Cell:
        """Return a cell with its weights and its data.

        Raises:
            Problem: what /bptt or /train would refuse.
        """
        with self.grid.at(index):
            return _build(*self.grid.request(index), self.grid.asked, self.settings)


def plan_sweep(asked: SweepRequest, settings: Settings, cancel: threading.Event) -> SweepPlan:
    """Return the plan of a sweep; every sort of cell was made once, and thrown away.

    Raises:
        Problem: an axis or a value at fault, a cell or all of them over budget.
        Cancelled: the event was set.
    """
    if FINAL_LOSS in asked.measure and asked.train is None:
        message = "is required: measure asks for final_loss"
        raise Problem(
            "validation", f"train {message}", [FieldError(field="train", message=message)]
        )
    _check_count(asked, settings)
    grid = read_grid(asked)
    _check_prices(grid, settings, cancel)
    known = {tuple(index) for index in asked.resume}
    plan = SweepPlan(grid, settings, [index for index in grid.indices() if index not in known])
    for index in grid.sorts():
        check_cancel(cancel)
        plan.cell(index)
    return plan


def _check_count(asked: SweepRequest, settings: Settings) -> None:
    """Refuse too many cells, before their values are looked at."""
    sizes = [len(values) for values in asked.axes.values()]
    cells = prod(sizes)  # 0 with an empty axis, which is refused later for that
    if cells > settings.sweep_cells:
        shape = " × ".join(f"{size:,}" for size in sizes)
        total = f" = {cells:,}" if len(sizes) > 1 else ""
        detail = f"{shape}{total} cells; at most {settings.sweep_cells:,} here"
        raise _too_much(asked, detail, f"reduce it: {detail}")


def _check_prices(grid: Grid, settings: Settings, cancel: threading.Event) -> None:
    """Refuse a cell that costs too much, and then all of them together."""
    asked, total, sorts, dearest = grid.asked, 0, 0, (0, grid.shape)
    for index in grid.sorts():
        check_cancel(cancel)
        with grid.at(index):
            price = _checked_price(*grid.request(index), asked, settings)
        total, sorts = total + price.work, sorts + 1
        dearest = max(dearest, (price.work, index))
    total *= grid.cells // sorts
    if total > settings.sweep_budget:
        detail = (
            f"{total:,} multiply-adds for {grid.cells:,} cells is over the budget of "
            f"{settings.sweep_budget:,}: take fewer values; the dearest cell is "
            f"{list(dearest[1])} with {dearest[0]:,}"
        )
        budget = settings.sweep_budget
        raise _too_much(asked, detail, f"reduce it: {total:,} multiply-adds, at most {budget:,}")


def _too_much(asked: SweepRequest, detail: str, message: str) -> Problem:
    several = [name for name, values in asked.axes.items() if len(values) > 1]
    errors = [FieldError(field=f"axes.{name}", message=message) for name in several[:MOST_AXES]]
    return Problem("over-budget", detail, errors, status=413)


def _checked_price(
    request: BpttRequest, train: SweepTraining | None, asked: SweepRequest, settings: Settings
) -> Price:
    """Return the price of a cell, within the budget of a cell."""
    sizes, fields = find_sizes(request, settings), where(request)
    price = _drawing_price(request, sizes)
    advice = f"reduce T = {sizes.T}, B = {sizes.B}, H = {sizes.H}"
    at_fault = (fields["T"], fields["H"])
    if any(name in MEASURES for name in asked.measure):
        price += limits.bptt_price(sizes, needed(asked.measure), request.truncate, False)
    if train is not None and FINAL_LOSS in asked.measure:
        body = _train_request(request, train)
        step = training_limits.step_price(step_sizes(body, settings)[0], request.truncate)
        price += Price(train.steps * step.work, step.numbers)
        advice, at_fault = f"{advice}, or the steps of its training", (*at_fault, "train.steps")
    for cost, budget, what in (
        (price.work, settings.sweep_cell_budget, "multiply-adds for one cell"),
        (price.numbers, settings.answer_budget, "numbers that one cell holds"),
    ):
        limits.check_cost(cost, budget, what, advice, at_fault)
    return price


def _drawing_price(request: BpttRequest, sizes: Sizes) -> Price:
    """Return the price of weights and data: eigenvalues of every block of W."""
    blocks = 0 if request.network.parameters else sizes.runs * sizes.gates
    return Price(CELL_OVERHEAD + DRAWINGS * blocks * limits.BLOCK_CUBES * sizes.H**3, 0)


def _build(
    request: BpttRequest, train: SweepTraining | None, asked: SweepRequest, settings: Settings
) -> Cell:
    include = sorted(needed(asked.measure))
    plan = plan_bptt(request.model_copy(update={"include": include}), settings)
    check_fit(plan.network, plan.sequence)
    counted_targets(plan.network, plan.sequence)
    lesson = None
    if train is not None and FINAL_LOSS in asked.measure:
        lesson = _lesson(request, train, settings)
    return Cell(plan.network, plan.sequence, tuple(asked.measure), request.truncate, lesson)


def _lesson(request: BpttRequest, train: SweepTraining, settings: Settings) -> Lesson:
    unbounded = settings.model_copy(update={"max_body_bytes": 2**63})  # no checkpoint is sent
    plan = plan_train(_train_request(request, train), 0, unbounded)
    learner, batches = plan.training.learners[0], plan.training.batches
    return Lesson(learner.run, batches.source, train.steps, train.chunk, train.batch, train.seed)


def _train_request(request: BpttRequest, train: SweepTraining) -> TrainRequest:
    """Return what a cell's training would ask of /train; already validated."""
    run = RunRequest.model_construct(
        network=request.network,
        optimizer=train.optimizer,
        clip=request.clip,
        truncate=request.truncate,
    )
    return TrainRequest.model_construct(
        runs=[run],
        data=request.data,
        chunk=train.chunk,
        batch=train.batch,
        steps=train.steps,
        seed=train.seed,
        precision=request.precision,
        trace_every=train.steps,
        include=[],
        holdout=0.0,
        resume=None,
        sample=None,
    )
