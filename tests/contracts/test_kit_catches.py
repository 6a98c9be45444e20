"""The kit is only worth something if it is red where it must be: each provider here breaks one rule on purpose."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.sdk import (
    Accepted,
    Deferred,
    Message,
    Provider,
    ProviderUnavailable,
    Receipt,
    ReceiptKind,
    Rejected,
    RejectReason,
    Request,
    Response,
    Result,
    SignatureInvalid,
    SmsContent,
    Transport,
    TransportError,
    Unknown,
)
from orchestrator.sdk.testing import Conformance, ProviderContract, Verdict, conformance
from orchestrator.sdk.testing.factories import COMPOSED_AT

RESULTS: dict[str, Result] = {
    "queued": Accepted(),
    "refused": Rejected(RejectReason.BLOCKED),
    "later": Deferred(),
}


class Honest(Provider):
    """Keeps every rule, class I and Q and receipts included. The liars below change one thing each."""

    name = "honest"
    channel = "sms"
    max_batch = 4
    idempotent = timedelta(hours=1)
    queryable = True

    async def send(self, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
        try:
            response = await transport.request(self.request(messages))
        except TransportError as error:
            return self.failed(messages, error)
        return self.read(messages, response)

    def request(self, messages: Sequence[Message]) -> Request:
        return Request("POST", "https://sms.example/", {}, json.dumps(self.body(messages)).encode())

    def body(self, messages: Sequence[Message]) -> list[dict[str, str]]:
        return [{"id": self.key(m), "to": m.recipient, "text": self.text(m)} for m in messages]

    def key(self, message: Message) -> str:
        return message.key

    def text(self, message: Message) -> str:
        assert isinstance(message.content, SmsContent)
        return message.content.text

    def failed(self, messages: Sequence[Message], error: TransportError) -> Sequence[Result]:
        if not error.sent:
            raise ProviderUnavailable("no connection")
        return [Unknown("connection lost")] * len(messages)

    def read(self, messages: Sequence[Message], response: Response) -> Sequence[Result]:
        if response.status == 429:
            raise ProviderUnavailable("busy", self.wait(response.headers.get("retry-after", "")))
        try:
            answers = json.loads(response.body)["results"] if response.status == 200 else {}
        except (ValueError, TypeError, KeyError):
            answers = {}
        return [RESULTS.get(answers.get(m.key, ""), Unknown("no answer")) for m in messages]

    def wait(self, written: str) -> timedelta | None:
        return timedelta(seconds=int(written)) if written.isdecimal() else None

    async def look_up(self, keys: Sequence[str], transport: Transport) -> Sequence[Result | None]:
        try:
            response = await transport.request(Request("GET", f"https://sms.example/?{','.join(keys)}"))
            known = json.loads(response.body)["known"]
        except (TransportError, ValueError, TypeError, KeyError):
            return [Unknown()] * len(keys)
        return [Accepted() if key in known else None for key in keys]

    def parse_receipts(self, request: Request) -> Sequence[Receipt]:
        if request.headers.get("signature") != f"{sum(request.body)}:{len(request.body)}":
            raise SignatureInvalid("wrong signature")
        return [Receipt(request.body.decode(), ReceiptKind.DELIVERED, COMPOSED_AT)]


class HonestContract(ProviderContract):
    provider: type[Provider] = Honest

    def make_provider(self) -> Provider:
        return self.provider()

    def answer(self, request: Request) -> Response:
        words = {Verdict.ACCEPT: "queued", Verdict.REJECT: "refused", Verdict.DEFER: "later"}
        results = {}
        for sms in json.loads(request.body):
            verdict = self.gateway.take(sms["to"], key=sms["id"], text=sms["text"])
            results[sms["id"]] = words[verdict]
        return Response(200, {}, json.dumps({"results": results}).encode())

    def answer_look_up(self, request: Request) -> Response:
        keys = request.url.partition("?")[2].split(",")
        return Response(200, {}, json.dumps({"known": [k for k in keys if self.gateway.has(k)]}).encode())

    def signed_receipt(self) -> Request:
        body = b"receipt-1"
        return Request("POST", "/", {"signature": f"{sum(body)}:{len(body)}"}, body)


def verdict_on(changes: dict[str, Any]) -> Conformance:
    liar = type("Liar", (Honest,), changes)
    return conformance(type("LiarContract", (HonestContract,), {"provider": liar}))


def test_an_honest_provider_keeps_every_rule() -> None:
    found = conformance(HonestContract)
    assert found.broken == {}
    assert found.not_applicable == {}
    assert str(found) == f"conforms: {len(found.kept)}/{len(found.kept)}"
    assert len(found.kept) == 32


async def one_too_few(self: Honest, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
    return (await Honest.send(self, messages, transport))[:-1]


async def one_too_many(self: Honest, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
    return [*(await Honest.send(self, messages, transport)), Accepted()]


async def reversed_order(self: Honest, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
    return (await Honest.send(self, messages, transport))[::-1]


async def truth_values(self: Honest, messages: Sequence[Message], transport: Transport) -> Any:
    return [isinstance(result, Accepted) for result in await Honest.send(self, messages, transport)]


async def sends_twice(self: Honest, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
    await Honest.send(self, messages, transport)
    return await Honest.send(self, messages, transport)


async def retries_a_drop(self: Honest, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
    results = await Honest.send(self, messages, transport)
    return [Deferred() if isinstance(result, Unknown) else result for result in results]


async def shared_state(self: Any, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
    import asyncio

    type(self).batch = messages
    await asyncio.sleep(0)
    return await Honest.send(self, type(self).batch, transport)


async def changes_content(
    self: Honest, messages: Sequence[Message], transport: Transport
) -> Sequence[Result]:
    results = await Honest.send(self, messages, transport)
    object.__setattr__(messages[0], "language", "xx")
    return results


async def logs_people(self: Honest, messages: Sequence[Message], transport: Transport) -> Sequence[Result]:
    logging.getLogger("liar").debug("sending to %s", messages[0].recipient)
    return await Honest.send(self, messages, transport)


async def blind_look_up(self: Honest, keys: Sequence[str], transport: Transport) -> Sequence[Result | None]:
    return [None] * len(keys)


async def hasty_look_up(self: Honest, keys: Sequence[str], transport: Transport) -> Sequence[Result | None]:
    found = await Honest.look_up(self, keys, transport)
    return [None if isinstance(result, Unknown) else result for result in found]


def raise_drop(self: Honest, messages: Sequence[Message], error: TransportError) -> Sequence[Result]:
    raise error


def drop_is_unavailable(self: Honest, messages: Sequence[Message], error: TransportError) -> Sequence[Result]:
    raise ProviderUnavailable("lost")


def drop_is_refusal(self: Honest, messages: Sequence[Message], error: TransportError) -> Sequence[Result]:
    return [Rejected(RejectReason.OTHER)] * len(messages)


def always_unknown(self: Honest, messages: Sequence[Message], error: TransportError) -> Sequence[Result]:
    return [Unknown()] * len(messages)


def names_people(self: Honest, messages: Sequence[Message], error: TransportError) -> Sequence[Result]:
    if not error.sent:
        raise ProviderUnavailable(f"could not reach the gateway for {messages[0].recipient}")
    return [Unknown()] * len(messages)


def trusts_status(self: Honest, messages: Sequence[Message], response: Response) -> Sequence[Result]:
    read = Honest.read(self, messages, response)
    return [Accepted() if response.status == 200 and isinstance(r, Unknown) else r for r in read]


def crashes_on_nonsense(self: Honest, messages: Sequence[Message], response: Response) -> Sequence[Result]:
    if response.status == 200:
        json.loads(response.body)["results"]
    return Honest.read(self, messages, response)


def busy_is_refusal(self: Honest, messages: Sequence[Message], response: Response) -> Sequence[Result]:
    if response.status == 429:
        return [Rejected(RejectReason.OTHER)] * len(messages)
    return Honest.read(self, messages, response)


def error_is_refusal(self: Honest, messages: Sequence[Message], response: Response) -> Sequence[Result]:
    read = Honest.read(self, messages, response)
    return [Rejected(RejectReason.OTHER) if response.status >= 500 else result for result in read]


LIARS: dict[str, tuple[dict[str, Any], str]] = {
    "one result too few": ({"send": one_too_few}, "test_one_message_is_accepted"),
    "one result too many": ({"send": one_too_many}, "test_a_full_batch_is_accepted"),
    "results in the wrong order": ({"send": reversed_order}, "test_refusals_are_told_in_order"),
    "results that are no results": ({"send": truth_values}, "test_one_message_is_accepted"),
    "raises when the connection drops": ({"failed": raise_drop}, "test_dropped_after_the_request_is_unknown"),
    "calls a drop unavailable": (
        {"failed": drop_is_unavailable},
        "test_dropped_after_the_request_is_unknown",
    ),
    "calls a drop a refusal": ({"failed": drop_is_refusal}, "test_dropped_after_the_request_is_unknown"),
    "defers a drop": ({"send": retries_a_drop}, "test_dropped_after_a_batch_claims_nothing"),
    "calls a time-out a refusal": ({"failed": drop_is_refusal}, "test_an_answer_too_late_is_unknown"),
    "does not say that nobody is there": (
        {"failed": always_unknown},
        "test_unreachable_is_provider_unavailable",
    ),
    "accepts on garbage": ({"read": trusts_status}, "test_nonsense_is_unknown"),
    "accepts on an empty object": ({"read": trusts_status}, "test_a_nonsense_body_is_unknown"),
    "crashes on garbage": ({"read": crashes_on_nonsense}, "test_a_nonsense_body_is_unknown"),
    "takes an internal error for a refusal": (
        {"read": error_is_refusal},
        "test_an_internal_error_is_unknown",
    ),
    "takes too many calls for a refusal": (
        {"read": busy_is_refusal},
        "test_too_many_requests_may_be_tried_again",
    ),
    "forgets Retry-After": ({"wait": lambda self, written: None}, "test_retry_after_is_passed_on"),
    "crashes on a Retry-After that is a date": (
        {"wait": lambda self, written: timedelta(seconds=int(written))},
        "test_retry_after_is_passed_on",
    ),
    "a new key for every attempt": (
        {"key": lambda self, message: uuid.uuid4().hex},
        "test_a_key_sent_twice_is_delivered_once",
    ),
    "other bytes for the same key": (
        {"key": lambda self, message: uuid.uuid4().hex},
        "test_the_same_key_gives_the_same_bytes",
    ),
    "a key made of the recipient": (
        {"key": lambda self, message: message.recipient},
        "test_two_messages_are_not_taken_for_one",
    ),
    "hands over twice": ({"send": sends_twice, "key": lambda self, m: ""}, "test_one_message_is_accepted"),
    "shares a batch between calls": ({"send": shared_state}, "test_two_batches_at_the_same_time"),
    "changes a message": ({"send": changes_content}, "test_messages_are_left_as_they_are"),
    "logs a recipient": ({"send": logs_people}, "test_people_stay_out_of_errors_and_logs"),
    "names a recipient in an error": ({"failed": names_people}, "test_people_stay_out_of_errors_and_logs"),
    "loses Polish letters": (
        {"text": lambda self, m: m.content.text.encode("ascii", "ignore").decode()},
        "test_every_letter_arrives",
    ),
    "claims to be queryable": ({"look_up": Provider.look_up}, "test_declares_a_class_it_can_keep"),
    "is queryable and does not say so": ({"queryable": False}, "test_declares_a_class_it_can_keep"),
    "look_up never finds anything": ({"look_up": blind_look_up}, "test_look_up_tells_what_was_taken"),
    "look_up takes an error for a no": (
        {"look_up": hasty_look_up},
        "test_look_up_does_not_take_an_error_for_a_no",
    ),
    "believes any receipt": (
        {"parse_receipts": lambda self, r: [Receipt("1", ReceiptKind.BOUNCED, COMPOSED_AT)]},
        "test_forged_receipts_are_refused",
    ),
    "reads a receipt differently each time": (
        {"parse_receipts": lambda self, r: [Receipt(uuid.uuid4().hex, ReceiptKind.OPENED, COMPOSED_AT)]},
        "test_true_receipts_are_read",
    ),
    "a name with blanks": ({"name": "My Provider"}, "test_declares_its_name_channel_and_batch"),
    "a batch of none": ({"max_batch": 0}, "test_declares_its_name_channel_and_batch"),
    "keys remembered for no time": ({"idempotent": timedelta(0)}, "test_declares_a_class_it_can_keep"),
    "keys remembered for a number": ({"idempotent": 3600}, "test_declares_a_class_it_can_keep"),
}


@pytest.mark.parametrize("lie", LIARS)
def test_the_kit_catches(lie: str) -> None:
    changes, rule = LIARS[lie]
    assert rule in verdict_on(changes).broken


def test_every_rule_of_the_kit_has_been_seen_red() -> None:
    broken = set()
    for changes, _ in LIARS.values():
        broken |= set(verdict_on(changes).broken)
    rules = {name for name in dir(ProviderContract) if name.startswith("test_")}
    assert rules - broken == set()


def test_a_contract_without_answers_says_what_to_write() -> None:
    bare = type("Bare", (ProviderContract,), {"make_provider": lambda self: Honest()})
    words = conformance(bare).broken["test_one_message_is_accepted"]
    assert words.startswith("Write answer(self, request): what the gateway answers")
