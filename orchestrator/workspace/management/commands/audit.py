"""`manage.py audit verify | export FILE | head`: whether the audit log is whole, all of it, and where it ends."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from orchestrator.domain.audit import canonical, instant
from orchestrator.domain.audit_chain import Anchor, Chain
from orchestrator.workspace import audited
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import AuditEntry
from orchestrator.workspace.who import command

_ANCHOR = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")
TOLD = 20  # breaks told one by one


class Command(BaseCommand):
    """Reads the audit log; docs/audit.md says what it proves."""

    help = (
        "verify: read the audit log's chain and say what is wrong with it, if anything. export: write it as lines of JSON. "
        "head: print the last entry's number and hash, to be kept elsewhere."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="read the whole chain; fails where it is broken")
        verify.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="NUMBER:HASH",
            help="a head as `audit head` printed it once; may be given several times",
        )
        export = verbs.add_parser("export", help="write every entry, one a line, as it is hashed")
        export.add_argument("file", metavar="FILE", help="where to; - is the standard output")
        verbs.add_parser("head", help="print NUMBER:HASH of the last entry")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of the three."""
        if options["verb"] == "verify":
            self._verify([_anchor(one) for one in options["anchor"]])
        elif options["verb"] == "export":
            self._export(options["file"])
        else:
            last = audited.head()
            self.stdout.write(f"{last.number}:{last.hash}")

    def _verify(self, anchors: list[Anchor]) -> None:
        chain, breaks = audited.verify(anchors)
        count = 0
        for count, one in enumerate(breaks, 1):
            if count <= TOLD:
                self.stdout.write(str(one))
        self.stdout.write(_told(chain))
        if count:
            more = f", {count - TOLD} of them not told" if count > TOLD else ""
            raise CommandError(f"the chain is BROKEN in {count} places{more}")
        kept = "".join(f" Anchor {one.number} holds." for one in anchors)
        self.stdout.write(f"The chain is whole.{kept}")

    def _export(self, file: str) -> None:
        if file == "-":
            count = _write(getattr(self.stdout, "buffer", sys.stdout.buffer))
        else:
            with open(file, "wb") as out:
                count = _write(out)
        note(Action.EXPORTED, command(), of="workspace.auditentry", entries=count)
        if file != "-":
            self.stdout.write(f"{count} entries in {file}.")


def _write(out: BinaryIO) -> int:
    count = 0
    for count, (entry, _hash) in enumerate(audited.stored(), 1):  # noqa: B007
        out.write(canonical(entry) + b"\n")
    out.flush()
    return count


def _told(chain: Chain) -> str:
    if not chain.count:
        return "There is no entry."
    ends = AuditEntry.objects.filter(number__in=(chain.first, chain.number)).order_by("number")
    times = [instant(at) for at in ends.values_list("at", flat=True)]
    return (
        f"{chain.count} entries, from {chain.first} ({times[0]}) to {chain.number} ({times[-1]}).\n"
        f"Head {chain.number}:{chain.hash}"
    )


def _anchor(written: str) -> Anchor:
    found = _ANCHOR.fullmatch(written.strip().lower())
    if found is None:
        raise CommandError(f"an anchor is NUMBER:HASH, as `audit head` prints it, and not {written!r}")
    return Anchor(int(found[1]), found[2])
