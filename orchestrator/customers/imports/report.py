"""What an import says while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol, TextIO, TypeVar

from django.utils.translation import gettext as _

from orchestrator.customers.imports.table import RowError
from orchestrator.customers.imports.telling import said

SHOWN = 100
T = TypeVar("T")


@dataclass(slots=True)
class Errors:
    """Rows that were left out: the first hundred in full, all of them counted."""

    first: list[RowError] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, message: str) -> None:
        """Note one."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(RowError(line, message))

    @classmethod
    def of(cls, errors: list[RowError], count: int) -> Errors:
        """Those that are known of so many."""
        return cls(errors[:SHOWN], count)

    def as_json(self) -> list[dict[str, Any]]:
        """Line and message of the first hundred, in English: programs compare them."""
        return [{"line": error.line, "message": error.message} for error in self.first]

    def as_lines(self) -> list[str]:
        """The same for people to read, with how many more there are; in the language that is active."""
        lines = [f"{_('line')} {error.line}: {said(error.message)}" for error in self.first]
        more = self.count - len(self.first)
        return lines + ([_("… and %(count)s more") % {"count": f"{more:,}"}] if more else [])


class Advance(Protocol):
    """Called with the number of rows done so far."""

    def __call__(self, done: int) -> None: ...


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, `size` at a time."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


@contextmanager
def show_progress(total: int, title: str, stream: TextIO, unit: str = "lines") -> Iterator[Advance]:
    """A bar on a terminal; elsewhere a plain line for every tenth part."""
    if stream.isatty():
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(file=stream)) as bar:
            task = bar.add_task(title, total=total)
            yield lambda done: bar.update(task, completed=done)
        return
    told = 0

    def tell(done: int) -> None:
        nonlocal told
        if done * 10 // max(total, 1) > told:
            told = done * 10 // max(total, 1)
            stream.write(f"{title}: {done:,} of {total:,} {unit}\n")
            stream.flush()

    yield tell
