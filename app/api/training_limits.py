"""What a training would cost: a step, a trace of it, a sample of text, the surface it runs on."""

from dataclasses import replace

from app.api import limits
from app.api.limits import Price, Sizes
from app.settings import Settings

# What a training's trace shows: so many steps of one sequence, of several where they are coupled.
PROBE, PROBE_BATCH = 200, 8
# Forward passes of an evaluation, of one batch each, at a task's own delay and at others.
EVALUATIONS = 6
# A trace may cost as much as so many training steps.
TRACE_STEPS = 10
# Python's own time to feed a network one step, beside the step itself, in multiply-adds.
FEED_OVERHEAD = 300_000
# What a gate of one point of a surface costs beside its products: activation, sums.
POINT_OVERHEAD = 300


def step_price(sizes: Sizes, truncate: int | None) -> Price:
    """Return the price of one training step: the gradients of one piece, all kept at once."""
    price = limits.bptt_price(sizes, frozenset(), truncate, True)
    if truncate is not None and truncate < sizes.T:  # the sum of a band, as of a triangle
        price += Price(limits.credit_price(sizes, truncate, False).work, 0)
    return price


def trace_price(
    sizes: Sizes, whole: Sizes, include: frozenset[str], truncate: int | None, delayed: bool
) -> Price:
    """Return the price of one trace of a training, with its evaluation.

    Args:
        sizes: those of a training step.
        whole: those of the sequences that it is evaluated on.
        delayed: whether it is evaluated at other delays too.
    """
    probe = replace(
        sizes, T=min(sizes.T, PROBE), B=PROBE_BATCH if sizes.normalization == "batch" else 1
    )
    passes = EVALUATIONS if delayed else 1
    evaluation = Price(passes * limits.forward_price(whole).work, 0)
    return limits.bptt_price(probe, include, truncate, True) + evaluation


def sample_price(sizes: Sizes, prompt: int, length: int) -> Price:
    """Return the price of reading a prompt and writing characters, one at a time."""
    one = limits.forward_price(replace(sizes, T=1, B=1))
    reading = limits.forward_price(replace(sizes, T=max(prompt, 1), B=1))
    return Price(reading.work + length * (one.work + FEED_OVERHEAD), length * sizes.O)


def surface_price(sizes: Sizes, resolution: int) -> Price:
    """Return the price of a gradient and of a forward pass at each point of a plane.

    Every product is three: of the weights, and of the two directions.
    """
    gradient = limits.bptt_price(sizes, frozenset(), None, True)
    points = resolution * resolution
    steps, rows = sizes.T * sizes.B * points, sizes.runs * sizes.gates * sizes.H
    calls = sizes.T * sizes.runs * limits.STEP_OVERHEAD
    return Price(
        gradient.work + steps * (3 * sizes.products + rows * POINT_OVERHEAD) + calls, points
    )


def check_training(
    step: Price, trace: Price, sizes: Sizes, settings: Settings, where: dict[str, str]
) -> None:
    """Refuse a training whose steps or traces, of all runs together, cost too much.

    Args:
        sizes: what to reduce: those of the dearest run's step.
        where: the field that decides each letter.

    Raises:
        Problem: over-budget, with price, budget and what to reduce.
    """
    advice = f"reduce T = {sizes.T}, B = {sizes.B}, H = {sizes.H}, or the runs"
    longest = TRACE_STEPS * settings.step_budget
    for cost, budget, what in (
        (step.work, settings.step_budget, "multiply-adds a training step"),
        (step.numbers, settings.step_numbers, "numbers that a training step holds"),
    ):
        limits.check_cost(cost, budget, what, advice, (where["T"], where["B"], where["H"], "runs"))
    for cost, budget, what in (
        (trace.work, longest, "multiply-adds a trace of all runs"),
        (trace.numbers, settings.trace_budget, "numbers in a trace of all runs"),
    ):
        fields = (where["T"], where["H"], "runs", "include")
        limits.check_cost(cost, budget, what, f"{advice}, or what `include` asks for", fields)
