"""FOLDER: which of a system's exports each file of a folder is, and in which order they are moved in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from orchestrator.customers.imports.files import FileError, inspect, open_lines
from orchestrator.customers.imports.kinds import Kind
from orchestrator.customers.imports.table import Table
from orchestrator.domain.systems import KLAVIYO, MAUTIC, SALESMANAGO
from orchestrator.domain.wording import words_of
from orchestrator.moving import cells, klaviyo, mautic, salesmanago

# In this order they are stored: who people are and what they allow, then what takes it back, then what happened.
KINDS: Mapping[str, Sequence[Kind]] = {
    KLAVIYO: klaviyo.KINDS,
    MAUTIC: mautic.KINDS,
    SALESMANAGO: salesmanago.KINDS,
}
# The columns, by their fields' names, of which a file of each kind has one of each; the first kind that fits is it.
_SIGNS: Mapping[str, Sequence[frozenset[str]]] = {
    "klaviyo_events": (frozenset({"at"}), frozenset({"metric", "event_id"})),
    "klaviyo_suppressed": (frozenset({"email"}), frozenset({"reason"})),
    "klaviyo_people": (frozenset({"email", "phone"}), frozenset({"klaviyo_id", "consent_email", "consent_sms", "since"})),
    "mautic_emails": (frozenset({"sent_at"}), frozenset({"contact_id", "lead_id", "email"})),
    "mautic_hits": (frozenset({"at"}), frozenset({"link"}), frozenset({"contact_id", "lead_id", "email"})),
    "mautic_do_not_contact": (frozenset({"reason"}), frozenset({"contact_id", "lead_id", "email"})),
    "mautic_people": (frozenset({"contact_id", "external_id"}), frozenset({"email", "phone", "mobile"})),
    "salesmanago_events": (frozenset({"event"}), frozenset({"at"}), frozenset({"email", "contact_id", "external_id"})),
    "salesmanago_people": (frozenset({"email"}), frozenset({"tags", "consent_email", "opted_out", "contact_id", "since"})),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A file that will be moved in, and what it is. `lines`: about how many it has."""

    path: Path
    kind: Kind
    lines: int


@dataclass(frozen=True, slots=True)
class Left:
    """A file that will not, and why."""

    path: Path
    why: str


def look(system: str, folder: Path) -> tuple[list[Known], list[Left]]:
    """Every file of the folder, in the order in which they are moved in. FileError where there is no such folder."""
    if not folder.is_dir():
        raise FileError(
            "there is no folder %(folder)s; put the exports into one and name it", folder=str(folder)
        )
    known: list[Known] = []
    left: list[Left] = []
    for path in sorted(one for one in folder.iterdir() if one.is_file() and not one.name.startswith(".")):
        try:
            known.append(recognise(system, path))
        except FileError as error:
            left.append(Left(path, words_of(error)))
    order = {kind.key: place for place, kind in enumerate(KINDS[system])}
    return sorted(known, key=lambda one: (order[one.kind.key], one.path.name)), left


def recognise(system: str, path: Path) -> Known:
    """What the file is, by its header; a file of one of Klaviyo's metrics by its name as well. FileError where it is none."""
    source = inspect(path)
    metric = _metric(path) if system == KLAVIYO else ""
    for kind in sorted(KINDS[system], key=lambda one: list(_SIGNS).index(one.key)):
        with open_lines(source) as lines:
            columns = set(Table(lines, kind.aliases()).columns)
        signs = _SIGNS[kind.key]
        if kind is klaviyo.EVENTS and metric and "at" in columns:
            fits = True
        else:
            fits = all(not sign.isdisjoint(columns) for sign in signs)
        if fits:
            return Known(path, _of_metric(kind, metric, columns), source.lines)
    wanted = "; ".join(str(kind.title) for kind in KINDS[system])
    raise FileError(
        "%(name)s is none of these by its header: %(wanted)s. See docs/moving-in.md for their columns",
        name=path.name,
        wanted=wanted,
    )


def _metric(path: Path) -> str:
    """The metric that a file is named after, `Received Email (1).csv`; "" for none."""
    name = cells.plain(path.stem.split("(")[0])
    found = [metric for metric in klaviyo.METRICS if name == metric or name.startswith(f"{metric}_")]
    return max(found, key=len, default="")


def _of_metric(kind: Kind, metric: str, columns: set[str]) -> Kind:
    if kind is not klaviyo.EVENTS or "metric" in columns or not metric:
        return kind
    return replace(kind, begin=partial(klaviyo.begin_events, metric))
