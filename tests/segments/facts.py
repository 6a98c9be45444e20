"""Plain facts of a few strange people, stored, and what a rule says of them by Python alone: no SQL, no ORM."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.save import Person, save
from orchestrator.domain.definition.comparisons import Comparison, compare
from orchestrator.domain.definition.rules import (
    AllOf,
    AnyOf,
    AttributeIs,
    Consented,
    Happened,
    InSegment,
    Not,
    Received,
    Rule,
)
from orchestrator.domain.outbox import SENT
from orchestrator.events.record import NewEvent, record
from orchestrator.messaging.models import Message, TemplateVersion
from orchestrator.segments.models import Membership, Segment
from orchestrator.workspace.models import Brand

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)  # a day after the clocks went forward in Warsaw
ZONE = ZoneInfo("Europe/Warsaw")
TEXTS = (
    *("gold", "Gold", "", " ", "5", "5.0", "true", "zażółć", "ZAŻÓŁĆ", "👩‍👩‍👧", "é", "e\u0301", "ß", "ss", '["gold"]'),
    *("50%", "_", "'; --", 'a"b\\c', "null", "2026-03-30", "2026-03-29T23:59:59Z", "2026-02-31", "2024-02-29"),
    *("2023-02-29", "9999-12-31", "0001-01-01", "0000-01-01", "2026-3-2", "２０２６-０１-０１", "1900-02-29", "2000-02-29"),
    *("9abc", "2026-03-3", "2026-13-01", "now", "x" * 500),
)  # fmt: skip
NUMBERS = (0, 1, -1, 5, 5.0, 0.1, 0.3, 0.1 + 0.2, 1e-11, 1e-12, -0.0, 2.5, 10**15, -(10**15), 1e15)
BEYOND = (10**20, 10**40, 1e300, -1e-300)  # of what no rule can write, but a customer can have
NESTED = ([], ["gold"], [["gold"]], ["5", 5], [5], [True, None, "true"], {"gold": 1}, {}, ["zażółć", ""])
VALUES: tuple[Any, ...] = (*TEXTS, *NUMBERS, *BEYOND, *NESTED, True, False, None)
NAMES = ("tier", "size", "tags")
EVENTS = ("order.placed", "cart.seen")
CHANGES = ("order.returned", "order.cancelled")
ORDERS = (
    "A-7",
    7,
    "7",
    "",
    None,
    7.5,
    True,
    ["A-7"],
)  # by what orders and their changes are named, or are not
PLACES = {
    "language": ("pl", "en", "de-AT", ""),
    "country": ("PL", "DE", ""),
    "time_zone": ("Europe/Warsaw", ""),
}
CHANNELS, PURPOSES = ("email", "sms"), ("marketing", "transactional")
SEGMENTS = ("vip", "new")
JOURNEYS, STEPS = ("welcome", "winback"), ("hello", "nudge")
# Before the moment, at it, at the edges of windows in wall time and in elapsed time, and after it.
AGES = tuple(
    timedelta(**one)
    for one in ({"hours": -1}, {}, {"hours": 23}, {"hours": 24}, {"hours": 47}, {"hours": 48}, {"days": 8}, {"days": 900})
)  # fmt: skip
AMOUNTS = (None, Decimal("0.00"), Decimal("10.00"), Decimal("10.01"), Decimal("-3.50"), Decimal("999999.99"))


@dataclass
class Facts:
    """All that a rule can ask of one customer; moments in UTC."""

    places: dict[str, str]
    attributes: dict[str, Any]
    events: list[tuple[str, datetime, Decimal | None, dict[str, Any]]] = field(default_factory=list)
    consents: set[tuple[str, str]] = field(default_factory=set)
    segments: set[str] = field(default_factory=set)
    received: list[tuple[str, str, datetime]] = field(default_factory=list)


class World(dict[int, Facts]):
    """People by their ids."""

    def __repr__(self) -> str:
        """In short: a rule that fails is looked for among forty people by hand."""
        return f"<{len(self)} people>"


def true_of(rule: Rule, facts: Facts) -> bool:
    """What the rule says of these facts, at NOW."""
    match rule:
        case AllOf(parts):
            return all(true_of(part, facts) for part in parts)
        case AnyOf(parts):
            return any(true_of(part, facts) for part in parts)
        case Not(part):
            return not true_of(part, facts)
        case AttributeIs(comparison):
            return comparison.matches(_known(comparison.name, facts))
        case Consented(channel, purpose):
            return (channel, purpose) in facts.consents
        case InSegment(segment):
            return segment in facts.segments
        case Received(journey, step, within):
            return any(
                (not journey or journey == theirs) and (not step or step == its) and _in_time(at, within)
                for theirs, its, at in facts.received
            )
        case Happened():
            return _happened(rule, facts)
    raise AssertionError(f"nobody has said what {rule} means")


def _known(name: str, facts: Facts) -> Any:
    return (facts.places[name] or None) if name in PLACES else facts.attributes.get(name)


def _in_time(at: datetime, within: Any) -> bool:
    return at <= NOW and (within is None or at >= within.before(NOW, ZONE))


def _happened(rule: Happened, facts: Facts) -> bool:
    found = [
        amount
        for name, at, amount, properties in (
            _standing(facts) if rule.event == "order.placed" else facts.events
        )
        if name == rule.event
        and _in_time(at, rule.within)
        and all(_matches(test, amount, properties) for test in rule.where)
    ]
    if not rule.count and not rule.total:
        return bool(found)
    total = sum((amount for amount in found if amount is not None), Decimal(0))
    if rule.event == "order.placed" and not rule.where and found:
        total = max(total - _loose(facts, rule.within), min(total, Decimal(0)))
    often = all(compare(len(found), bound.op, bound.value) for bound in rule.count)  # type: ignore[arg-type]
    return often and all(_money(bound, total) for bound in rule.total)


Did = tuple[str, datetime, Decimal | None, dict[str, Any]]


def _standing(facts: Facts) -> list[Did]:
    """Orders as they stand at NOW, each order id by itself: what was given back is taken from its orders in turn."""
    past = [one for one in facts.events if one[1] <= NOW]
    answer: list[Did] = []
    left = {order: _given_back(order, past) for order in map(_order, past) if order}
    for name, at, amount, about in sorted(past, key=lambda one: one[1]):
        order = _order((name, at, amount, about))
        if name != "order.placed" or left.get(order, 0) is None:
            continue
        off = min(left.get(order) or Decimal(0), max(amount or Decimal(0), Decimal(0)))
        if order:
            left[order] = (left[order] or Decimal(0)) - off
        if not amount or off != amount:
            answer.append((name, at, amount if amount is None else amount - off, about))
    return answer


def _given_back(order: str, past: list[Did]) -> Decimal | None:
    """All that was given back of an order; None where that is the whole of it, whatever it cost."""
    changes = [one for one in past if one[0] in CHANGES and _order(one) == order]
    if any(name == "order.cancelled" or amount is None for name, _, amount, _ in changes):
        return None
    return sum((abs(amount) for _, _, amount, _ in changes if amount is not None), Decimal(0))


def _loose(facts: Facts, within: Any) -> Decimal:
    """What was given back in time for orders that nobody knows."""
    known = {_order(one) for one in facts.events if one[0] == "order.placed" and one[1] <= NOW} - {""}
    back = [one for one in facts.events if one[0] == "order.returned" and _order(one) not in known]
    return sum((abs(amount) for _, at, amount, _ in back if amount and _in_time(at, within)), Decimal(0))


def _order(did: Did) -> str:
    said = did[3].get("order_id")
    return str(said) if isinstance(said, str) or type(said) is int else ""


def _matches(test: Comparison, amount: Decimal | None, properties: dict[str, Any]) -> bool:
    if test.name != "amount":
        return test.matches(properties.get(test.name))
    if test.op == "exists" or amount is None:
        return test.matches(amount)
    # As numbers, to the last digit: an amount is a Decimal, which `matches` does not know.
    terms = test.value if isinstance(test.value, tuple) else (test.value,)
    if test.op in ("is", "in", "is_not", "not_in"):
        equal = test.kind == "number" and any(Decimal(str(term)) == amount for term in terms)
        return equal is (test.op in ("is", "in"))
    return test.op in ("above", "below", "at_least", "at_most") and _money(test, amount)


def _money(bound: Comparison, amount: Decimal) -> bool:
    return compare(amount, bound.op, Decimal(str(bound.value)))  # type: ignore[arg-type]


def make(people: int, seed: int = 7) -> World:
    """So many people with facts drawn by lot, stored by the verbs of their rooms; by their ids."""
    chance = Random(seed)
    drawn = [_drawn(chance) for _ in range(people)]
    ids = save(
        [
            Person(f"p{number}", attributes=one.attributes, **one.places)  # type: ignore[arg-type]
            for number, one in enumerate(drawn)
        ],
        NOW,
    ).ids
    facts = World(sorted(zip(ids, drawn, strict=True), key=lambda pair: pair[0]))
    for one in facts.values():
        one.attributes = {name: value for name, value in one.attributes.items() if value is not None}
    _store_events(facts)
    _store_consents(facts)
    _store_members(facts)
    _store_messages(facts)
    return facts


def _drawn(chance: Random) -> Facts:
    places = {name: chance.choice(values) for name, values in PLACES.items()}
    facts = Facts(places, {name: chance.choice(VALUES) for name in NAMES if chance.random() < 0.8})
    for _ in range(chance.randrange(5)):
        about = {name: chance.choice(VALUES) for name in ("kind", "size") if chance.random() < 0.7}
        about |= {"order_id": chance.choice(ORDERS)} if chance.random() < 0.8 else {}
        happened = (chance.choice(EVENTS), NOW - chance.choice(AGES), chance.choice(AMOUNTS), about)
        facts.events.append(happened)
    for _ in range(chance.choice((0, 0, 1, 3))):  # of most customers nothing was given back
        about = {"order_id": chance.choice(ORDERS)} if chance.random() < 0.9 else {}
        amount = chance.choice(
            (None, Decimal("0.01"), Decimal("10.00"), Decimal("-4.00"), Decimal("5000000.00"))
        )
        facts.events.append((chance.choice(CHANGES), NOW - chance.choice(AGES), amount, about))
    facts.consents = {(one, purpose) for one in CHANNELS for purpose in PURPOSES if chance.random() < 0.4}
    facts.segments = {one for one in SEGMENTS if chance.random() < 0.4}
    for _ in range(chance.randrange(3)):
        facts.received.append((chance.choice(JOURNEYS), chance.choice(STEPS), NOW - chance.choice(AGES)))
    return facts


def _store_events(facts: dict[int, Facts]) -> None:
    later = NOW + timedelta(days=1)  # so that what lies ahead of NOW is stored as it is
    events = [
        NewEvent(id_, name, at, f"{id_}-{number}", amount, about)
        for id_, one in facts.items()
        for number, (name, at, amount, about) in enumerate(one.events)
    ]
    record(events, later)


def _store_consents(facts: dict[int, Facts]) -> None:
    said = [
        Statement(id_, channel, "granted" if (channel, purpose) in one.consents else "withdrawn", "test", purpose)
        for id_, one in facts.items()
        for channel in CHANNELS
        for purpose in PURPOSES
    ]  # fmt: skip
    # What was said of one topic, or to another brand, allows nothing else.
    other = Brand.objects.create(key="other", name="Other")
    said += [Statement(id_, "sms", "granted", "test", topic="club") for id_ in facts]
    said += [Statement(id_, "sms", "granted", "test", brand_id=other.pk) for id_ in facts]
    record_consents(said, NOW)


def _store_members(facts: dict[int, Facts]) -> None:
    for key in SEGMENTS:
        segment = Segment.objects.create(key=key, title=key, source="", rule={}, changed_at=NOW)
        for id_, one in facts.items():
            if key in one.segments:
                Membership.objects.create(segment=segment, customer_id=id_, since=NOW)


def _store_messages(facts: dict[int, Facts]) -> None:
    brand = Brand.objects.get(key="default")
    text = _text(brand)
    sent = [
        (id_, journey, step, at, sorted(SENT)[0], False)
        for id_, one in facts.items()
        for journey, step, at in one.received
    ]
    # What was planned only, or was a test, nobody has received.
    sent += [(id_, "welcome", "hello", NOW, "skipped", False) for id_ in facts]
    sent += [(id_, "welcome", "hello", NOW, sorted(SENT)[0], True) for id_ in facts]
    Message.objects.bulk_create(_message(number, brand, text, *row) for number, row in enumerate(sent))


def _text(brand: Brand) -> TemplateVersion:
    from orchestrator.messaging.models import Template

    template = Template.objects.create(key="hello", brand=brand)
    return TemplateVersion.objects.create(
        template=template, digest="a" * 64, topic="", source="", prepared={}, published_at=NOW
    )


def _message(
    number: int, brand: Brand, text: TemplateVersion, customer: int, journey: str, step: str, at: datetime,
    state: str, test: bool,
) -> Message:  # fmt: skip
    return Message(
        key=f"{number:032x}", customer_id=customer, brand=brand, enrollment_id=number + 1, journey=journey, version=1,
        step=step, template_version=text, channel="email", purpose="marketing", topic="", priority=50,
        journey_at=NOW, state=state, created_at=at, due_at=at, expires_at=at, handed_off_at=at, test=test,
    )  # fmt: skip
