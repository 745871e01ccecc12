"""How a number came about: formulas with names, with numbers, and one entry worked out.

`explained` tells of a step, or of how a node was computed; `passed_back` what a node sent on.
"""

from gui.model.explain.explanation import EMPTY, Explanation
from gui.model.explain.steps import explained, passed_back

__all__ = ["EMPTY", "Explanation", "explained", "passed_back"]
