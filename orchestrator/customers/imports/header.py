"""HEADER: a table's columns as they are written, told apart where two are written alike, and what each of them means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.customers.imports.files import FileError
from orchestrator.domain.shown import shown

COLUMNS = 300
LEFT_OUT = ""  # what a column of a mapping means that is not read


@dataclass(frozen=True, slots=True)
class Header:
    """Three lists of the same length.

    `labels`: the names by which a mapping says which column it speaks of: as written, and of names that stand several
    times with the place of each, `Email (2)`. `names`: what each means: a field, a name of its own in one spelling, left
    out ("") or, where it has no name, None. `twice`: what several columns mean -> their places, from 1.
    """

    line: int
    written: Sequence[str]
    labels: Sequence[str]
    names: Sequence[str | None]
    twice: Mapping[str, Sequence[int]]

    def check(self) -> None:
        """FileError where two columns mean the same: which of them counts is for people to say."""
        for name, places in self.twice.items():
            told = [self.labels[place - 1] for place in places]
            raise FileError(
                "line %(line)s: columns %(places)s all mean %(name)s; say what the others mean, or leave them out. They"
                " are called %(labels)s",
                line=str(self.line), places=_listed([str(place) for place in places]), name=shown(name),
                labels=_listed([f"“{label}”" for label in told]),
            )  # fmt: skip


def read_header(
    line: int, cells: Sequence[str], aliases: Mapping[str, str], meant: Mapping[str, str]
) -> Header:
    """The columns of a header's cells. FileError where they are too many, too long, or not those of `meant`."""
    while len(cells) > COLUMNS and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > COLUMNS:
        raise FileError(
            "the header has %(count)s columns; %(most)s is the most. Is the delimiter right?",
            count=str(len(cells)),
            most=COLUMNS,
        )
    written = [name.strip() for name in cells]
    labels = _told_apart(written)
    _check_meant(line, written, labels, meant)
    names = [_meaning(name, label, aliases, meant) for name, label in zip(written, labels, strict=True)]
    if any(name and (len(name) > 100 or "\x00" in name) for name in names):
        raise FileError(
            "line %(line)s: a column's name is longer than 100 characters or holds a NUL; rename it",
            line=str(line),
        )
    places: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names, 1):
        if name:
            places[name].append(place)
    return Header(
        line, written, labels, names, {name: all_ for name, all_ in places.items() if len(all_) > 1}
    )


def plain(name: str) -> str:
    """A column's name in one spelling: lower case, underscores."""
    return "_".join(name.replace("-", " ").lower().split())


def _told_apart(written: Sequence[str]) -> list[str]:
    labels: list[str] = []
    for place, name in enumerate(written, 1):
        label = f"{name} ({place})" if name and written.count(name) > 1 else name
        while label != name and label in written:
            label += "*"
        labels.append(label)
    return labels


def _check_meant(line: int, written: Sequence[str], labels: Sequence[str], meant: Mapping[str, str]) -> None:
    for name in sorted(set(meant) - set(labels)):
        alike = [label for label, own in zip(labels, written, strict=True) if own == name]
        if alike:
            raise FileError(
                "line %(line)s: the column %(name)s stands several times; say which: %(labels)s",
                line=str(line),
                name=shown(name),
                labels=_listed([f"“{label}”" for label in alike]),
            )
        raise FileError("line %(line)s: the header has no column %(name)s", line=str(line), name=shown(name))


def _meaning(written: str, label: str, aliases: Mapping[str, str], meant: Mapping[str, str]) -> str | None:
    if label in meant:
        return meant[label]
    name = plain(written)
    return aliases.get(name, name) or None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
