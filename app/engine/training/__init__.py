"""Training: batches, runs, what is measured of them. The names that the API works with."""

from app.engine.training.batches import Batches, Piece, make_batches
from app.engine.training.run import Divergence, Run, StepResult
from app.engine.training.sources import TaskSource, series_stream, text_stream
from app.engine.training.training import Training

__all__ = [
    "Batches",
    "Divergence",
    "Piece",
    "Run",
    "StepResult",
    "TaskSource",
    "Training",
    "make_batches",
    "series_stream",
    "text_stream",
]
