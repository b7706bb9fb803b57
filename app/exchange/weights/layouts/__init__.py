"""PyTorch's, ONNX's and Keras's names, shapes and gate orders, made into PyTorch's.

| layout  | LSTM rows  | GRU rows | U              | W              | biases                       |
|---------|------------|----------|----------------|----------------|------------------------------|
| pytorch | i, f, g, o | r, z, n  | (G·H, I)       | (G·H, H)       | two of (G·H)                 |
| onnx    | i, o, f, c | z, r, h  | (dirs, G·H, I) | (dirs, G·H, H) | (dirs, 2·G·H), side by side  |
| keras   | i, f, c, o | z, r, h  | (I, G·H)       | (H, G·H)       | (G·H); GRU (2, 3·H)          |

A slot is what a name stands for: which layer, direction and array. Sources: torch.nn.RNN, LSTM
and GRU; the ONNX operators of the same names; keras.layers.SimpleRNN, LSTM and GRU.
"""

from app.exchange.weights.layouts.common import Arrays, Layout, Piece, Slot
from app.exchange.weights.layouts.keras import Keras
from app.exchange.weights.layouts.onnx import Onnx
from app.exchange.weights.layouts.pytorch import PyTorch

__all__ = ["LAYOUTS", "Arrays", "Layout", "Piece", "Slot"]

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in (PyTorch(), Onnx(), Keras())}
