"""What a request would cost, known before anything of its size is made.

The price is in multiply-adds, about eight thousand million of which are a
second; the answer is in numbers; both follow from the sizes alone. A price is
right to within a factor of about three: it keeps one request from taking the
server, it is not a bill.
"""

from dataclasses import dataclass, replace
from math import prod

from app.api.errors import FieldError, Problem
from app.api.schemas.values import show
from app.engine.cells import CELLS
from app.engine.gradcheck import SAMPLE
from app.engine.network import parameter_shapes
from app.settings import Settings

# Two spectral norms a step, of the factor and of the running product: measured, so many
# multiply-adds for H³ and, for what does not grow so fast, for H².
JACOBIAN_CUBES, JACOBIAN_SQUARES = 6, 400
# Eigenvalues and singular values of one recurrent block, of H³.
BLOCK_CUBES = 20
# One pair of the triangle, beside its products: norms, horizon.
PAIR_OVERHEAD = 1000
# Python's own time for one call into NumPy, in multiply-adds; about eight calls a step.
STEP_OVERHEAD = 8 * 1500
# A gated cell's step makes about three times as many.
GATED_OVERHEAD = 3
# A central difference takes four passes; some entries need a second, smaller step.
PASSES_PER_ENTRY = 6


@dataclass(frozen=True)
class Sizes:
    """The sizes of a request: T steps, B sequences, I inputs, H hidden units, O outputs.

    The rest is the network's: what it is decides how many parameters it has.
    """

    T: int
    B: int
    I: int  # noqa: E741  the chapter's letter
    H: int
    O: int  # noqa: E741
    cell: str = "rnn"
    normalization: str = "none"
    layers: int = 1
    bidirectional: bool = False

    @property
    def gates(self) -> int:
        """Blocks of H rows in U, W and b."""
        return len(CELLS[self.cell].GATES) or 1

    @property
    def states(self) -> int:
        """Vectors of H that a step hands to the next."""
        return len(CELLS[self.cell].STATES)

    @property
    def directions(self) -> int:
        """Runs of each layer."""
        return 2 if self.bidirectional else 1

    @property
    def runs(self) -> int:
        """Loops over time: one a layer and direction."""
        return self.layers * self.directions

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of all parameters."""
        shapes = parameter_shapes(
            self.cell,
            self.I,
            self.H,
            self.O,
            layers=self.layers,
            bidirectional=self.bidirectional,
            normalization=self.normalization,
        )
        return list(shapes.values())

    @property
    def parameters(self) -> tuple[int, ...]:
        """Numbers in each parameter."""
        return tuple(map(prod, self.shapes))

    @property
    def products(self) -> int:
        """Multiply-adds of one step of one sequence: every matrix once."""
        return sum(prod(shape) for shape in self.shapes if len(shape) == 2)


@dataclass(frozen=True)
class Price:
    """Multiply-adds to compute and numbers to answer."""

    work: int
    numbers: int

    def __add__(self, other: "Price") -> "Price":
        return Price(self.work + other.work, self.numbers + other.numbers)

    def fits_inline(self, settings: Settings) -> bool:
        """Whether the request is small enough to run on the event loop."""
        return self.work <= settings.inline_work and self.numbers <= settings.inline_numbers


def forward_price(sizes: Sizes) -> Price:
    """Return the price of a forward pass and its answer."""
    s = sizes
    steps = s.T * s.B
    calls = s.T * s.runs * STEP_OVERHEAD * (GATED_OVERHEAD if s.gates > 1 else 1)
    numbers = steps * (s.I + 3 * s.O) + steps * _shown(s) * _state_numbers(s) + sum(s.parameters)
    return Price(steps * s.products + calls, numbers)


def bptt_price(sizes: Sizes, include: frozenset[str], truncate: int | None, clips: bool) -> Price:
    """Return the price of losses, gradients and the blocks asked for."""
    s = sizes
    forward = forward_price(s)
    states = _shown(s) * (s.gates + s.states) * s.H
    numbers = forward.numbers + s.T * s.B * (s.O + states + s.I)
    numbers += sum(s.parameters) * (2 if clips else 1)
    price = Price(3 * forward.work, numbers)
    if include & {"credit", "credit_vectors"}:
        price += credit_price(s, truncate, "credit_vectors" in include)
    if include & {"jacobians", "jacobian_matrices"}:
        price += _jacobian_price(s, "jacobian_matrices" in include)
    if "shares" in include:
        price += Price(s.T * s.B * s.B * (s.gates * s.H + s.O), 3 * s.T)
    return price


def _shown(s: Sizes) -> int:
    """Return how many runs' states an answer holds: each, and the top layer's again."""
    return s.runs + s.directions if s.runs > 1 else 1


def _state_numbers(s: Sizes) -> int:
    """Return the numbers a step of one run shows: a, states, and the gates' values."""
    gates = s.gates if s.gates > 1 else 0
    return (s.gates + s.states + gates) * s.H


def credit_price(s: Sizes, truncate: int | None, vectors: bool) -> Price:
    """Return the price of the block of all losses through Wᵀ, and of the norms of its terms."""
    window = min(truncate or s.T, s.T)
    pairs = s.T * s.T if s.directions > 1 else _pairs(s.T, window)  # below, from every step
    rows = s.gates * s.H
    through = s.B * (rows * (s.H + 2 * s.B) + (s.states + s.gates - 2) * s.H)
    down = s.B * rows * s.directions * s.H * (s.layers - 1)  # into the layer below
    triangle = (s.T * s.T if s.directions > 1 else s.T * (s.T + 1) // 2) * (3 + s.states)
    numbers = _shown(s) * triangle
    if vectors:  # dh and da, half a square each
        numbers += s.T * (s.T + 1) * s.B * (s.gates + s.states) * s.H // 2
    return Price(pairs * (s.runs * (through + PAIR_OVERHEAD) + down), numbers)


def _jacobian_price(s: Sizes, matrices: bool) -> Price:
    """Return the price of two spectral norms a step, and of the figures of each block of W."""
    n = s.states * s.H
    blocks = s.gates * BLOCK_CUBES * s.H**3
    work = s.T * (JACOBIAN_CUBES * n**3 + JACOBIAN_SQUARES * n**2) + blocks
    return Price(work, 3 * s.T + s.gates * s.H + (s.T * n**2 if matrices else 0))


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
            message=f"makes {letter} = {show(size)}; at most {limit} here",
            was=show(size),
            expected=f"{letter} ≤ {limit}",
        )
        for letter in "TBIHO"
        if (size := getattr(sizes, letter)) > (limit := getattr(settings, f"max_{letter}"))
    ]
    if errors:
        raise Problem("over-budget", f"{errors[0]['field']} {errors[0]['message']}", errors)


def check_price(
    price: Price,
    sizes: Sizes,
    settings: Settings,
    where: dict[str, str],
    also: tuple[str, ...] = (),
) -> None:
    """Refuse a request that costs or answers too much.

    Args:
        sizes: what to reduce; of several networks the dearest one's.
        where: the field that decides each letter.
        also: further fields whose reduction would help.

    Raises:
        Problem: over-budget, with price, budget and what to reduce.
    """
    checks = (
        (price.work, settings.work_budget, "multiply-adds to compute"),
        (price.numbers, settings.answer_budget, "numbers in the answer"),
    )
    fields = (where["T"], where["H"], *also, "include")
    for cost, budget, what in checks:
        check_cost(cost, budget, what, _advice(sizes), fields)


def check_cost(cost: int, budget: int, what: str, advice: str, fields: tuple[str, ...]) -> None:
    """Refuse what is over a budget.

    Args:
        what: what is counted, in the plural.
        advice: how to get below it.
        fields: whose reduction would help.

    Raises:
        Problem: over-budget.
    """
    if cost <= budget:
        return
    detail = f"{cost:,} {what} is over the budget of {budget:,}: {advice}"
    message = f"reduce it: {cost:,} {what}, at most {budget:,}"
    errors = [FieldError(field=name, message=message) for name in dict.fromkeys(fields)]
    raise Problem("over-budget", detail, errors)


def _pairs(T: int, window: int) -> int:
    """Return how many pairs (t, k) a triangle with this window has."""
    return window * (window + 1) // 2 + (T - window) * window


def _advice(sizes: Sizes) -> str:
    names = "TBIHO" if sizes.layers == 1 else (*"TBIHO", "layers")
    numbers = ", ".join(f"{name} = {getattr(sizes, name)}" for name in names)
    return f"reduce {numbers}, or what `include` asks for"
