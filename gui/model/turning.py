"""Numbers as the mouse changes them: by steps of a unit, exact in every decimal digit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

MOST = 400
"""Characters beyond which a text is not looked at: no float has so many."""


def is_number(text: str) -> bool:
    """Whether it is one finite number, or nothing yet."""
    return not text.strip() or _decimal(text) is not None


def unit_of(text: str, *, whole: bool = False) -> Decimal:
    """A step to change a number by: a tenth of its leading digit's place, 0.1 for nothing."""
    value = _decimal(text)
    if not value:
        return Decimal(1) if whole else Decimal("0.1")
    unit = Decimal(1).scaleb(value.adjusted() - 1)
    return max(Decimal(1), unit) if whole else unit


def unit_at(text: str, index: int) -> Decimal | None:
    """What the digit before or at a position of the text counts; None where there is none."""
    mantissa, _, exponent = text.lower().partition("e")
    index = min(index, len(mantissa) - 1)
    if _decimal(text) is None or index < 0 or not mantissa[index].isdigit():
        return None
    point = mantissa.find(".") if "." in mantissa else len(mantissa.rstrip())
    place = point - index - (1 if index < point else 0)
    return Decimal(1).scaleb(place + int(exponent or 0))


def turned(text: str, unit: Decimal, steps: int) -> str:
    """The number so many steps further, spelled as it is typed."""
    value = (_decimal(text) or Decimal(0)) + unit * steps
    whole = "." not in text and "e" not in text.lower() and text.strip()
    return str(int(value)) if whole and value == int(value) else repr(float(value))


def _decimal(text: str) -> Decimal | None:
    if len(text) > MOST or "_" in text:
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 300 else None
