"""The run as a PyTorch program: nn.RNN, nn.LSTM or nn.GRU where they can, else a loop.

autograd finds the gradients. A loop stands where PyTorch has no such module (another activation,
normalization) and where each loss travels over a window of its own (`truncate`).
"""

from textwrap import indent

from app.exchange.code.literals import Dialect, literal
from app.exchange.code.numpy_cells import cell_text
from app.exchange.code.numpy_program import clipping
from app.exchange.code.situation import Situation

PYTORCH = Dialect(
    array=lambda lists, dtype: f"torch.tensor({lists})",  # noqa: ARG005
    eye=lambda size, dtype: f"torch.eye({size})",  # noqa: ARG005
    packed=lambda text, shape, dtype: f'decode("""\n{text}\n""", {shape}, torch.{dtype})',
)

DECODE = '''

def decode(text, shape, dtype):
    """Return the tensor whose bytes are in the text."""
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=dtype).reshape(shape)
'''

MODULES = {"tanh": "nn.RNN", "relu": "nn.RNN", "lstm": "nn.LSTM", "gru": "nn.GRU"}

PHI = {
    "tanh": "torch.tanh(a)",
    "sigmoid": "torch.sigmoid(a)",
    "relu": "torch.relu(a)",
    "leaky_relu": "F.leaky_relu(a, 0.01)",
    "identity": "a",
}

STANDARDIZE = '''

def standardize(s, dim):
    """Mean 0 and variance 1 along a dimension."""
    variance = s.var(dim, correction=0, keepdim=True)
    return (s - s.mean(dim, keepdim=True)) / torch.sqrt(variance + 1e-5)
'''

STEPS = {
    "none": "a = x[t] @ U.T + h @ W.T + b\nh = {phi}\n",
    "layer": "a = gamma * standardize(x[t] @ U.T + h @ W.T, 1) + b  # over the units\nh = {phi}\n",
    "batch": """\
u_hat, w_hat = standardize(x[t] @ U.T, 0), standardize(h @ W.T, 0)  # over the batch
a = gamma_U * u_hat + gamma_W * w_hat + b
h = {phi}
""",
    "lstm": """\
i, f, g, q = (x[t] @ U.T + h @ W.T + b).chunk(4, 1)  # input, forget, candidate, output
cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
h = torch.sigmoid(q) * torch.tanh(cell)
""",
    "gru": """\
xr, xz, xn = (x[t] @ U.T + b).chunk(3, 1)  # reset, update, candidate
hr, hz, hn = (h @ W.T).chunk(3, 1)
z = torch.sigmoid(xz + hz)
n = torch.tanh(xn + torch.sigmoid(xr + hr) * (hn + b_hn))
h = (1 - z) * n + z * h
""",
}

LOSS = {
    "softmax": 'F.cross_entropy({o}.flatten(0, 1), {y}.flatten(), reduction="sum") / B',
    "sigmoid": 'F.binary_cross_entropy_with_logits({o}, {y}, reduction="sum") / B',
    "linear": "0.5 * (({o} - {y}) ** 2).sum() / B",
}

CLIP = {
    "norm": """\
norm = torch.sqrt(sum((g**2).sum() for g in gradients.values()))  # of all together
scale = threshold / norm if norm > threshold else 1
clipped = {name: g * scale for name, g in gradients.items()}
""",
    "matrix": """\
clipped = {}
for name, g in gradients.items():  # each by its own norm
    clipped[name] = g * (threshold / g.norm() if g.norm() > threshold else 1)
""",
    "value": "clipped = {n: g.clamp(-threshold, threshold) for n, g in gradients.items()}\n",
}

PRINT = """\
print("loss", L.item())
for name, g in gradients.items():
    print("gradient", name, g.norm().item())
"""
PRINT_CLIPPED = """\
for name, g in clipped.items():
    print("clipped", name, g.norm().item())
"""


def pytorch_program(situation: Situation) -> str:
    """Return the program; it needs torch alone and leaves `L` and `gradients` behind."""
    s, network = situation, situation.network
    numbers = _numbers(s)
    body = _module(s) if _has_module(s) else _loop(s)
    packed = "decode(" in numbers
    standardize = network.normalization != "none"
    parts = [
        f'"""{s.describe("PyTorch")}\n"""\n\n',
        "import base64\n\n" if packed else "",
        "import torch\nimport torch.nn.functional as F\n",
        "from torch import nn\n" if _has_module(s) else "",
        f"\ntorch.set_default_dtype(torch.{network.dtype})\n",
        DECODE if packed else "",
        STANDARDIZE if standardize else "",
        "\n\n" if packed or standardize else "\n",
        numbers,
        body,
        clipping(s, CLIP),
        f"\n{PRINT}{PRINT_CLIPPED if s.clip else ''}",
    ]
    return "".join(parts)


def _has_module(s: Situation) -> bool:
    network = s.network
    kind = network.activation if network.cell == "rnn" else network.cell
    return kind in MODULES and network.normalization == "none" and not s.truncate


def _numbers(s: Situation) -> str:
    texts = {name: literal(p, PYTORCH, "    ") for name, p in s.network.parameters.items()}
    entries = "".join(f'    "{name}": {text},\n' for name, text in texts.items())
    H = 'weights["W"].shape[1]'
    lines = [
        s.sequence_text(),
        f"x = {literal(s.x, PYTORCH)}  # (T, B, I)\n",
        "T, B, I = x.shape\n",
        f"loss_steps = {s.loss_steps_text().replace('range(T)', 'list(range(T))')}",
        "  # the steps that have a loss, from 0\n",
        f"y = {literal(s.y, PYTORCH)}  # their targets\n",
        f"\n# The weights\nweights = {{\n{entries}}}\nH = {H}\n",
    ]
    for name in s.start_names:
        zeros = f"torch.zeros({len(s.network.parts)}, B, H)"
        start = literal(s.starts[name], PYTORCH) if name in s.starts else zeros
        if name in s.starts and not s.network.composed:
            start += "[None]"
        lines.append(f"{name} = {start}  # (parts, B, H), before the first step\n")
    return "".join(lines)


def _module(s: Situation) -> str:
    """Return forward and backward with PyTorch's own module."""
    network = s.network
    kind = network.activation if network.cell == "rnn" else network.cell
    options = f', nonlinearity="{kind}"' if network.cell == "rnn" else ""
    options += f", num_layers={network.layers}" if network.layers > 1 else ""
    options += ", bidirectional=True" if network.bidirectional else ""
    starts = "h0" if len(s.start_names) == 1 else "(h0, cell0)"
    gru = network.cell == "gru"
    extra = (
        '        bias_hh[2 * H :] = weights["b_hn" + own]  # the candidate\'s own\n' if gru else ""
    )
    found = (
        '    gradients["b_hn" + own] = getattr(rnn, "bias_hh" + suffix).grad[2 * H :]\n'
        if gru
        else ""
    )
    return f"""
# Forward: W and U by PyTorch's names; of its two biases b is the first
rnn = {MODULES[kind]}(I, H{options})
suffixes = {{own: own or "_l0" for own in {_suffixes(s)}}}
with torch.no_grad():
    for own, suffix in suffixes.items():
        getattr(rnn, "weight_ih" + suffix).copy_(weights["U" + own])
        getattr(rnn, "weight_hh" + suffix).copy_(weights["W" + own])
        getattr(rnn, "bias_ih" + suffix).copy_(weights["b" + own])
        bias_hh = getattr(rnn, "bias_hh" + suffix).zero_()
{extra}h, _ = rnn(x, {starts})
{_readout(s)}
# The loss, a mean over the batch
L = {_loss(s, "o[loss_steps]", "y")}

# Backward through time
L.backward()
gradients = {{}}
for own, suffix in suffixes.items():
    gradients["U" + own] = getattr(rnn, "weight_ih" + suffix).grad
    gradients["W" + own] = getattr(rnn, "weight_hh" + suffix).grad
    gradients["b" + own] = getattr(rnn, "bias_ih" + suffix).grad
{found}{_readout_gradients(s)}"""


def _suffixes(s: Situation) -> str:
    return str(tuple(part.suffix for part in s.network.parts)).replace("'", '"')


def _readout(s: Situation) -> str:
    if not s.has_V:
        return "o = h  # no V: the readout is the state\n"
    return (
        'V, c = weights["V"].requires_grad_(), weights["c"].requires_grad_()\n'
        "o = h @ V.T + c\n"
    )  # fmt: skip


def _readout_gradients(s: Situation) -> str:
    return 'gradients["V"], gradients["c"] = V.grad, c.grad\n' if s.has_V else ""


def _loss(s: Situation, o: str, y: str) -> str:
    return LOSS[s.network.output].format(o=o, y=y)


def _loop(s: Situation) -> str:
    """Return forward as a loop over time, and backward by autograd."""
    network = s.network
    gated = network.cell != "rnn"
    letters = cell_text(network.cell, network.activation, network.normalization).letters
    step = STEPS[network.cell if gated else network.normalization]
    step = step.format(phi=PHI[network.activation])
    states = [name.removesuffix("0") for name in s.start_names]
    names = ", ".join(states)
    detach = f"{names} = {', '.join(f'{name}.detach()' for name in states)}"
    far = f"if not near[t]:\n    {detach}  # no gradient passes\n" if s.truncate else ""
    near, near_own = (", near", ", turn(near, part)") if s.truncate else ("", "")
    starts = ", ".join(f"{name}[i]" for name in s.start_names)
    letters_text = str(letters).replace("'", '"')
    layers = str(s.layers).replace("'", '"')
    seen = f'''
layers = {layers}  # the suffixes of each layer's directions
order = [part for layer in layers for part in layer]
for p in weights.values():
    p.requires_grad_()


def turn(array, part):
    """A reverse direction runs from the last step to the first."""
    return array.flip(0) if part.endswith("_reverse") else array


def run(part, x, {names}{near}):
    """One layer in one direction: x (T, B, ·) in its own order of time."""
    letters = {letters_text}
    {", ".join(letters)} = (weights[letter + part] for letter in letters)
    states = []
    for t in range(T):
{indent(step + far, "        ")}        states.append(h)
    return torch.stack(states)


def readouts({near.removeprefix(", ")}):
    """All layers, from the bottom to the top, and the readout."""
    h = x
    for layer in layers:
        outputs = []
        for part in layer:
            i = order.index(part)
            outputs.append(turn(run(part, turn(h, part), {starts}{near_own}), part))
        h = torch.cat(outputs, 2)  # both directions side by side
    return {'h @ weights["V"].T + weights["c"]' if s.has_V else "h  # no V: the state itself"}


'''
    if s.truncate:
        seen += f"""\
# The loss; each loss travels back over w steps, its own included
w = {s.truncate}
L = 0
for t, y_t in zip(loss_steps, y):
    o = readouts(abs(torch.arange(T) - t) < w)
    L = L + {_loss(s, "o[t : t + 1]", "y_t[None]")}
"""
    else:
        seen += f"""\
# The loss, a mean over the batch
o = readouts()
L = {_loss(s, "o[loss_steps]", "y")}
"""
    return seen + (
        "\n# Backward through time\nL.backward()\n"
        "gradients = {name: p.grad for name, p in weights.items()}\n"
    )
