"""nan and inf are counted and named."""

import numpy as np
import pytest

from gui.model.finite import mark, not_finite, sentence

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("array", "found", "says"),
    [
        (None, (0, 0), ""),
        (np.float32(2), (0, 0), ""),
        (np.array([1, 2]), (0, 0), ""),
        (np.array([True, False]), (0, 0), ""),
        (np.array([]), (0, 0), ""),
        (np.float32(NAN), (1, 0), "It is nan: not a number."),
        (np.float32(-INF), (0, 1), "It is infinite: too large for its dtype."),
        (np.array([[NAN, 1], [NAN, 2]]), (2, 0), "Of 4 entries 2 are nan."),
        (np.array([NAN, INF, -INF]), (1, 2), "Of 3 entries 1 is nan, 2 are inf."),
    ],
)
def test_they_are_counted(array, found, says):
    assert not_finite(array) == found
    assert sentence(array) == says
    assert mark(array) == ("nan" if found[0] else "inf" if found[1] else "")
