"""The caller's own gradients against ours: which is right, where it is not, and what went wrong."""

from app.exchange.grading.diagnose import (
    TOLERANCE,
    Diagnosis,
    Grade,
    ParameterGrade,
    check_names,
    grade,
)
from app.exchange.grading.mistakes import MISTAKES, WINDOWS

__all__ = [
    "MISTAKES",
    "TOLERANCE",
    "WINDOWS",
    "Diagnosis",
    "Grade",
    "ParameterGrade",
    "check_names",
    "grade",
]
