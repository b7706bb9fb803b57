"""What the engine raises: a request it cannot compute, or one that was called off."""

from threading import Event


class EngineError(ValueError):
    """A bad shape, name or range.

    ``field`` is the dotted path as it stands in the API's body (``data.x``,
    ``network.parameters.U``); the message carries the numbers.
    """

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field

    def __reduce__(self):
        """Keep the field on the way to another process."""
        return type(self), (self.field, str(self))


class Cancelled(Exception):
    """The caller's cancel event was set while the engine was at work."""


def check_cancel(cancel: Event | None) -> None:
    """Raise `Cancelled` if the event is set; loops over time call it every few dozen steps."""
    if cancel is not None and cancel.is_set():
        raise Cancelled("the computation was cancelled")


def choose(field: str, name: str, known) -> None:
    """Raise `EngineError` unless `name` is one of the `known` names."""
    if not isinstance(name, str) or name not in known:
        label = field.rpartition(".")[2]
        raise EngineError(field, f"{label} is {name!r}; it may be {', '.join(map(str, known))}")
