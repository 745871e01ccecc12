"""What PyTorch's functions take, and what they say to arguments they do not take.

`signatures.txt` holds the signatures PyTorch prints when a call fits none of them; `signature.py`
reads them, `kinds.py` knows what a `Number` or an `int` is, `check.py` is the check itself.
"""

from engine.calling.check import Rule as Rule
from engine.calling.check import method as method
from engine.calling.out import into as into
from engine.calling.signature import known_to_torch as known_to_torch
from engine.calling.translation import translated as translated
