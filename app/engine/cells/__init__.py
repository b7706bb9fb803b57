"""One file a cell, the same names of functions in each; a new cell is one file and one line."""

from types import ModuleType

from app.engine.cells import gru, lstm, rnn

CELLS: dict[str, ModuleType] = {"rnn": rnn, "lstm": lstm, "gru": gru}
