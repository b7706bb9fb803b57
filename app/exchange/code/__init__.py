"""A run as a program that anyone can read and run: NumPy written out, PyTorch, or curl."""

from app.exchange.code.curl_program import curl_program
from app.exchange.code.numpy_program import numpy_program
from app.exchange.code.pytorch_program import pytorch_program
from app.exchange.code.situation import Situation

__all__ = ["MOST_NUMBERS", "Situation", "curl_program", "numpy_program", "pytorch_program"]

MOST_NUMBERS = 500_000  # numbers a program may hold: 5 MB of text
