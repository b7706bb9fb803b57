"""Idle plans by shape: a pass takes one out, and brings it back; no two passes share one."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from app.engine.plans.gru import GruPlan
from app.engine.plans.lstm import LstmPlan
from app.engine.plans.plan import Plan, Shape
from app.engine.plans.rnn import PlainPlan

PLANS: dict[str, type[Plan]] = {"rnn": PlainPlan, "lstm": LstmPlan, "gru": GruPlan}
IDLE_BYTES = 1 << 28  # of all idle plans together; the one longest unused goes first


class Pool:
    """Plans that wait, for any thread."""

    def __init__(self, limit: int = IDLE_BYTES):
        self.limit, self.lock, self.nbytes = limit, Lock(), 0
        self.idle: OrderedDict[Shape, list[Plan]] = OrderedDict()  # the longest unused shape first

    @contextmanager
    def borrow(self, shape: Shape) -> Iterator[Plan]:
        """Lend a plan of this shape; one that an error left half done is not brought back."""
        plan = self._take(shape) or PLANS[shape.cell](shape)
        yield plan
        self._bring_back(plan)

    def _take(self, shape: Shape) -> Plan | None:
        with self.lock:
            waiting = self.idle.get(shape)
            if not waiting:
                return None
            plan = waiting.pop()
            if not waiting:
                del self.idle[shape]
            self.nbytes -= plan.nbytes
            return plan

    def _bring_back(self, plan: Plan) -> None:
        with self.lock:
            self.idle.setdefault(plan.shape, []).append(plan)
            self.idle.move_to_end(plan.shape)
            self.nbytes += plan.nbytes
            while self.nbytes > self.limit:
                shape, oldest = next(iter(self.idle.items()))
                self.nbytes -= oldest.pop(0).nbytes
                if not oldest:
                    del self.idle[shape]


pool = Pool()
