"""What a request would cost, known before anything of its size is made.

The price is in multiply-adds, about eight thousand million of which are a
second; the answer is in numbers; both follow from the sizes alone. A price is
right to within a factor of about three: it keeps one request from taking the
server, it is not a bill.
"""

from dataclasses import dataclass, replace

from app.api.errors import FieldError, Problem
from app.engine.gradcheck import SAMPLE
from app.settings import Settings

# Two spectral norms a step, of the factor and of the running product: measured, so many
# multiply-adds for H³ and, for what does not grow so fast, for H².
JACOBIAN_CUBES, JACOBIAN_SQUARES = 6, 400
# One pair of the triangle, beside its products: norms, horizon.
PAIR_OVERHEAD = 1000
# Python's own time for one call into NumPy, in multiply-adds; about eight calls a step.
STEP_OVERHEAD = 8 * 1500
# A central difference takes four passes; some entries need a second, smaller step.
PASSES_PER_ENTRY = 6


@dataclass(frozen=True)
class Sizes:
    """The sizes of a request: T steps, B sequences, I inputs, H hidden units, O outputs."""

    T: int
    B: int
    I: int  # noqa: E741  the chapter's letter
    H: int
    O: int  # noqa: E741

    @property
    def parameters(self) -> tuple[int, ...]:
        """Numbers in U, W, b, V and c."""
        return self.H * self.I, self.H**2, self.H, self.O * self.H, self.O


@dataclass(frozen=True)
class Price:
    """Multiply-adds to compute and numbers to answer."""

    work: int
    numbers: int

    def fits_inline(self, settings: Settings) -> bool:
        """Whether the request is small enough to run on the event loop."""
        return self.work <= settings.inline_work and self.numbers <= settings.inline_numbers


def forward_price(sizes: Sizes) -> Price:
    """Return the price of a forward pass and its answer."""
    s = sizes
    steps = s.T * s.B
    work = steps * (s.H * (s.I + s.H) + s.O * s.H) + s.T * STEP_OVERHEAD
    numbers = steps * (s.I + s.O + 2 * s.H + 2 * s.O) + sum(s.parameters)
    return Price(work, numbers)


def bptt_price(sizes: Sizes, include: frozenset[str], truncate: int | None, clips: bool) -> Price:
    """Return the price of losses, gradients and the blocks asked for."""
    s = sizes
    forward = forward_price(s)
    pairs = _pairs(s.T, min(truncate or s.T, s.T))
    work = 3 * forward.work
    numbers = forward.numbers + s.T * s.B * (s.O + 2 * s.H + s.I)
    numbers += sum(s.parameters) * (2 if clips else 1)
    if include & {"credit", "credit_vectors"}:
        # the block of all losses through Wᵀ, then the norms of its rank-B terms
        work += pairs * (s.B * s.H * (s.H + 2 * s.B) + PAIR_OVERHEAD)
        numbers += 4 * s.T * (s.T + 1) // 2
    if "credit_vectors" in include:
        numbers += s.T * (s.T + 1) * s.B * s.H  # dh and da, half a square each
    if include & {"jacobians", "jacobian_matrices"}:
        work += s.T * (JACOBIAN_CUBES * s.H**3 + JACOBIAN_SQUARES * s.H**2)
    if "jacobian_matrices" in include:
        numbers += s.T * s.H**2
    if "shares" in include:
        work += s.T * s.B * s.B * (s.H + s.O)
    return Price(work, numbers)


def gradcheck_price(sizes: Sizes, truncate: int | None) -> Price:
    """Return the price of the forward passes at each entry checked, and of the check itself."""
    window = min(truncate or sizes.T, sizes.T)
    windows = 1 + sizes.T - window  # truncated, each loss has a window of its own
    run = forward_price(replace(sizes, T=window, B=sizes.B * windows))
    entries = sum(min(size, SAMPLE) for size in sizes.parameters)
    return Price((PASSES_PER_ENTRY * entries + 3) * run.work, 8 * len(sizes.parameters))


def check_sizes(sizes: Sizes, settings: Settings, where: dict[str, str]) -> None:
    """Refuse a dimension over its limit.

    Args:
        where: the field that decides each letter, for the message.

    Raises:
        Problem: over-budget, one error for each dimension.
    """
    errors = [
        FieldError(
            field=where[letter],
            message=f"makes {letter} = {size}; at most {limit} here",
            was=size,
            expected=f"{letter} ≤ {limit}",
        )
        for letter in "TBIHO"
        if (size := getattr(sizes, letter)) > (limit := getattr(settings, f"max_{letter}"))
    ]
    if errors:
        raise Problem("over-budget", f"{errors[0]['field']} {errors[0]['message']}", errors)


def check_price(price: Price, sizes: Sizes, settings: Settings, where: dict[str, str]) -> None:
    """Refuse a request that costs or answers too much.

    Raises:
        Problem: over-budget, with price, budget and what to reduce.
    """
    checks = (
        (price.work, settings.work_budget, "multiply-adds to compute"),
        (price.numbers, settings.answer_budget, "numbers in the answer"),
    )
    over = [check for check in checks if check[0] > check[1]]
    if not over:
        return
    cost, budget, what = over[0]
    detail = f"{cost:,} {what} is over the budget of {budget:,}: {_advice(sizes)}"
    fields = dict.fromkeys((where["T"], where["H"], "include"))
    errors = [
        FieldError(field=name, message=f"reduce it: {cost:,} {what}, at most {budget:,}")
        for name in fields
    ]
    raise Problem("over-budget", detail, errors)


def _pairs(T: int, window: int) -> int:
    """Return how many pairs (t, k) a triangle with this window has."""
    return window * (window + 1) // 2 + (T - window) * window


def _advice(sizes: Sizes) -> str:
    numbers = ", ".join(f"{letter} = {getattr(sizes, letter)}" for letter in "TBIHO")
    return f"reduce {numbers}, or what `include` asks for"
