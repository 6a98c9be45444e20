"""CELLS: which counts of people must be hidden together, so that none below the threshold can be had by subtraction.

A table is its counts, and the sums among them that a reader can make: a total is its parts, a margin a row or a column.
Primary: a count of 1 to `least` - 1 is hidden. Complementary: as long as the sums leave less than `least` between the least
and the most that a hidden count may be, another is hidden with it: the smallest that helps, totals last. All hidden counts
look alike, so that nobody is told which of them is the small one.

Nought is shown: it is about nobody, and a new journey would be all holes. The price: where nobody of a group did something,
that is told of each of the group, and a hidden count is known to be 1 at least, which is reckoned with here.

Source: Hundepool et al., Statistical Disclosure Control (2012), ch. 4. There linear programming finds the interval of a hidden
cell; here moves that keep every sum are the witness that it is at least so wide, and a little more may be hidden for it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf, lcm

LEAST = 5
LARGEST = (
    40  # hidden counts, up to which it is worked out; beyond, all that stands in a sum with a hidden one goes
)
PAIRED = 12  # independent changes, up to which two of them are also tried together
Name = Hashable
Moves = Sequence[Mapping[Name, int]]


@dataclass(frozen=True, slots=True)
class Sum:
    """`total` is the sum of `parts`; a reader sees, or can guess, each of these names."""

    total: Name
    parts: tuple[Name, ...]


def hidden(counts: Mapping[Name, int], sums: Collection[Sum], least: int = LEAST) -> frozenset[Name]:
    """The names whose counts are not shown. The same table has the same answer, whatever the order of `sums`."""
    gone = [name for name, count in counts.items() if 0 < count < least]
    if not gone or not sums:
        return frozenset(gone)
    known = [one for one in sums if all(name in counts for name in (one.total, *one.parts))]
    first = frozenset(gone)
    while len(gone) <= LARGEST and (weak := _weakest(counts, known, gone, least)) is not None:
        added = _helper(counts, known, gone, weak, least)
        if added is None:
            break
        gone.append(added)
    if len(gone) > LARGEST:
        return _all_touched(counts, known, gone)
    return _without_needless(counts, known, gone, first, least)


def interval(
    name: Name, counts: Mapping[Name, int], sums: Collection[Sum], gone: Collection[Name]
) -> tuple[float, float]:
    """What a hidden count may be at least so low and so high as, given all that is shown; infinite where nothing bounds it."""
    moves = _moves(counts, sums, gone)
    return _pushed(name, counts, gone, moves, -1), _pushed(name, counts, gone, moves, 1)


def _weakest(
    counts: Mapping[Name, int], sums: Collection[Sum], gone: Sequence[Name], least: int
) -> Name | None:
    """The first hidden count that is known too well; None if none is."""
    moves = _moves(counts, sums, gone)
    for name in gone:
        if _pushed(name, counts, gone, moves, 1) - _pushed(name, counts, gone, moves, -1) < least:
            return name
    return None


def _helper(
    counts: Mapping[Name, int], sums: Collection[Sum], gone: Sequence[Name], weak: Name, least: int
) -> Name | None:
    """What is hidden with it: the smallest that is enough, else the smallest that stands in a sum with something hidden."""
    near = _near(counts, sums, gone)
    for one in near:
        low, high = interval(weak, counts, sums, [*gone, one])
        if high - low >= least:
            return one
    return near[0] if near else None


def _near(counts: Mapping[Name, int], sums: Collection[Sum], gone: Collection[Name]) -> list[Name]:
    """Shown counts that stand in a sum with a hidden one: parts before totals, small before large, as the table goes."""
    places = {name: place for place, name in enumerate(counts)}
    touched = {
        name
        for one in sums
        if not {one.total, *one.parts}.isdisjoint(gone)
        for name in (one.total, *one.parts)
        if counts[name] and name not in gone
    }
    return sorted(touched, key=lambda name: (_height(name, sums), counts[name], places[name]))


def _height(name: Name, sums: Collection[Sum], above: int = 0) -> int:
    """How many totals stand below a count: none below a part of everything."""
    below = [part for one in sums if one.total == name for part in one.parts]
    if not below or above > len(sums):
        return 0
    return 1 + max(_height(part, sums, above + 1) for part in below)


def _without_needless(
    counts: Mapping[Name, int],
    sums: Collection[Sum],
    gone: Sequence[Name],
    first: frozenset[Name],
    least: int,
) -> frozenset[Name]:
    """Without those that turn out not to be needed since others were hidden after them; the largest is tried first."""
    left = list(gone)
    for name in sorted(set(gone) - first, key=lambda one: -counts[one]):
        fewer = [one for one in left if one != name]
        if _weakest(counts, sums, fewer, least) is None:
            left = fewer
    return frozenset(left)


def _all_touched(counts: Mapping[Name, int], sums: Collection[Sum], gone: Iterable[Name]) -> frozenset[Name]:
    found = set(gone)
    while more := set(_near(counts, sums, found)):
        found |= more
    return frozenset(found)


def _pushed(name: Name, counts: Mapping[Name, int], gone: Collection[Name], moves: Moves, way: int) -> float:
    """How far a hidden count can be pushed up (1) or down (-1), all sums kept and every hidden count 1 at least."""
    at = {one: counts[one] for one in gone}
    while True:
        before = at[name]
        for move in moves:
            if step := move.get(name, 0):
                far = _far(at, move, way if step > 0 else -way)
                if far == inf:
                    return inf * way
                for one, by in move.items():
                    at[one] += int(far) * by * (way if step > 0 else -way)
        if at[name] == before:
            return before


def _far(at: Mapping[Name, int], move: Mapping[Name, int], way: int) -> float:
    """How many times a move can be made before some count would be less than 1."""
    rooms = [(at[one] - 1) // -(by * way) for one, by in move.items() if by * way < 0]
    return min(rooms, default=inf)


def _moves(counts: Mapping[Name, int], sums: Collection[Sum], gone: Collection[Name]) -> Moves:
    """Changes of hidden counts that keep every sum: a basis of them all, and what two of these make together.

    Totals come first, so that a change is of a part with every hidden total above it, wherever that is one; then the
    largest, against which the others have most room.
    """
    here = frozenset(gone)
    names = sorted(
        (name for name in counts if name in here), key=lambda name: (-_height(name, sums), -counts[name])
    )
    basis = list(_null_space([_row(one, names) for one in _sorted(sums)], len(names)))
    pairs = [
        [a + sign * b for a, b in zip(one, other, strict=True)]
        for place, one in enumerate(basis)
        for other in (basis[:place] if len(basis) <= PAIRED else ())
        for sign in (-1, 1)
    ]
    return [
        {name: by for name, by in zip(names, move, strict=True) if by}
        for move in (*basis, *pairs)
        if any(move)
    ]


def _sorted(sums: Collection[Sum]) -> list[Sum]:
    return sorted(sums, key=lambda one: (str(one.total), str(one.parts)))


def _row(one: Sum, names: Sequence[Name]) -> list[Fraction]:
    return [Fraction((name in one.parts) - (name == one.total)) for name in names]


def _null_space(rows: list[list[Fraction]], width: int) -> Iterator[list[int]]:
    """Whole-numbered vectors that make every row nought, one for each column without a pivot."""
    pivots = _reduced(rows, width)
    for free in range(width):
        if free in pivots:
            continue
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for column, place in pivots.items():
            vector[column] = -rows[place][free]
        scale = lcm(*(one.denominator for one in vector))
        whole = [int(one * scale) for one in vector]
        shared = gcd(*whole)
        yield [one // shared for one in whole]


def _reduced(rows: list[list[Fraction]], width: int) -> dict[int, int]:
    """Gauss and Jordan, in place; column -> the row that has its pivot."""
    pivots: dict[int, int] = {}
    for column in range(width):
        place = next((at for at in range(len(pivots), len(rows)) if rows[at][column]), None)
        if place is None:
            continue
        top = len(pivots)
        rows[top], rows[place] = rows[place], rows[top]
        head = rows[top][column]
        rows[top] = [one / head if one else one for one in rows[top]]
        for at, row in enumerate(rows):
            if at != top and row[column]:
                by = row[column]
                rows[at] = [a - by * b if b else a for a, b in zip(row, rows[top], strict=True)]
        pivots[column] = top
    return pivots
