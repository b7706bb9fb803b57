"""PyTorch models, and their weights as the three libraries' files would hold them."""

import io
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save as save_safetensors

from app.exchange.weights import Weights, read_weights

LIMIT = 5 * 2**20
KINDS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
CELLS = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}
# Where each library has PyTorch's blocks: written down here once more, from its own documentation.
ONNX_GATES = {"rnn": "h", "lstm": "iofc", "gru": "zrh"}
KERAS_GATES = {"rnn": "h", "lstm": "ifco", "gru": "zrh"}
TORCH_GATES = {"rnn": "h", "lstm": "ifco", "gru": "rzh"}

State = dict[str, np.ndarray]


def model_of(kind: str, *, I=3, H=5, O=2, dtype=torch.float64, **options) -> torch.nn.ModuleDict:  # noqa: E741
    """A recurrent layer and a linear readout, as most models have them."""
    torch.manual_seed(7)
    rnn = KINDS[kind](I, H, batch_first=True, **options)
    readout = torch.nn.Linear(H * (2 if options.get("bidirectional") else 1), O)
    return torch.nn.ModuleDict({"rnn": rnn, "fc": readout}).to(dtype)


def outputs(model: torch.nn.ModuleDict, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return model["fc"](model["rnn"](torch.tensor(x))[0]).numpy()


def state_of(model: torch.nn.Module) -> State:
    return {name: tensor.detach().numpy().copy() for name, tensor in model.state_dict().items()}


def npz(arrays: dict[str, Any], packed: bool = False) -> bytes:
    file = io.BytesIO()
    save: Any = np.savez_compressed if packed else np.savez
    save(file, **arrays)
    return file.getvalue()


FORMATS = {"safetensors": save_safetensors, "npz": npz}


def load(state: State, layout: str = "pytorch", **options) -> Weights:
    return read_weights(save_safetensors(state), layout, limit=LIMIT, **options)


def permuted(rows: np.ndarray, kind: str, gates: str) -> np.ndarray:
    """Blocks of rows in another library's order of gates."""
    blocks = dict(zip(TORCH_GATES[kind], np.split(rows, len(gates)), strict=True))
    return np.ascontiguousarray(np.concatenate([blocks[gate] for gate in gates]))


def onnx_state(state: State, kind: str, bidirectional: bool, layers: int = 1) -> State:
    """The state of `model_of` as ONNX's W, R and B."""
    found = {"fc.weight": state["fc.weight"], "fc.bias": state["fc.bias"]}
    for layer in range(layers):
        ends = [f"_l{layer}", f"_l{layer}_reverse"][: 1 + bidirectional]

        def stacked(name, ends=ends):
            rows = [permuted(state[f"rnn.{name}{end}"], kind, ONNX_GATES[kind]) for end in ends]
            return np.stack(rows)

        suffix = f"_l{layer}" if layer else ""
        found[f"W{suffix}"] = stacked("weight_ih")
        found[f"R{suffix}"] = stacked("weight_hh")
        biases = [stacked("bias_ih"), stacked("bias_hh")]
        found[f"B{suffix}"] = np.concatenate(biases, axis=1)
    return found


def keras_state(state: State, kind: str, bidirectional: bool) -> State:
    """The state of `model_of` under Keras's paths."""
    found = {"seq/dense/kernel": state["fc.weight"].T.copy(), "seq/dense/bias": state["fc.bias"]}
    ways = {"": f"seq/{kind}/cell"}
    if bidirectional:
        ways = {
            "": f"seq/bidirectional/forward_{kind}/cell",
            "_reverse": f"seq/bidirectional/backward_{kind}/cell",
        }
    for end, path in ways.items():
        own = {
            name: permuted(state[f"rnn.{name}_l0{end}"], kind, KERAS_GATES[kind])
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        }
        found[f"{path}/kernel"] = own["weight_ih"].T.copy()
        found[f"{path}/recurrent_kernel"] = own["weight_hh"].T.copy()
        both = np.stack([own["bias_ih"], own["bias_hh"]])
        found[f"{path}/bias"] = both if kind == "gru" else both.sum(axis=0)
    return found
