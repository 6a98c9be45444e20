"""How a wrong value is shown in an error: on one line, short, whatever it is."""

from __future__ import annotations

from reprlib import Repr

_repr = Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = 60
_repr.maxlevel = 2


def shown(value: object) -> str:
    """Answer a value's repr, cut to 80 characters; never raises, not even for an int of 5,000 digits."""
    try:
        text = _repr.repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."
