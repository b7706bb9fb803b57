"""Training: batches, runs, what is measured of them. The names that the API works with."""

from app.engine.training.baselines import Baseline, baseline
from app.engine.training.batches import Batches, Piece, make_batches
from app.engine.training.evaluation import Evaluation, Forecast, Predictions, evaluate
from app.engine.training.run import Divergence, Run, StepResult
from app.engine.training.sampling import Sample, sample_text
from app.engine.training.sources import TaskSource, series_stream, text_stream
from app.engine.training.training import Training

__all__ = [
    "Baseline",
    "Batches",
    "Divergence",
    "Evaluation",
    "Forecast",
    "Piece",
    "Predictions",
    "Run",
    "Sample",
    "StepResult",
    "TaskSource",
    "Training",
    "baseline",
    "evaluate",
    "make_batches",
    "sample_text",
    "series_stream",
    "text_stream",
]
