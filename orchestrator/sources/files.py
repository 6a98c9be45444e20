"""FILES: the export files that sources read, as kinds of the house's own import. A file's facts are a webhook's."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from orchestrator import registry
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.kinds import Field, Item, Kind, Outcome, Setting
from orchestrator.customers.imports.table import Row, RowError
from orchestrator.domain.wording import words_of
from orchestrator.guard import contained, where, within
from orchestrator.leavings import put_right
from orchestrator.sdk import Connected, Group, Source, SourceFile, SourceReader
from orchestrator.sources.connections import read_statuses
from orchestrator.sources.models import Connection
from orchestrator.sources.people import Naming
from orchestrator.sources.store import take

log = logging.getLogger(__name__)
CHUNK = 500


def kinds() -> Iterator[Kind]:
    """Every file that the sources which are on can read. A plugin that fails here is named, and the others' are there."""
    known = registry.current()
    for name, source in known.sources.items():
        plugin = known.owners.get(("source", name), name)
        try:
            with put_right(plugin):
                found = within(registry.LONGEST_HOOK, partial(_kinds, source))
        except BaseException as error:
            if not contained(error):
                raise
            known.failed[plugin] = f"files of “{name}”: {type(error).__name__}: {error}"
            log.error("plugin %s failed in files of %s: %s", plugin, name, where(error))
        else:
            yield from found


def _kinds(source: Source) -> list[Kind]:
    return [kind_of(source, file) for file in source.files()]


def kind_of(source: Source, file: SourceFile) -> Kind:
    """A source's file as the import knows files."""
    fields = tuple(Field(one.name, one.words, one.aliases, one.required) for one in file.fields)
    return Kind(file.key, file.title, file.help, fields, lambda columns, setting: _begin(source, file, columns, setting),
                others=True, chunk=CHUNK)  # fmt: skip


def _begin(source: Source, file: SourceFile, columns: Sequence[str], setting: Setting) -> _Reader:
    row = _connection(source)
    statuses = read_statuses(row.statuses) if row else {}
    prefix = row.prefix if row else ""
    known = Connected((), setting.now, setting.zone, prefix, setting.currency, statuses)
    by_number = row is None or row.known_by == Connection.KnownBy.NUMBER
    try:
        reader = file.begin(columns, known)
    except ValueError as error:
        raise FileError(words_of(error)) from error
    return _Reader(reader, Naming(prefix, by_number, joined=False), setting, file.key)


def _connection(source: Source) -> Connection | None:
    """By whose settings a file is read: those of the connections of its source, where all of them say the same."""
    rows = list(Connection.objects.filter(source=source.name, enabled=True).order_by("pk"))
    if len({(row.prefix, row.known_by, row.statuses) for row in rows}) > 1:
        names = ", ".join(row.name for row in rows)
        raise FileError(
            "the connections %(names)s name ids, customers or states differently; switch off those that this file is not of",
            names=names,
        )
    return rows[0] if rows else None


@dataclass(slots=True)
class _Reader:
    """Feeds a source's reader, and stores what it says."""

    reader: SourceReader
    naming: Naming
    setting: Setting
    key: str

    def feed(self, row: Row) -> Iterable[Item | RowError]:
        return self._items(self.reader.feed(row.line, row.cells))

    def end(self) -> Iterable[Item | RowError]:
        return self._items(self.reader.end())

    def store(self, items: Sequence[Item]) -> Outcome:
        pairs = [(item.line, fact) for item in items for fact in item.value]
        done = take([fact for _, fact in pairs], self.naming, self.setting.now, f"file:{self.key}")
        outcome = Outcome(done.counts)
        told = set[tuple[int, str]]()
        for number, (reason, words) in done.left.items():
            line = pairs[number][0]
            if (line, words) not in told:
                told.add((line, words))
                into = outcome.kept_out if reason == "bad_address" else outcome.errors
                into.append(RowError(line, words))
        return outcome

    @staticmethod
    def _items(groups: Iterable[Group]) -> Iterator[Item | RowError]:
        for group in groups:
            yield Item(group.line, group.facts)
