"""The caller's own gradients against ours: which is right, where it is not, and what went wrong."""

from app.exchange.grading.diagnose import Grade, check_names, grade
from app.exchange.grading.explain import Diagnosis
from app.exchange.grading.judge import TOLERANCE, ParameterGrade
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
