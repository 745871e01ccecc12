"""What is said of a program that is not read, or not run, as it stands."""

from __future__ import annotations

from engine.code.costs import ELEMENT

NO_STEPS = "Stopped after {:,} steps, the most a program may take here."
NO_TIME = "Stopped: the program takes longer than it may here."
TOO_LONG = "This would have {} entries; {:,} are the most here."
TOO_WIDE = "A format may ask for {:,} characters at most here."
TOO_SHIFTED = "This whole number would have more than {:,} bits."
NOT_HERE = "“{}” is not here: what is done with it is skipped."
NO_MEMBER = "{}.{} is not here: what is done with it is skipped."
NO_BUILTIN = "{}() is not here: what is done with it is skipped."
FED = "This needs {}, which is missing here: skipped."
NO_ITERATION = "This goes through {}, which is missing here: the loop does not run."
NO_BASE = "{} is not here: the class is made without it."
NO_DUNDER = "A class may not define {} here: left out."
NO_DECORATOR = "{} is not here: the function stays as it is."
NO_METACLASS = "Classes have no settings such as {}= here: left out."
PRIVATE = "“{}” is the inside of a thing and closed here."
NO_SETTING = "“{}” cannot be set here: skipped."
NO_ASYNC = "There is nothing to wait for here: skipped."
NO_STATEMENT = "A {} has no place here: skipped."
NO_PATTERN = "Such a pattern is not read here: the case is skipped."
NO_YIELD = "A yield may stand here only on a line of its own or after “=”."
NO_BYTES = "There are no bytes and no complex numbers here."
NO_ARRAY = "There are only arrays of numbers here."
STOPPED_LOOP = "Stopped after {:,} of {} iterations: there are too many to be read here."
UNKNOWN_COUNT = "an unknown number of"
TOO_NESTED = "This holds more than can be gone through here."
NO_ATTRIBUTE_IN_FORMAT = "A format may not ask for attributes here: use an f-string."


def too_much(units: int) -> str:
    """That a call would take so many units of work."""
    count = units // ELEMENT
    shown = f"{count:,}" if count < 10**12 else f"10^{len(str(count)[:4000]) - 1}"
    return f"This would make or read about {shown} entries, more than a program may here: skipped."
