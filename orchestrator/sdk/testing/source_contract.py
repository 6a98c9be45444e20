"""What every source must keep to, as tests to inherit.

class TestAcmeShop(SourceContract):
    def make_source(self): return AcmeShop()
    def signed(self, body, secret): return Request("POST", URL, {"x-signature": sign(body, secret)}, body)
    deliveries = (ORDER, CUSTOMER)        # bodies, as the other side sends them
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest

from orchestrator.sdk import (
    Connected,
    Fact,
    Happened,
    Offered,
    Request,
    Said,
    SignatureInvalid,
    Source,
    Unread,
)
from orchestrator.sdk.testing.base import Contract
from orchestrator.sdk.testing.checks import check, fail
from orchestrator.sdk.testing.purity import watch_purity
from orchestrator.sdk.testing.rubbish import NAME

SECRET, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KNOWN = Connected((SECRET,), NOW, ZoneInfo("Europe/Warsaw"), currency="PLN")
_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
ODD: tuple[object, ...] = (None, "", 7, -1, "x", [], {}, [[]], [None], True, 1e999)
HUGE = 20_000  # lines of an order that nobody places


class SourceContract(Contract):
    """All rules on sources. `deliveries`: bodies as the other side sends them. `unknown`: one that is no concern of ours."""

    deliveries: ClassVar[Sequence[bytes]] = ()
    unknown: ClassVar[bytes] = b'{"something": "else"}'
    replayable: ClassVar[bool] = True  # whether an old signature stays good, as most shops have it

    def make_source(self) -> Source:
        """A new source."""
        raise NotImplementedError("Write make_source(self): it answers a new one to be tested.")

    def signed(self, body: bytes, secret: str) -> Request:
        """The body as the other side sends it, with the headers of its topic, signed at `NOW` with this secret."""
        raise NotImplementedError("Write signed(self, body, secret): a Request as the other side sends it.")

    def test_declares_a_name_a_title_and_whose_secret_it_is(self) -> None:
        source = self.make_source()
        check(
            isinstance(source.name, str) and NAME.match(source.name) is not None, "name: small letters and _."
        )
        check(
            bool(source.title) and source.secret in ("ours", "theirs"),
            "title is empty, or secret is neither.",
        )
        check(all(isinstance(one, str) and one for one in source.steps), "steps are sentences.")
        check(len(self.deliveries) >= 1, "Write deliveries: at least one body as the other side sends it.")

    def test_true_deliveries_are_read(self) -> None:
        for body in self.deliveries:
            facts = self._parse(self.signed(body, SECRET))
            check(bool(facts), f"nothing was read of {body[:60]!r}.")
            check(not any(isinstance(one, Unread) for one in facts), f"a part of {body[:60]!r} was not read.")

    def test_a_wrong_signature_is_refused(self) -> None:
        for body in self.deliveries:
            self._refused(self.signed(body, OTHER), "signed with another secret")

    def test_no_signature_is_refused(self) -> None:
        for body in self.deliveries:
            self._refused(Request("POST", "/", {}, body), "without a header")
            headers = dict.fromkeys(self.signed(body, SECRET).headers, "")
            self._refused(Request("POST", "/", headers, body), "with empty headers")

    def test_a_changed_body_is_refused_or_the_secret_is_sent_as_it_is(self) -> None:
        for body in self.deliveries:
            true = self.signed(body, SECRET)
            if SECRET in true.headers.values():
                pytest.skip("the other side sends the secret itself and signs nothing")
            self._refused(replace(true, body=body + b" "), "with a body that was changed")

    def test_the_secret_before_a_rotation_is_good(self) -> None:
        known = replace(KNOWN, secrets=(OTHER, SECRET))
        check(
            bool(self._parse(self.signed(self.deliveries[0], SECRET), known)),
            "the older of two secrets is refused.",
        )

    def test_no_secret_lets_nobody_in(self) -> None:
        for secrets in ((), ("",)):
            request = self.signed(self.deliveries[0], "")
            try:
                self.make_source().verify(request, replace(KNOWN, secrets=secrets))
            except SignatureInvalid:
                continue
            fail("a connection without a secret lets everybody in.")

    def test_an_old_delivery_is_refused_where_its_time_is_signed(self) -> None:
        if self.replayable:
            pytest.skip("the other side signs no time; keys make a replay harmless")
        later = replace(KNOWN, now=NOW + timedelta(minutes=6))
        self._refused(self.signed(self.deliveries[0], SECRET), "six minutes old", later)

    def test_the_signature_comes_first(self) -> None:
        for body in (b"", b"{", b"\xff\xfe", b"[]", b"null", b"0"):
            self._refused(Request("POST", "/", {}, body), "without a signature, of rubbish")

    def test_rubbish_is_nothing_or_a_value_error_in_words(self) -> None:
        body = self.deliveries[0]
        cut = (
            body[: len(body) // 2],
            body[:-1],
            b"",
            b"\xff\xfe\x00",
            b"[]",
            b"null",
            b"7",
            b"{}",
            b"[" * 100_000,
        )
        for one in (*cut, *self._emptied()):
            self._read_or_said(one)

    def test_a_huge_delivery_is_read_in_its_time(self) -> None:
        for body in self.deliveries:
            grown = self._grown(json.loads(body))
            if grown is not None:
                self._read_or_said(json.dumps(grown).encode())

    def test_what_is_no_concern_of_ours_is_nothing(self) -> None:
        facts = self._parse(self.signed(self.unknown, SECRET))
        check(list(facts) == [], f"{self.unknown[:60]!r} became {facts}.")

    def test_the_same_delivery_gives_the_same_facts(self) -> None:
        for body in self.deliveries:
            request = self.signed(body, SECRET)
            once, again = self._parse(request), self._parse(request)
            check(list(once) == list(again), "the same delivery read twice says two things.")
            later = self._parse(request, replace(KNOWN, now=NOW + timedelta(minutes=3)))
            check(_keys(once) == _keys(later), "a key depends on when the delivery is read.")

    def test_keys_are_those_of_one_thing(self) -> None:
        for body in self.deliveries:
            keys = _keys(self._parse(self.signed(body, SECRET)))
            check(len(set(keys)) == len(keys), "two facts of one delivery have the same key.")
            check(all(1 <= len(key) <= 100 for key in keys), "a key has more than 100 letters, or none.")

    def test_the_prefix_stands_in_the_keys(self) -> None:
        known = replace(KNOWN, prefix="zweite-")
        for body in self.deliveries:
            keys = _keys(self._parse(self.signed(body, SECRET), known))
            check(all("zweite-" in key for key in keys), "a key is without the connection's prefix.")

    def test_events_are_named_and_dated_and_of_somebody(self) -> None:
        for fact in self._facts():
            if isinstance(fact, Happened):
                check(_EVENT.fullmatch(fact.name) is not None, f"{fact.name} is no name of an event.")
                check(fact.occurred_at.tzinfo is not None, f"{fact.name} happened at a time without a zone.")
                who = fact.who
                check(bool(who.external_id or who.email or who.phone or who.of), f"{fact.name} names nobody.")

    def test_money_is_exact(self) -> None:
        for fact in self._facts():
            amounts: list[Decimal | None] = [fact.amount] if isinstance(fact, Happened) else []
            if isinstance(fact, Offered):
                amounts = [fact.price, fact.regular_price]
            check(all(one is None or type(one) is Decimal for one in amounts), "an amount is no Decimal.")

    def test_consents_are_said_with_their_moment(self) -> None:
        for fact in self._facts():
            if isinstance(fact, Said):
                check(
                    fact.state in ("granted", "withdrawn"), f"{fact.state} is neither granted nor withdrawn."
                )
                check(
                    fact.at.tzinfo is not None and bool(fact.source),
                    "a consent is without its moment or its source.",
                )

    def test_reads_no_clock_no_file_and_no_network(self) -> None:
        requests = [self.signed(body, SECRET) for body in self.deliveries]
        for request in requests:
            self._parse(request)  # what is loaded once is loaded now
        with watch_purity() as found:
            for request in requests:
                self._parse(request)
        check(not found, f"it used {found[0] if found else ''}: what it needs is an argument.")

    def test_files_are_declared(self) -> None:
        for file in self.make_source().files():
            check(
                NAME.match(file.key) is not None and bool(file.title and file.help),
                f"{file.key} says too little.",
            )
            names = [name for one in file.fields for name in (one.name, *one.aliases)]
            check(len(set(names)) == len(names), f"{file.key}: a column could mean two fields.")
            check(all(name == name.lower() for name in names), f"{file.key}: write columns in small letters.")

    def _facts(self) -> list[Fact]:
        return [fact for body in self.deliveries for fact in self._parse(self.signed(body, SECRET))]

    def _parse(self, request: Request, known: Connected = KNOWN) -> Sequence[Fact]:
        try:
            return self.make_source().parse(request, known)
        except Exception as error:
            fail(f"a true delivery raised {type(error).__name__}: {error}")

    def _refused(self, request: Request, how: str, known: Connected = KNOWN) -> None:
        try:
            self.make_source().parse(request, known)
        except SignatureInvalid:
            return
        except Exception as error:
            fail(f"a delivery {how} raised {type(error).__name__}, not SignatureInvalid.")
        fail(f"a delivery {how} was read.")

    def _read_or_said(self, body: bytes) -> None:
        try:
            self.make_source().read(self.signed(body, SECRET), KNOWN)
        except ValueError as error:
            check(bool(str(error)), "it was refused without a word.")
        except Exception as error:
            fail(f"{body[:40]!r} raised {type(error).__name__}: {error}. Raise ValueError, with words.")

    def _emptied(self) -> list[bytes]:
        """The first delivery with each of its fields, and of those inside, gone or of another kind."""
        whole = json.loads(self.deliveries[0])
        found: list[bytes] = []
        _each(whole, lambda: found.append(json.dumps(whole).encode()))
        return found

    @staticmethod
    def _grown(said: object) -> object | None:
        """With its longest list many times as long; None where there is none."""
        lists = _lists(said)
        if not lists:
            return None
        longest = max(lists, key=len)
        longest *= HUGE // max(len(longest), 1)
        return said


def _keys(facts: Sequence[Fact]) -> list[str]:
    return [one.key for one in facts if isinstance(one, Happened | Offered)]


def _each(said: object, tell: Callable[[], None]) -> None:
    """Put something else into the place of each value in turn, tell, and put it back."""
    if isinstance(said, dict):
        for name, value in list(said.items()):
            for other in ODD:
                said[name] = other
                tell()
            said[name] = value
            _each(value, tell)
    elif isinstance(said, list):
        for one in said[:1]:
            _each(one, tell)


def _lists(said: object) -> list[list[object]]:
    if isinstance(said, dict):
        return [one for value in said.values() for one in _lists(value)]
    if isinstance(said, list) and said:
        return [said, *(one for value in said for one in _lists(value))]
    return []
