"""Each cell's step and its way back, as lines of NumPy: the equations of `app.engine.cells`.

Forward lines compute step t from x[t] and h_prev; backward lines take dh = ∂L/∂h(k) to dh_next,
what step k sends to k−1, and add to the gradients.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CellText:
    """Lines of one cell.

    ``letters``: its parameters; ``kept``: arrays of all steps, h first; ``seen``: what U sees of
    ∂L/∂a; ``helpers``: the names of functions in `HELPERS` that it calls.
    """

    equations: str
    letters: tuple[str, ...]
    kept: dict[str, str]
    step: str
    back: str
    seen: str = "da"
    helpers: tuple[str, ...] = ()
    has_cell: bool = False


STATE = "np.zeros((T, B, H), x.dtype)"

HELPERS = {
    "sigmoid": '''
def sigmoid(a):
    """1 / (1 + exp(-a)), written so that it never overflows."""
    return 0.5 * np.tanh(0.5 * a) + 0.5
''',
    "standardize": '''
def standardize(s, axis):
    """Mean 0 and variance 1 along an axis; also returns the factor."""
    centred = s - s.mean(axis=axis, keepdims=True)
    factor = 1 / np.sqrt((centred**2).mean(axis=axis, keepdims=True) + s.dtype.type(1e-5))
    return centred * factor, factor


def standardize_backward(d, s_hat, factor, axis):
    """From the gradient at s_hat to that at s: mean and variance saw every s."""
    along = (d * s_hat).mean(axis=axis, keepdims=True)
    return (d - d.mean(axis=axis, keepdims=True) - s_hat * along) * factor
''',
}

PHI = {
    "tanh": "np.tanh(a)",
    "sigmoid": "sigmoid(a)",
    "relu": "np.maximum(a, 0)",
    "leaky_relu": "np.maximum(a, 0.01 * a)",
    "identity": "a",
}
DA = {
    "tanh": "dh * (1 - h[k] ** 2)  # φ' of tanh",
    "sigmoid": "dh * h[k] * (1 - h[k])  # φ' of the sigmoid",
    "relu": "dh * (h[k] > 0)  # φ' of relu is 1 or 0",
    "leaky_relu": "np.where(h[k] > 0, dh, 0.01 * dh)  # φ' is 1 or 0.01",
    "identity": "dh  # φ' is 1",
}

PLAIN = CellText(
    equations="a(t) = U x(t) + W h(t-1) + b        h(t) = φ(a(t))",
    letters=("U", "W", "b"),
    kept={"h": STATE},
    step="""\
a = x[t] @ U.T + h_prev @ W.T + b
h[t] = {phi}
""",
    back="""\
da = {da}
dU += da.T @ x[k]
dW += da.T @ h_prev
db += da.sum(axis=0)
dh_next = da @ W
""",
)

LAYER_NORM = CellText(
    equations="a(t) = gamma * LN(U x(t) + W h(t-1)) + b        h(t) = φ(a(t))",
    letters=("U", "W", "b", "gamma"),
    kept={"h": STATE, "s_hat": STATE, "factor": "np.zeros((T, B, 1), x.dtype)"},
    step="""\
s_hat[t], factor[t] = standardize(x[t] @ U.T + h_prev @ W.T, axis=-1)  # over the units
a = gamma * s_hat[t] + b
h[t] = {phi}
""",
    back="""\
da = {da}
ds = standardize_backward(gamma * da, s_hat[k], factor[k], axis=-1)
dU += ds.T @ x[k]
dW += ds.T @ h_prev
db += da.sum(axis=0)
dgamma += (da * s_hat[k]).sum(axis=0)
dh_next = ds @ W
""",
    seen="ds",
    helpers=("standardize",),
)

BATCH_NORM = CellText(
    equations="a(t) = gamma_U * BN(U x(t)) + gamma_W * BN(W h(t-1)) + b        h(t) = φ(a(t))",
    letters=("U", "W", "b", "gamma_U", "gamma_W"),
    kept={
        "h": STATE,
        "u_hat": STATE,
        "w_hat": STATE,
        "u_factor": "np.zeros((T, 1, H), x.dtype)",
        "w_factor": "np.zeros((T, 1, H), x.dtype)",
    },
    step="""\
u_hat[t], u_factor[t] = standardize(x[t] @ U.T, axis=0)  # over the batch
w_hat[t], w_factor[t] = standardize(h_prev @ W.T, axis=0)
a = gamma_U * u_hat[t] + gamma_W * w_hat[t] + b
h[t] = {phi}
""",
    back="""\
da = {da}
du = standardize_backward(gamma_U * da, u_hat[k], u_factor[k], axis=0)
dw = standardize_backward(gamma_W * da, w_hat[k], w_factor[k], axis=0)
dU += du.T @ x[k]
dW += dw.T @ h_prev
db += da.sum(axis=0)
dgamma_U += (da * u_hat[k]).sum(axis=0)
dgamma_W += (da * w_hat[k]).sum(axis=0)
dh_next = dw @ W
""",
    seen="du",
    helpers=("standardize",),
)

LSTM = CellText(
    equations="""\
[i f g q] = U x(t) + W h(t-1) + b        input, forget, candidate, output
cell(t) = σ(f) * cell(t-1) + σ(i) * tanh(g)        h(t) = σ(q) * tanh(cell(t))""",
    letters=("U", "W", "b"),
    kept=dict.fromkeys(("h", "cell", "i", "f", "g", "q"), STATE),
    step="""\
a = x[t] @ U.T + h_prev @ W.T + b  # (B, 4H)
i[t], f[t] = sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H])
g[t], q[t] = np.tanh(a[:, 2 * H : 3 * H]), sigmoid(a[:, 3 * H :])
cell[t] = f[t] * cell_prev + i[t] * g[t]
h[t] = q[t] * np.tanh(cell[t])
""",
    back="""\
tanh_cell = np.tanh(cell[k])
dcell = dcell_next + dh * q[k] * (1 - tanh_cell**2)  # the cell feeds h(k) and cell(k+1)
di = dcell * g[k] * i[k] * (1 - i[k])
df = dcell * cell_prev * f[k] * (1 - f[k])
dg = dcell * i[k] * (1 - g[k] ** 2)
dq = dh * tanh_cell * q[k] * (1 - q[k])
da = np.concatenate([di, df, dg, dq], axis=1)  # (B, 4H)
dU += da.T @ x[k]
dW += da.T @ h_prev
db += da.sum(axis=0)
dh_next = da @ W
dcell_next = dcell * f[k]
""",
    helpers=("sigmoid",),
    has_cell=True,
)

GRU = CellText(
    equations="""\
r = σ(U_r x(t) + W_r h(t-1) + b_r)        z = σ(U_z x(t) + W_z h(t-1) + b_z)
n = tanh(U_n x(t) + b_n + r * (W_n h(t-1) + b_hn))        h(t) = (1 - z) * n + z * h(t-1)""",
    letters=("U", "W", "b", "b_hn"),
    kept=dict.fromkeys(("h", "r", "z", "n", "m"), STATE),
    step="""\
ax, ah = x[t] @ U.T + b, h_prev @ W.T  # (B, 3H): reset, update, candidate
r[t] = sigmoid(ax[:, :H] + ah[:, :H])
z[t] = sigmoid(ax[:, H : 2 * H] + ah[:, H : 2 * H])
m[t] = ah[:, 2 * H :] + b_hn  # what the reset gate multiplies
n[t] = np.tanh(ax[:, 2 * H :] + r[t] * m[t])
h[t] = (1 - z[t]) * n[t] + z[t] * h_prev
""",
    back="""\
dn = dh * (1 - z[k]) * (1 - n[k] ** 2)
dz = dh * (h_prev - n[k]) * z[k] * (1 - z[k])
dr = dn * m[k] * r[k] * (1 - r[k])
da = np.concatenate([dr, dz, dn], axis=1)  # (B, 3H): what U sees
dah = np.concatenate([dr, dz, dn * r[k]], axis=1)  # what W sees
dU += da.T @ x[k]
dW += dah.T @ h_prev
db += da.sum(axis=0)
db_hn += (dn * r[k]).sum(axis=0)
dh_next = dah @ W + dh * z[k]
""",
    helpers=("sigmoid",),
)


def cell_text(cell: str, activation: str, normalization: str) -> CellText:
    """Return the lines of a cell, φ filled in."""
    if cell != "rnn":
        return {"lstm": LSTM, "gru": GRU}[cell]
    text = {"none": PLAIN, "layer": LAYER_NORM, "batch": BATCH_NORM}[normalization]
    helpers = (*(["sigmoid"] if activation == "sigmoid" else []), *text.helpers)
    return CellText(
        equations=text.equations,
        letters=text.letters,
        kept=text.kept,
        step=text.step.format(phi=PHI[activation]),
        back=text.back.format(da=DA[activation]),
        seen=text.seen,
        helpers=helpers,
    )
