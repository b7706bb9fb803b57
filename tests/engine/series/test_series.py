import numpy as np
import pytest

from app.engine.sequences import from_series
from app.engine.series import SERIES


@pytest.mark.parametrize("name", SERIES)
def test_every_series_can_be_run(name):
    start, values = SERIES[name]
    assert isinstance(start, int)
    sequence = from_series(values)
    assert len(values) - 1 == sequence.T
    assert abs(sequence.x.mean()) < 0.1


def test_sunspots_are_the_published_numbers():
    start, values = SERIES["sunspots"]
    year = dict(enumerate(values, start))
    assert (start, len(values), max(year)) == (1700, 309, 2008)
    assert [year[y] for y in (1700, 1712, 1778, 1816, 1957, 2008)] == [
        5,
        0,
        154.4,
        45.8,
        190.2,
        2.9,
    ]
    assert max(values) == year[1957]
    assert np.mean(values) == pytest.approx(49.7521036)
    assert np.std(values, ddof=1) == pytest.approx(40.4525950)
