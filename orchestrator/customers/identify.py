"""IDENTIFY: who is meant by calls that name a user, a browser, or both; people who are new are added.

A call that names both says that they are one person: what was known of the browser alone is merged into the user. An id
of a browser that already is another user's stays theirs: on a shared device two people are never taken for one. Two known
users are merged by `alias` alone, and only where a server says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from orchestrator.customers.known import ANONYMOUS, EXTERNAL, Known, Place, find
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Address, Customer, Identity
from orchestrator.customers.people import Person
from orchestrator.customers.save import save, save_known
from orchestrator.store import bulk

ERASED, TWO_USERS = "erased", "two_users"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one call says of who somebody is: at least one of the first two ids. `previous_id` is given up for `external_id`.

    `person`: what becomes true of them; its own external id is not read. `trusted`: it came from a server of the company.
    """

    external_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    person: Person | None = None
    trusted: bool = True

    @property
    def place(self) -> Place:
        """The id by which the person is meant."""
        return (EXTERNAL, self.external_id) if self.external_id else (ANONYMOUS, self.anonymous_id or "")

    @property
    def others(self) -> tuple[Place, ...]:
        """Ids that are said to be the same person's."""
        own = self.place
        named = (
            (ANONYMOUS, self.anonymous_id),
            (ANONYMOUS, self.previous_id),
            (EXTERNAL, self.previous_id),
        )
        return tuple((kind, value) for kind, value in named if value and (kind, value) != own)


@dataclass(frozen=True, slots=True)
class Identified:
    """`ids`: each claim's customer, None where nothing may be kept of them. `refused`: claim -> why a part was not done."""

    ids: tuple[int | None, ...]
    added: int
    merged: int
    refused: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Book:
    """Who is meant by each id, as the claims change it one after the other."""

    known: dict[Place, Known]
    links: dict[Place, int] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def link(self, place: Place, to: Known) -> None:
        """An id that nobody had leads to them from now on."""
        self.known[place] = to
        self.links[place] = to.id

    def join(self, other: Known, to: Known) -> None:
        """Whoever is meant by the other's ids is them."""
        self.pairs.append(Pair(to.id, other.id))
        for place, one in self.known.items():
            if one.id == other.id:
                self.known[place] = to


def identify(claims: Sequence[Claim], now: datetime) -> Identified:
    """Find or add everybody, merge who is one person, and save what is said of them; some hundred to 5,000 a call.

    Three transactions (who they are; mergers; facts), each of which the same call finds done: call it outside of any. A
    handful of statements beside those of a merger. MergeError `busy` where workers do not let go of somebody for
    seconds: the same call does the rest. ValueError names a person that cannot be stored; `people.check` tells before.
    """
    places = dict.fromkeys(place for claim in claims for place in (claim.place, *claim.others))
    known = find(places)
    added = _add_missing(claims, known, now)
    book = _Book(known)
    for index, claim in enumerate(claims):
        _read(claim, index, book)
    _write_links(book, now)
    merged = merge(book.pairs, now)
    ids = tuple(_kept(book.known.get(claim.place)) for claim in claims)
    _save_facts(claims, ids, now)
    return Identified(ids, added, merged, book.refused)


def _kept(one: Known | None) -> int | None:
    return None if one is None or one.erased else one.id


def _read(claim: Claim, index: int, book: _Book) -> None:
    """Go by one claim: link ids that nobody has, join browsers, and refuse what only a server may say."""
    me = book.known.get(claim.place)
    if me is None or me.erased:
        book.refused[index] = ERASED
        return
    for place in claim.others:
        other = book.known.get(place)
        if other is None:
            if claim.external_id:
                book.link(place, me)
        elif other.id != me.id and not other.erased:
            _meet(claim, index, place, other, book)


def _meet(claim: Claim, index: int, place: Place, other: Known, book: _Book) -> None:
    """Two rows are said to be one person."""
    me = book.known[claim.place]
    if not other.named or (place[1] == claim.previous_id and claim.trusted):
        book.join(other, me)
    elif place[1] == claim.previous_id:
        book.refused[index] = TWO_USERS


@transaction.atomic
def _add_missing(claims: Sequence[Claim], known: dict[Place, Known], now: datetime) -> int:
    """Add who is nobody yet; a browser that the same call gives to a user is not somebody of its own before."""
    linked = {place for claim in claims if claim.external_id for place in claim.others}
    missing = [
        place
        for place in dict.fromkeys(claim.place for claim in claims)
        if place not in known and not (place[0] == ANONYMOUS and place in linked)
    ]
    if not missing:
        return 0
    users = [place for place in missing if place[0] == EXTERNAL]
    browsers = [place for place in missing if place[0] == ANONYMOUS]
    saved = save([*(Person(value) for _, value in users), *(Person() for _ in browsers)], now)
    ids = dict(zip([*users, *browsers], saved.ids, strict=True))
    known |= {place: Known(ids[place], True, False) for place in users}
    known |= _add_browsers({place: ids[place] for place in browsers}, now)
    return saved.created


def _add_browsers(ids: Mapping[Place, int], now: datetime) -> dict[Place, Known]:
    """Give new customers the ids of their browsers. Where another call was quicker, theirs are it, and ours go again."""
    added = _insert(ids, now)
    late = [place for place in ids if place not in added]
    if late:
        Customer.objects.filter(id__in=[ids[place] for place in late]).delete()
    return {place: Known(ids[place], False, False) for place in added} | (find(late) if late else {})


def _write_links(book: _Book, now: datetime) -> None:
    """Ids that nobody had lead to somebody. Where another call has added a browser meanwhile, it is merged like any other."""
    late = set(book.links) - _insert(book.links, now)
    for place, other in find(late).items() if late else ():
        to = book.links[place]
        if not other.named and not other.erased and other.id != to:
            book.pairs.append(Pair(to, other.id))


def _insert(ids: Mapping[Place, int], now: datetime) -> set[Place]:
    """Have these ids lead to these customers; answers those that led to nobody before. One order for everybody."""
    rows = [(kind, value, id_, now) for (kind, value), id_ in sorted(ids.items())]
    columns = ("kind", "value", "customer", "created_at")
    answer = bulk.insert(Identity, columns, rows, ignore_conflicts=True, returning=("kind", "value"))
    return {(str(kind), str(value)) for kind, value in answer}


def _save_facts(claims: Sequence[Claim], ids: Sequence[int | None], now: datetime) -> None:
    facts = [
        (id_, claim.person, claim.trusted)
        for claim, id_ in zip(claims, ids, strict=True)
        if id_ is not None and claim.person is not None
    ]
    if facts:
        save_known(list(_guarded(facts)), now)


def _guarded(facts: Sequence[tuple[int, Person, bool]]) -> Iterator[tuple[int, Person]]:
    """Whoever speaks for a browser may give somebody their first address of a channel, and never another one: its key is
    public, so that anybody could have somebody else's letters sent to themselves."""
    asked = {id_ for id_, person, trusted in facts if not trusted and person.addresses}
    rows = Address.objects.filter(customer__in=asked).values_list("customer_id", "channel") if asked else ()
    has = set(rows)
    for id_, person, trusted in facts:
        given = person.addresses
        if not trusted:
            given = {channel: value for channel, value in given.items() if (id_, channel) not in has}
        has |= {(id_, channel) for channel in given}
        yield id_, replace(person, addresses=given)
