"""WHY: what brought somebody the message whose link they opened, in plain words. No value of theirs is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.audiences import (
    ApiTrigger,
    AudienceTrigger,
    ScheduleTrigger,
    SegmentTrigger,
)
from orchestrator.domain.definition.entries import (
    DateTrigger,
    EventTrigger,
    InactiveTrigger,
    MilestoneTrigger,
    Trigger,
)
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.journeys.by_hand import BY_HAND
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import version
from orchestrator.messaging.models import Message
from orchestrator.tracking import words
from orchestrator.tracking.letter import Letter
from orchestrator.workspace.models import Workspace

_EVENTS = {
    "order.placed": gettext_lazy("you placed an order"),
    "order.delivered": gettext_lazy("your order was delivered"),
    "cart.updated": gettext_lazy("you put something into your basket"),
    "customer.signed_up": gettext_lazy("you signed up"),
    "product.viewed": gettext_lazy("you looked at a product"),
    "consent.granted": gettext_lazy("you allowed us to write to you"),
}
_OTHERS = {
    InactiveTrigger: gettext_lazy("we have not heard from you for some time"),
    DateTrigger: gettext_lazy("a day came that you told us of, or an anniversary"),
    SegmentTrigger: gettext_lazy("you came to belong to a group of customers it is meant for, or left one"),
    AudienceTrigger: gettext_lazy("it went to a group of customers on one day, and you belong to it"),
    ScheduleTrigger: gettext_lazy("it goes regularly to a group of customers, and you belong to it"),
    ApiTrigger: gettext_lazy("our shop or another of our systems asked for it"),
    ReplenishmentTrigger: gettext_lazy("what you bought may soon be used up"),
}
_SOURCES = {
    "preference_page": gettext_lazy("on this page"),
    "import": gettext_lazy("taken over from our earlier records"),
    "checkout": gettext_lazy("at the checkout"),
    "form": gettext_lazy("in a form"),
    "signup": gettext_lazy("when you signed up"),
    "sign-up form": gettext_lazy("in the sign-up form"),
    "shop": gettext_lazy("in our shop"),
    "studio": gettext_lazy("told to somebody who works for us"),
}


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why the message came: the journey's title, what let the person in, and by which right it was sent."""

    journey: str
    entry: str
    right: str


def read(letter: Letter, customer: int) -> Reasons | None:
    """The reasons for the letter's message, in the language that is active. Three queries, of which one is the
    version's; None for a message that is gone."""
    message = Message.objects.filter(key=letter.key).first()
    if message is None:
        return None
    title = message.parameters.get("journey", {}).get("title", "")
    return Reasons(str(title), _entry(message), _right(message, letter, customer))


def _entry(message: Message) -> str:
    if message.test:
        return gettext("It is a test, sent by somebody who works for us.")
    enrollment = Enrollment.objects.filter(pk=message.enrollment_id or 0).first()
    if enrollment is None:
        return ""
    told = {"when": day(enrollment.entered_at)}
    if enrollment.entry_key.startswith(BY_HAND):
        return gettext("On %(when)s somebody who works for us chose you for it by hand.") % told
    said = list(dict.fromkeys(_say(one) for one in _triggers(enrollment)))
    if not said:
        return ""
    reasons = gettext(", or ").join(said)
    return gettext("It began on %(when)s because %(reasons)s.") % {**told, "reasons": reasons}


def _triggers(enrollment: Enrollment) -> list[Trigger]:
    """Those that may have let them in: by the entry's key where it names one, else all that the version has."""
    try:
        triggers = list(version(enrollment.version_id).definition.entry.triggers)
    except DefinitionError:
        return []
    key = enrollment.entry_key
    likely = [one for one in triggers if key in _keys(one) or key.partition(":")[0] == one.name]
    return likely or triggers


def _keys(trigger: Trigger) -> Iterator[str]:
    yield trigger.name
    if isinstance(trigger, MilestoneTrigger):
        yield from trigger.entry_keys()


def _say(trigger: Trigger) -> str:
    if isinstance(trigger, MilestoneTrigger):
        told = {"what": _event(trigger.event)}
        return gettext("something came together so often, or to so much, that we noticed (%(what)s)") % told
    if isinstance(trigger, EventTrigger):
        return _event(trigger.event)
    return str(_OTHERS[type(trigger)])


def _event(name: str) -> str:
    if name in _EVENTS:
        return str(_EVENTS[name])
    return gettext("something happened that we call “%(event)s”") % {"event": name}


def _right(message: Message, letter: Letter, customer: int) -> str:
    if message.purpose != "marketing":
        return gettext("It is about your order or your account, which needs no consent.")
    channel = {"channel": words.channel_title(letter.channel)}
    consent = (
        Consent.objects.filter(
            customer=customer, brand=letter.brand, channel=letter.channel, purpose="marketing", topic=""
        )
        .select_related("record")
        .first()
    )
    if consent is None or consent.state == ConsentState.PENDING:
        return gettext("We have no consent of yours for it (%(channel)s) now.") % channel
    told = {**channel, "when": day(consent.record.recorded_at), "source": _source(consent.record.source)}
    if consent.state == ConsentState.WITHDRAWN:
        return gettext("You have withdrawn your consent to it (%(channel)s) on %(when)s.") % told
    return gettext("You have allowed it (%(channel)s) since %(when)s: %(source)s.") % told


def _source(source: str) -> str:
    return str(_SOURCES.get(source) or gettext("our records say “%(source)s”") % {"source": source})


def day(at: datetime) -> str:
    """The day by the company's clock, in the words of the language that is active."""
    return date_format(at.astimezone(ZoneInfo(Workspace.get().time_zone)), "DATE_FORMAT")
