"""What customers allow: as it stands, every statement with its proof, and a new one."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator import registry
from orchestrator.api.auth import Door
from orchestrator.api.found import customer_of
from orchestrator.api.once import once
from orchestrator.api.pages import page
from orchestrator.api.params import PAGED, read
from orchestrator.api.problems import Refused
from orchestrator.api.shapes import MomentField, ObjectField, Shape, page_of, read_body
from orchestrator.api.telling import told
from orchestrator.consents.models import Consent, ConsentRecord, ConsentText
from orchestrator.consents.record import Statement
from orchestrator.consents.texts import words_in
from orchestrator.customers.plain import make_plain
from orchestrator.messaging import withdraw
from orchestrator.workspace.models import Brand, Topic

Plain = dict[str, Any]
STATE: Plain = {
    "id": 3, "brand": "default", "channel": "email", "purpose": "marketing", "topic": "", "state": "granted",
    "changed_at": "2026-03-02T12:00:00Z", "record": 12,
}  # fmt: skip
RECORD: Plain = {
    "id": 12, "number": 40, "brand": "default", "channel": "email", "purpose": "marketing", "topic": "",
    "state": "granted", "recorded_at": "2026-03-02T12:00:00Z", "text": "I want to hear about offers.",
    "text_version": "newsletter/2", "language": "en", "source": "checkout", "legal_basis": "consent",
    "proof": {"ip": "192.0.2.7"},
}  # fmt: skip
SENT: Plain = {
    "channel": "email", "state": "granted", "source": "checkout", "text": "I want to hear about offers.",
    "language": "en", "proof": {"ip": "192.0.2.7"},
}  # fmt: skip


class ConsentShape(serializers.Serializer):  # type: ignore[type-arg]
    """What holds now for a channel and purpose; `topic` "" speaks of all topics."""

    id = serializers.IntegerField()
    brand = serializers.CharField()
    channel = serializers.CharField()
    purpose = serializers.CharField()
    topic = serializers.CharField(allow_blank=True)
    state = serializers.CharField()
    changed_at = serializers.DateTimeField()
    record = serializers.IntegerField()


class ConsentRecordShape(serializers.Serializer):  # type: ignore[type-arg]
    """One statement, word for word."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    brand = serializers.CharField()
    channel = serializers.CharField()
    purpose = serializers.CharField()
    topic = serializers.CharField(allow_blank=True)
    state = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    text = serializers.CharField(allow_blank=True)
    text_version = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    source = serializers.CharField()
    legal_basis = serializers.CharField(allow_blank=True)
    proof = ObjectField()


class NewStatement(Shape):
    """What somebody said. Who grants must have been shown words: `text`, or the `text_version` of a published text."""

    channel = serializers.CharField(max_length=31)
    state = serializers.ChoiceField(["granted", "withdrawn"])
    source = serializers.CharField(max_length=63)
    purpose = serializers.CharField(max_length=31, default="marketing")
    topic = serializers.CharField(max_length=63, default="", allow_blank=True)
    brand = serializers.CharField(max_length=63, default="default")
    recorded_at = MomentField(required=False)
    text = serializers.CharField(max_length=4000, default="", allow_blank=True)
    text_version = serializers.CharField(max_length=31, default="", allow_blank=True)
    language = serializers.CharField(max_length=12, default="", allow_blank=True)
    legal_basis = serializers.CharField(max_length=63, default="consent")
    proof = ObjectField(required=False)


class RecordedConsent(serializers.Serializer):  # type: ignore[type-arg]
    """The statement as it stands in the ledger, and how many unsent messages it has cancelled."""

    record = ConsentRecordShape()
    cancelled = serializers.IntegerField()


class ConsentsView(Door):
    """What holds now, and a new statement."""

    rights = {"GET": ("consents.view_consent",), "POST": ("consents.add_consentrecord",)}

    @told(
        "list_consents", "List what a customer allows now",
        tag="consents", params=PAGED, missing=True,
        answers=page_of(ConsentShape), example={"items": [STATE], "next": None},
    )  # fmt: skip
    def get(self, request: Request, external_id: str) -> Response:
        """A channel and purpose that is not here was never asked about: nothing may be sent then."""
        asked = read(request, PAGED)
        rows = Consent.objects.filter(customer=customer_of(external_id)).select_related("brand")
        return page(rows, asked, lambda found: [_tell(one) for one in found], name="consents")

    @told(
        "record_consent", "Record what a customer said",
        tag="consents", body=NewStatement, sent=SENT, writes=True, missing=True,
        answers=RecordedConsent, example={"record": RECORD, "cancelled": 0}, status=201,
    )  # fmt: skip
    @once
    def post(self, request: Request, external_id: str) -> Response:
        """A withdrawal cancels at once what waits under it. The later statement holds; of two at once the withdrawal."""
        given = read_body(NewStatement, request.data)
        customer = customer_of(external_id)
        statement = _statement(customer.pk, given)
        cancelled = withdraw.record([statement], timezone.now())
        # The customer is locked by the verb: nobody has said anything since.
        record = (
            ConsentRecord.objects.filter(customer=customer).select_related("brand").order_by("-number")[0]
        )
        return Response({"record": _tell_record(record), "cancelled": cancelled}, 201)


class LedgerView(Door):
    """Everything that was said."""

    rights = {"GET": ("consents.view_consentrecord",)}

    @told(
        "list_statements", "List every statement of a customer, the newest first",
        tag="consents", params=PAGED, missing=True,
        answers=page_of(ConsentRecordShape), example={"items": [RECORD], "next": None},
    )  # fmt: skip
    def get(self, request: Request, external_id: str) -> Response:
        """Append-only: nothing in it changes."""
        asked = read(request, PAGED)
        rows = ConsentRecord.objects.filter(customer=customer_of(external_id)).select_related("brand")
        told_ = lambda found: [_tell_record(one) for one in found]  # noqa: E731
        return page(rows, asked, told_, name="ledger", by="number", newest=True)


def _statement(customer: int, given: Plain) -> Statement:
    """As the ledger takes it; Refused where it names what is not there, or a grant proves nothing."""
    brand = Brand.objects.filter(key=given["brand"]).first()
    if brand is None:
        raise _wrong("brand", "no_brand", "There is no such brand.")
    if given["channel"] not in _channels():
        raise _wrong(
            "channel", "no_channel", f"There is no such channel. There are: {', '.join(_channels())}."
        )
    if given["topic"] and not Topic.objects.filter(key=given["topic"]).exists():
        raise _wrong("topic", "no_topic", "There is no such topic.")
    language, words = _words(given, brand)
    if given["state"] == "granted" and not words:
        raise _wrong(
            "text", "no_words", "Whoever grants was shown words: give them, or their published version."
        )
    try:
        proof = make_plain(given.get("proof", {}), "proof")
    except ValueError as error:
        raise _wrong("proof", "invalid", str(error)) from None
    return Statement(
        customer, given["channel"], given["state"], given["source"], given["purpose"], given["topic"], brand.pk,
        given.get("recorded_at"), words, given["text_version"], language, given["legal_basis"], proof,
    )  # fmt: skip


def _words(given: Plain, brand: Brand) -> tuple[str, str]:
    """The language and the words: those that were sent, else those of the published version that was named."""
    key, _, number = given["text_version"].partition("/")
    if given["text"] or not (number.isascii() and number.isdecimal() and len(number) < 9):
        return given["language"], given["text"]
    text = (
        ConsentText.objects.filter(brand=brand, key=key, version=int(number))
        .exclude(published_at=None)
        .first()
    )
    return words_in(text, [given["language"]]) if text is not None else (given["language"], "")


def _channels() -> list[str]:
    """Ways to people."""
    plugged = registry.current().channels.values()
    return sorted({"email", "sms", "push", *(one.name for one in plugged if one.personal)})


def _wrong(name: str, code: str, words: str) -> Refused:
    return Refused(
        "invalid", f"/{name}: {words}", 400, [{"pointer": f"/{name}", "code": code, "detail": words}]
    )


def _tell(one: Consent) -> Plain:
    return {
        "id": one.pk, "brand": one.brand.key, "channel": one.channel, "purpose": one.purpose, "topic": one.topic,
        "state": one.state, "changed_at": one.changed_at, "record": one.record_id,
    }  # fmt: skip


def _tell_record(one: ConsentRecord) -> Plain:
    return {
        "id": one.pk, "number": one.number, "brand": one.brand.key, "channel": one.channel, "purpose": one.purpose,
        "topic": one.topic, "state": one.state, "recorded_at": one.recorded_at, "text": one.text,
        "text_version": one.text_version, "language": one.language, "source": one.source,
        "legal_basis": one.legal_basis, "proof": one.proof,
    }  # fmt: skip
