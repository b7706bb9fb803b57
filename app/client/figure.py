"""What a notebook shows of a trace: an SVG of the states and the credit triangle."""

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import numpy as np

MOST_CELLS = 48  # along an axis of the figure; what is longer is shown in blocks
MOST_DECADES = 8
LEFT, LINE = 62, 16  # room for labels, height of a line of text; pixels
STATE_COLOURS = ("#1a56b8", "#7fa9e6", "#f1f0ec", "#f0a875", "#bf4a06")  # negative, 0, positive
NORM_COLOURS = ("#fdf6f8", "#f6cddc", "#e796bb", "#c5569c", "#8f2a83", "#521366", "#210838")
OVERFLOW_COLOUR = "#b3261e"


def figure(trace: dict[str, Any]) -> str:
    """Return an SVG of a trace's states and, where it is there, of its credit triangle."""
    h = np.array(trace["forward"]["h"], float)
    title = "hidden state h(t)"
    if h.ndim == 3:
        title, h = f"{title} of the first of {len(h)} sequences", h[0]
    top = max(1.0, float(np.abs(h[np.isfinite(h)]).max(initial=0.0)))
    ends = (f"{-top:.3g}", "0", f"{top:.3g}")
    columns = min(len(h), MOST_CELLS)
    size = min(22.0, 560 / columns)
    drawn, y = _heat(title, h.T, ("unit", "t"), 8, size, STATE_COLOURS, lambda v: v / top / 2 + 0.5)
    legend, y = _legend(STATE_COLOURS, ends, y)
    drawn += legend
    if trace.get("credit"):
        norms = _triangle(trace["credit"]["dh_norm"])
        low, high = _decades(norms)
        rows, y = _heat(
            "credit ‖∂L(t)/∂h(k)‖", norms, ("t", "k"), y + LINE, size, NORM_COLOURS,
            lambda v: (math.log10(v) - low) / (high - low) if v > 0 else 0.0, triangle=True,
        )  # fmt: skip
        legend, y = _legend(NORM_COLOURS, (f"≤ {_power(low)}", "", _power(high)), y)
        drawn += rows + legend
    words = escape(caption(trace), quote=True)
    width, height = max(LEFT + size * columns + 12, 420), y + LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        'font-family="system-ui, sans-serif" font-size="11" fill="#16181d">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{drawn}'
        f'<text x="8" y="{y + 4:.0f}" fill="#5c5f66">{words}</text></svg>'
    )


def _heat(
    title: str,
    values: np.ndarray,
    names: tuple[str, str],
    y: float,
    size: float,
    colours: Sequence[str],
    place: Callable[[float], float],
    *,
    triangle: bool = False,
) -> tuple[str, float]:
    """Return a heat map of values (rows, columns) from y down, and where it ends."""
    shown, (down, across) = _blocks(values)
    if not np.isfinite(shown).all():
        title += "; red is overflow"
    if down > 1 or across > 1:
        title += f"; a cell is the largest of {down} × {across}"
    y += LINE
    height = size if triangle else min(size, 14.0)
    parts = [f'<text x="8" y="{y - 5:.0f}" font-weight="600">{escape(title)}</text>']
    for i, row in enumerate(shown):
        for j, v in enumerate(row):
            if triangle and j * across > i * down + down - 1 and v == 0:
                continue  # a loss reaches no later step
            at = f"{names[0]} {i * down + 1}, {names[1]} {j * across + 1}"
            fill = _ramp(colours, place(v)) if math.isfinite(v) else OVERFLOW_COLOUR
            parts.append(
                f'<rect x="{LEFT + j * size:.1f}" y="{y + i * height:.1f}" width="{size:.1f}" '
                f'height="{height:.1f}" fill="{fill}"><title>{at}: {v:.4g}</title></rect>'
            )
    bottom = y + len(shown) * height
    last, right = values.shape[0], LEFT + shown.shape[1] * size
    anchor = 'text-anchor="end" fill="#5c5f66"'
    parts += [
        f'<text x="{LEFT - 6}" y="{y + 10:.0f}" {anchor}>{names[0]} = 1</text>',
        f'<text x="{LEFT - 6}" y="{bottom - 1:.0f}" {anchor}>{last}</text>' if last > 1 else "",
        f'<text x="{LEFT}" y="{bottom + 12:.0f}" fill="#5c5f66">{names[1]} = 1</text>',
        f'<text x="{right:.0f}" y="{bottom + 12:.0f}" {anchor}>{values.shape[1]}</text>'
        if right - LEFT > 60
        else "",
    ]
    return "".join(parts), bottom + LINE


def _blocks(values: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Return values with each block of cells as its entry of largest magnitude, and their size."""
    steps = tuple(math.ceil(n / MOST_CELLS) for n in values.shape)
    for axis, step in enumerate(steps):
        if step > 1:
            pad = [(0, 0), (0, 0)]
            pad[axis] = (0, -values.shape[axis] % step)
            split = np.moveaxis(np.pad(values, pad), axis, 0)
            split = split.reshape(-1, step, split.shape[1])
            largest = np.where(np.isfinite(split), np.abs(split), np.inf).argmax(1)
            values = np.moveaxis(np.take_along_axis(split, largest[:, None], 1)[:, 0], 0, axis)
    return values, (steps[0], steps[1])


def _legend(colours: Sequence[str], marks: Sequence[str], y: float) -> tuple[str, float]:
    """Return a bar of the colours with words at its ends and its middle, and where it ends."""
    width, n = 180, 30
    bar = "".join(
        f'<rect x="{LEFT + i * width / n:.1f}" y="{y:.0f}" width="{width / n + 0.3:.1f}" '
        f'height="8" fill="{_ramp(colours, i / (n - 1))}"/>'
        for i in range(n)
    )
    words = "".join(
        f'<text x="{LEFT + i * width / 2:.0f}" y="{y + 19:.0f}" text-anchor="{anchor}" '
        f'fill="#5c5f66">{escape(mark)}</text>'
        for i, (mark, anchor) in enumerate(zip(marks, ("start", "middle", "end"), strict=True))
        if mark
    )
    return bar + words, y + 14 + LINE


def _ramp(colours: Sequence[str], place: float) -> str:
    """Return the colour at a place from 0 to 1."""
    at = min(max(place, 0.0), 1.0) * (len(colours) - 1)
    i = min(int(at), len(colours) - 2)
    pairs = [
        (int(colours[i][c : c + 2], 16), int(colours[i + 1][c : c + 2], 16)) for c in (1, 3, 5)
    ]
    return "#" + "".join(f"{round(a + (b - a) * (at - i)):02x}" for a, b in pairs)


def _power(exponent: int) -> str:
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _decades(norms: np.ndarray) -> tuple[int, int]:
    """Return the exponents of ten that the positive norms lie between, not too many."""
    positive = norms[np.isfinite(norms) & (norms > 0)]
    if not positive.size:
        return -1, 0
    low, high = math.floor(np.log10(positive.min())), math.ceil(np.log10(positive.max()))
    return max(min(low, high - 1), high - MOST_DECADES), high


def _triangle(rows: list[list[Any]]) -> np.ndarray:
    full = np.zeros((len(rows), len(rows)))
    for t, row in enumerate(rows):
        full[t, : len(row)] = np.array(row, float)
    return full


def caption(trace: dict[str, Any]) -> str:
    """Return a trace in a line: its sizes, its loss, its horizon."""
    network, h = trace["network"], np.shape(trace["forward"]["h"])
    words = [network["cell"].upper(), f"T = {h[-2]}", f"H = {network['hidden_size']}"]
    if len(h) == 3:
        words.insert(1, f"B = {h[0]}")
    if trace.get("loss"):
        total = trace["loss"]["total"]
        words.append("loss overflows" if total is None else f"loss {total:.4g}")
    for name, word in (("half_life", "half-life"), ("doubling", "doubles in")):
        value = (trace.get("horizon") or {}).get(name)
        words += [f"{word} {value:.3g} steps"] if value is not None else []
    return ", ".join(words)
