"""The run as a NumPy program: forward pass and BPTT as plain loops over time.

One layer in one direction is written flat, from top to bottom; several are two functions, `run`
and `back`, and the loops that put layers and directions together.
"""

from textwrap import indent

from app.exchange.code.literals import Dialect, literal
from app.exchange.code.numpy_cells import HELPERS, CellText, cell_text
from app.exchange.code.situation import Situation

NUMPY = Dialect(
    array=lambda lists, dtype: f"np.array({lists}{_narrow(dtype)})",
    eye=lambda size, dtype: f"np.eye({size}{_narrow(dtype, 'dtype=')})",
    packed=lambda text, shape, dtype: f'decode("""\n{text}\n""", {shape}, "{dtype}")',
)


def _narrow(dtype: str, keyword: str = "") -> str:
    return f", {keyword}np.float32" if dtype == "float32" else ""


DECODE = '''
def decode(text, shape, dtype):
    """Return the array whose bytes are in the text."""
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape)
'''

LOSS = {
    "softmax": """\
shifted = o - o.max(axis=-1, keepdims=True)  # exp never overflows
log_y_hat = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
y_hat = np.exp(log_y_hat)
L, do = 0.0, np.zeros_like(o)
for t, y_t in zip(loss_steps, y):  # y_t (B): the right class
    L = L - log_y_hat[t, range(B), y_t].mean()  # cross-entropy
    do[t] = y_hat[t] / B
    do[t, range(B), y_t] -= 1 / B
""",
    "sigmoid": """\
y_hat = 0.5 * np.tanh(0.5 * o) + 0.5  # the sigmoid
L, do = 0.0, np.zeros_like(o)
for t, y_t in zip(loss_steps, y):  # y_t (B, O)
    each = np.maximum(o[t], 0) - o[t] * y_t + np.log1p(np.exp(-np.abs(o[t])))  # cross-entropy
    L = L + each.sum() / B
    do[t] = (y_hat[t] - y_t) / B
""",
    "linear": """\
y_hat = o
L, do = 0.0, np.zeros_like(o)
for t, y_t in zip(loss_steps, y):  # y_t (B, O)
    L = L + 0.5 * ((y_hat[t] - y_t) ** 2).sum() / B
    do[t] = (y_hat[t] - y_t) / B
""",
}

CLIP = {
    "norm": """\
norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))  # of all together
scale = threshold / norm if norm > threshold else 1
clipped = {name: g * scale for name, g in gradients.items()}
""",
    "matrix": """\
clipped = {}
for name, g in gradients.items():  # each by its own norm
    norm = np.sqrt((g**2).sum())
    clipped[name] = g * (threshold / norm if norm > threshold else 1)
""",
    "value": "clipped = {n: np.clip(g, -threshold, threshold) for n, g in gradients.items()}\n",
}

PRINT = """\
print("loss", float(L))
for name, g in gradients.items():
    print("gradient", name, float(np.sqrt((g**2).sum())))
"""
PRINT_CLIPPED = """\
for name, g in clipped.items():
    print("clipped", name, float(np.sqrt((g**2).sum())))
"""


def numpy_program(situation: Situation) -> str:
    """Return the program; it needs NumPy alone and leaves `L` and `gradients` behind."""
    s, network = situation, situation.network
    text = cell_text(network.cell, network.activation, network.normalization)
    numbers = _numbers(s)
    helpers = [DECODE] if "decode(" in numbers else []
    helpers += [HELPERS[name] for name in text.helpers]
    parts = [
        f'"""{s.describe("NumPy")}\n\n{indent(text.equations, "    ")}\n"""\n\n',
        "import base64\n\n" if DECODE in helpers else "",
        "import numpy as np\n",
        *(f"\n{helper}" for helper in helpers),
        "\n\n" if helpers else "\n",
        numbers,
        _composed(s, text) if network.composed else _flat(s, text),
        clipping(s, CLIP),
        f"\n{PRINT}{PRINT_CLIPPED if s.clip else ''}",
    ]
    return "".join(parts)


def clipping(situation: Situation, ways: dict[str, str]) -> str:
    """Return the section that clips, if there is one."""
    clip = situation.clip
    return f"\n# Clipping\nthreshold = {clip.threshold!r}\n{ways[clip.by]}" if clip else ""


def _numbers(s: Situation) -> str:
    """Return the sequence, its targets and the weights."""
    composed, weights = s.network.composed, s.network.parameters
    lines = [
        s.sequence_text(),
        f"x = {literal(s.x, NUMPY)}  # (T, B, I)\n",
        "T, B, I = x.shape\n",
        f"loss_steps = {s.loss_steps_text()}  # the steps that have a loss, from 0\n",
        f"y = {literal(s.y, NUMPY)}  # their targets\n",
        "\n# The weights\n",
    ]
    if composed:
        texts = {name: literal(p, NUMPY, "    ") for name, p in weights.items()}
        entries = "".join(f'    "{name}": {text},\n' for name, text in texts.items())
        lines.append(f"weights = {{\n{entries}}}\n")
    else:
        lines += [f"{name} = {literal(p, NUMPY)}\n" for name, p in weights.items()]
    lines.append('H = weights["W"].shape[1]\n' if composed else "H = W.shape[1]\n")
    shape = f"({len(s.network.parts)}, B, H)" if composed else "(B, H)"
    for name in s.start_names:
        zeros = f"np.zeros({shape}, x.dtype)"
        start = literal(s.starts[name], NUMPY) if name in s.starts else zeros
        lines.append(f"{name} = {start}  # before the first step\n")
    return "".join(lines)


def _readout(s: Situation) -> str:
    V, c = ('weights["V"]', 'weights["c"]') if s.network.composed else ("V", "c")
    return f"o = h @ {V}.T + {c}\n" if s.has_V else "o = h  # no V: the readout is the state\n"


def _flat(s: Situation, text: CellText) -> str:
    """Return forward, loss and backward from top to bottom."""
    seed = "do[{}] @ V" if s.has_V else "do[{}]"
    inner = _previous("k", text) + text.back
    nexts = _zeros_next(text)
    if s.truncate:
        loop = (
            f"w = {s.truncate}  # each loss travels back over so many steps, its own included\n"
            "for t in loss_steps:\n"
            + indent(nexts, "    ")
            + "    for k in range(t, max(t - w, -1), -1):\n"
            + f"        dh = dh_next + ({seed.format('t')} if k == t else 0)\n"
            + indent(inner, "        ")
        )
    else:
        loop = (
            nexts
            + "for k in reversed(range(T)):\n"
            + f"    dh = {seed.format('k')} + dh_next  # its own loss, and all later ones\n"
            + indent(inner, "    ")
        )
    zeros = "".join(f"d{name} = np.zeros_like({name})\n" for name in text.letters)
    into = "dV = sum(do[t].T @ h[t] for t in range(T))\ndc = do.sum(axis=(0, 1))\n"
    pairs = ", ".join(f'"{name}": d{name}' for name in s.network.parameters)
    return (
        f"\n# Forward\n{_allocate(text)}for t in range(T):\n"
        f"{indent(_previous('t', text) + text.step, '    ')}{_readout(s)}"
        f"\n# The loss, a mean over the batch, and do = ∂L/∂o\n{LOSS[s.network.output]}"
        f"\n# Backward through time\n{zeros}{loop}{into if s.has_V else ''}"
        f"gradients = {{{pairs}}}\n"
    )


def _allocate(text: CellText) -> str:
    return "".join(f"{name} = {make}\n" for name, make in text.kept.items())


def _previous(step: str, text: CellText) -> str:
    states = ("h", "cell") if text.has_cell else ("h",)
    return "".join(f"{n}_prev = {n}[{step} - 1] if {step} > 0 else {n}0\n" for n in states)


def _zeros_next(text: CellText) -> str:
    lines = "dh_next = np.zeros((B, H), x.dtype)  # what step k+1 sends back\n"
    return lines + ("dcell_next = np.zeros_like(dh_next)\n" if text.has_cell else "")


def _quoted(value: object) -> str:
    return str(value).replace("'", '"')


def _functions(s: Situation, text: CellText) -> str:
    """Return `run` and `back` of one layer in one direction."""
    letters, kept = ", ".join(text.letters), ", ".join(text.kept)
    kept = kept + "," if len(text.kept) == 1 else kept
    starts = "h0, cell0" if text.has_cell else "h0"
    near, far = (", near", "    if not near[k]:\n        continue  # too far from the loss\n")
    if not s.truncate:
        near = far = ""
    run = (
        f"def run(p, x, {starts}):\n"
        '    """One layer in one direction: x (T, B, ·) in its own order of time."""\n'
        f"    {letters} = p\n"
        f"{indent(_allocate(text), '    ')}    for t in range(T):\n"
        f"{indent(_previous('t', text) + text.step, '        ')}    return {kept}\n"
    )
    back = (
        f"def back(p, x, {starts}, kept, dh_out{near}):\n"
        '    """Its way back: dh_out is what enters h; returns ∂L/∂x and the gradients."""\n'
        f"    {letters} = p\n    {kept} = kept\n"
        + "".join(f"    d{name} = np.zeros_like({name})\n" for name in text.letters)
        + "    dx = np.zeros_like(x)\n"
        + indent(_zeros_next(text), "    ")
        + "    for k in reversed(range(T)):\n"
        + indent(far, "    ")
        + "        dh = dh_out[k] + dh_next\n"
        + indent(_previous("k", text) + text.back, "        ")
        + f"        dx[k] = {text.seen} @ U\n"
        + f"    return dx, ({', '.join('d' + name for name in text.letters)})\n"
    )
    return f"\n\n{run}\n\n{back}"


def _composed(s: Situation, text: CellText) -> str:
    """Return the functions of one part, and the loops over layers and directions."""
    names, starts = _quoted(text.letters), ", ".join(f"{name}[i]" for name in s.start_names)
    near, near_own = (", near", ", turn(near, part)") if s.truncate else ("", "")
    wiring = f'''

layers = {_quoted(s.layers)}
order = [part for layer in layers for part in layer]


def parameters(part):
    """The weights of one layer in one direction."""
    return [weights[letter + part] for letter in {names}]


def turn(array, part):
    """A reverse direction runs from the last step to the first."""
    return array[::-1] if part.endswith("_reverse") else array


# Forward, from the bottom layer to the top
entering, kept, h = {{}}, {{}}, x
for layer in layers:
    outputs = []
    for part in layer:
        i = order.index(part)
        entering[part] = turn(h, part)
        kept[part] = run(parameters(part), entering[part], {starts})
        outputs.append(turn(kept[part][0], part))
    h = np.concatenate(outputs, axis=2)  # both directions side by side
{_readout(s)}
# The loss, a mean over the batch, and do = ∂L/∂o
{LOSS[s.network.output]}
# Backward, from the top layer to the bottom
gradients = {{name: np.zeros_like(p) for name, p in weights.items()}}


def backward(dh{near}):
    """Carry dh, what the losses send into the top layer's states, down the layers."""
    for layer in reversed(layers):
        dx = 0
        for number, part in enumerate(layer):
            i = order.index(part)
            own = turn(dh[:, :, number * H : (number + 1) * H], part)
            mine = parameters(part), entering[part], {starts}, kept[part]
            own_dx, own_gradients = back(*mine, own{near_own})
            dx = dx + turn(own_dx, part)  # both directions read the same inputs
            for letter, g in zip({names}, own_gradients):
                gradients[letter + part] += g
        dh = dx


'''
    seed = 'do @ weights["V"]' if s.has_V else "do"
    if s.truncate:
        wiring += (
            f"w = {s.truncate}  # each loss travels over so many steps, its own included\n"
            "for t in loss_steps:\n"
            "    alone = np.zeros_like(do)\n"
            "    alone[t] = do[t]\n"
            f"    backward({seed.replace('do', 'alone', 1)}, abs(np.arange(T) - t) < w)\n"
        )
    else:
        wiring += f"backward({seed})\n"
    if s.has_V:
        wiring += 'gradients["V"] = sum(do[t].T @ h[t] for t in range(T))\n'
        wiring += 'gradients["c"] = do.sum(axis=(0, 1))\n'
    return _functions(s, text) + wiring
