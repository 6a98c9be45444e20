"""SMALL CELLS: who only looks at numbers, and may see nobody's data, is not told how few people a number is about.

For such a reader every count from 1 to 4 that stands alone reads "<5", whatever it counts, and its share a dash. Where
counts stand beside their total, or can be taken from one another, `cells.py` hides as many more as it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

from orchestrator.domain.cells import LEAST
from orchestrator.workspace.roles import CHANGE, PUBLISH, SEE_PEOPLE

__all__ = ["LEAST", "SmallCells", "hidden", "hides", "plural"]
_hides: ContextVar[bool] = ContextVar("small_cells_are_hidden", default=False)


class SmallCells:
    """Middleware: on pages of the admin, whether this reader's small numbers are hidden."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = getattr(request, "user", None)
        if not request.path_info.startswith("/admin/") or user is None or not user.is_authenticated:
            return self.get_response(request)
        token = _hides.set(not any(user.has_perm(right) for right in (SEE_PEOPLE, CHANGE, PUBLISH)))
        try:
            return self.get_response(request)
        finally:
            _hides.reset(token)


def hides() -> bool:
    """Whether this reader's small numbers are hidden."""
    return _hides.get()


def plural(count: int) -> int:
    """By which number a word beside a count is written: a hidden one is not told by its singular."""
    return LEAST if hidden(count) else count


def hidden(count: int) -> bool:
    """Whether this reader is not told this count."""
    return 0 < count < LEAST and _hides.get()
