"""Import customers from a table: one row, one person; any column that has no meaning of its own is an attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from orchestrator.customers.imports.handlers import Handler, registered
from orchestrator.customers.imports.kinds import Field, Item, Kind, Outcome, Setting
from orchestrator.customers.imports.report import Advance, Errors
from orchestrator.customers.imports.run import reading
from orchestrator.customers.imports.table import Row, RowError
from orchestrator.customers.imports.tally import Tally
from orchestrator.customers.imports.times import as_iso
from orchestrator.customers.people import Person, Problem, check
from orchestrator.customers.save import save
from orchestrator.domain.dates import parse_birthday
from orchestrator.domain.wording import Wrong, words_of

CHUNK = 1000
_ADDRESSES = {"email": "email", "phone": "sms", "push_token": "push"}
_PLACES = ("external_id", "language", "country", "time_zone")
Claims = Mapping[str, tuple[Handler, set[str]]]


@dataclass(slots=True)
class CustomersReport:
    """What came of the file. `customers`: how many different ones it names, as they are stored now."""

    customers: int = 0
    new_customers: int = 0
    updated_customers: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    errors: Errors = field(default_factory=Errors)
    kept_out: Errors = field(default_factory=Errors)  # values, while their row was stored


@dataclass(frozen=True, slots=True)
class _Read:
    line: int
    person: Person
    problems: tuple[Problem, ...]
    said: Mapping[str, Any]  # handler -> what the row's cells say to it


class CustomersReader:
    """Rows are looked at closely only when they are stored: whoever goes on in the middle of a file passes them quickly.

    `people`: whom this reading has stored, where somebody asks.
    """

    def __init__(self, columns: Sequence[str], setting: Setting) -> None:
        self._setting = setting
        self._handlers: Claims = {
            name: (handler, handler.claim(columns)) for name, handler in registered().items()
        }
        self._claimed = {*_PLACES, *_ADDRESSES, *(one for _, mine in self._handlers.values() for one in mine)}
        self._new = (
            Tally()
        )  # whoever is new a second time was taken back: it is a dry run, which counts them once
        self.people: Tally | None = None

    def feed(self, row: Row) -> Iterable[Item | RowError]:
        """One row is one person."""
        return (Item(row.line, row.cells),)

    def end(self) -> Iterable[Item | RowError]:
        """Nothing is left."""
        return ()

    def store(self, items: Sequence[Item]) -> Outcome:
        """Add those who are new, and change the others where the rows say something new of them."""
        outcome = Outcome()
        read: list[_Read] = []
        for item in items:
            try:
                read.append(self._read(item))
            except ValueError as error:
                outcome.errors.append(RowError(item.line, words_of(error)))
        outcome.kept_out += [RowError(one.line, problem.message) for one in read for problem in one.problems]
        self._store(read, outcome)
        return outcome

    def passed(self, items: Sequence[Item]) -> None:
        """Whom an earlier reading of a dry run has counted."""
        for item in items:
            self._new.add(item.value.get("external_id", ""))

    def _read(self, item: Item) -> _Read:
        person, problems = check(_read_person(item.value, self._claimed))
        zone = self._setting.zone
        said = {name: handler.read(item.value, zone) for name, (handler, _) in self._handlers.items()}
        return _Read(item.line, person, problems, said)

    def _store(self, people: list[_Read], outcome: Outcome) -> None:
        refused: dict[int, str] = {}
        for handler, _mine in self._handlers.values():
            refused |= handler.refuse([read.person for read in people])
        outcome.errors += [RowError(people[index].line, why) for index, why in refused.items()]
        kept = [read for index, read in enumerate(people) if index not in refused]
        saved = save([read.person for read in kept], self._setting.now)
        erased = {problem.index: problem.message for problem in saved.problems}
        outcome.errors += [RowError(kept[index].line, why) for index, why in erased.items()]
        alive = [
            (id_, read)
            for index, (id_, read) in enumerate(zip(saved.ids, kept, strict=True))
            if index not in erased
        ]
        for name, (handler, _mine) in self._handlers.items():
            said = [(id_, read.said[name]) for id_, read in alive if read.said[name] is not None]
            outcome.counts.update(handler.store(said, self._setting.now))
        fresh = {read.person.external_id or "" for id_, read in alive if id_ in saved.fresh}
        again = sum(self._new.add(name) > 0 for name in fresh)
        outcome.counts.update(new_customers=saved.created - again, updated_customers=saved.updated)
        if self.people is not None:
            for id_, _read in alive:
                self.people.add(id_)


def _read_person(given: Mapping[str, str], claimed: set[str]) -> Person:
    cells = {name: cell for name, cell in given.items() if cell}
    if "external_id" not in cells:
        raise Wrong("external_id is empty; give each person an id of your own")
    attributes = {name: cell for name, cell in cells.items() if name not in claimed}
    if "birthday" in attributes:
        attributes["birthday"] = _read_birthday(attributes["birthday"])
    return Person(
        external_id=cells["external_id"],
        language=cells.get("language", ""),
        country=cells.get("country", ""),
        time_zone=cells.get("time_zone", ""),
        attributes=attributes,
        addresses={channel: cells[column] for column, channel in _ADDRESSES.items() if column in cells},
    )


def _read_birthday(text: str) -> str:
    """One spelling: `1990-02-28`, or `--02-28` where the year is not known."""
    try:
        year, month, day = parse_birthday(as_iso(text))
    except ValueError as error:
        raise Wrong("birthday: %(error)s", error=words_of(error)) from None
    return f"{year:04d}-{month:02d}-{day:02d}" if year else f"--{month:02d}-{day:02d}"


CUSTOMERS = Kind(
    "customers",
    _("Customers"),
    _("One row is one person. People are found by your own id of them; a column without a meaning is an attribute."),
    (
        Field("external_id", _("your own id of the person"), ("customer_id", "id"), required=True),
        Field("email", _("email address"), ("e_mail",)),
        Field("phone", _("telephone number"), ("mobile",)),
        Field("push_token", _("device for push messages")),
        Field("language", _("language, such as pl")),
        Field("country", _("country, such as PL")),
        Field("time_zone", _("time zone, such as Europe/Warsaw"), ("timezone",)),
        Field("birthday", _("birthday"), ("date_of_birth",)),
        Field("consent_email", _("consent to marketing by email: yes or no")),
        Field("consent_sms", _("consent to marketing by SMS: yes or no")),
        Field("consent_push", _("consent to marketing by push: yes or no")),
        Field("consent_at", _("when they said so")),
        Field("consent_source", _("where they said so")),
        Field("consent_text", _("in which words they were asked")),
    ),
    CustomersReader,
    others=True,
    chunk=CHUNK,
)  # fmt: skip


def import_customers(path: Path, now: datetime, zone: ZoneInfo, advance: Advance) -> CustomersReport:
    """Store the file's people, a thousand rows a transaction. FileError where the file cannot be read at all.

    Wrong rows are left out and reported with their line; the others are stored. Run again after an end in the
    middle, or twice at once, it comes to the same: people are found by their external id.
    """
    with reading(replace(CUSTOMERS, chunk=CHUNK), path, Setting(now, zone, "")) as one:
        reader: Any = one.reader
        reader.people = Tally()
        whole = one.run(advance)
    report = CustomersReport(len(reader.people), counts=whole.counts)
    report.new_customers = whole.counts["new_customers"]
    report.updated_customers = whole.counts["updated_customers"]
    report.errors = Errors.of(whole.errors, whole.left_out)
    report.kept_out = Errors.of(whole.kept_out, whole.kept_out_count)
    return report
