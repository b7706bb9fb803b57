"""What is wrong with a file of weights."""

from app.engine.errors import EngineError

RECIPE = """\
import torch
from safetensors.torch import save_file

state = torch.load("model.pt", map_location="cpu", weights_only=True)
save_file({name: t.contiguous().clone() for name, t in state.items()}, "model.safetensors")
"""


class WeightsError(EngineError):
    """A file that cannot be taken, or a form field that does not suit it.

    ``kind`` says what sort of refusal it is: "validation", "unreadable-weights" (damaged, or no
    file of weights), "pickled" (reading it could run code; `RECIPE` is the way out), "too-large".
    """

    def __init__(self, message: str, *, field: str = "file", kind: str = "validation"):
        super().__init__(field, message)
        self.kind = kind


def unreadable(message: str) -> WeightsError:
    """Return the refusal of a damaged file, or of one that is none of the two formats."""
    return WeightsError(message, kind="unreadable-weights")


def pickled(what: str) -> WeightsError:
    """Return the refusal of a file that only unpickling could read."""
    return WeightsError(
        f"{what}; reading it could run code, so it is not read. Save it as safetensors:\n{RECIPE}",
        kind="pickled",
    )
