"""READ the audit log from its first entry to its last: to verify it, to hand it on, or to say where it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from orchestrator.domain.audit import FIELDS, NOTHING, Entry
from orchestrator.domain.audit_chain import Anchor, Break, Chain, Stored
from orchestrator.workspace.models import AuditEntry

PAGE = 2000


def stored(after: int = 0) -> Iterator[Stored]:
    """Every entry after this number with its hash, a page in memory; what is noted meanwhile comes too."""
    while rows := _page(after):
        yield from rows
        after = rows[-1][0].number


def verify(anchors: Iterable[Anchor] = ()) -> tuple[Chain, Iterator[Break]]:
    """The chain, and what is wrong with it; the chain is read when the breaks are."""
    chain = Chain(anchors=list(anchors))
    return chain, _breaks(chain)


def head() -> Anchor:
    """The last entry's number and hash."""
    last = AuditEntry.objects.order_by("-number").values_list("number", "hash").first()
    return Anchor(*last) if last else Anchor(0, NOTHING)


def go_on(chain: Chain, most: int) -> Iterator[Break]:
    """Read at most so many entries more, for who verifies in pieces; `end` is not asked."""
    yield from chain.read(islice(stored(chain.number), most))


def _breaks(chain: Chain) -> Iterator[Break]:
    yield from chain.read(stored())
    yield from chain.end()


def _page(after: int) -> list[Stored]:
    rows = AuditEntry.objects.filter(number__gt=after).order_by("number").values_list(*FIELDS, "hash")[:PAGE]
    return [(Entry(*row[:-1]), row[-1]) for row in rows]
