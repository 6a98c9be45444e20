"""What is said of an alarm: one sentence, and the page that mends it. In the language that is active."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from orchestrator.domain.alarms import Kind
from orchestrator.workspace.audit_words import say_break

Evidence = Mapping[str, Any]
_CHANNELS = {"email": later("email"), "sms": later("SMS"), "push": later("push"), "webhook": later("webhook")}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, the address of the page that mends it (a path), and what its button says."""

    text: str
    url: str
    button: str


def say(kind: str, subject: str, evidence: Evidence) -> Said:
    """The sentence of an alarm."""
    return _SAY[Kind(kind)](subject, evidence)


def moment(written: str) -> str:
    """A moment of the evidence, on the clock that is active."""
    return date_format(timezone.localtime(datetime.fromisoformat(written)), "DATETIME_FORMAT")


def _list(model: str) -> str:
    return reverse(f"admin:{model}_changelist")


def _row(model: str, pk: Any) -> str:
    return reverse(f"admin:{model}_change", args=[pk])


def _halted(_subject: str, evidence: Evidence) -> Said:
    told = {"since": moment(evidence["since"])}
    if evidence["why"] == "restored":
        text = _(
            "Nothing is sent since %(since)s: the database was restored, and what it calls unsent may have left. "
            "`manage.py outbox` shows what waits, and asks."
        )
    else:
        text = _(
            "Nothing is sent since %(since)s: no worker had run for long, and what was due is late. "
            "`manage.py outbox` shows what waits, and asks."
        )
    return Said(text % told, _list("workspace_halt"), _("See the halt"))


def _workers(_subject: str, _evidence: Evidence) -> Said:
    text = _("Messages are due, and no worker runs: run `make work`.")
    return Said(text, _list("workspace_heartbeat"), _("See the workers"))


def _provider(subject: str, evidence: Evidence) -> Said:
    # "8:15 p.m." ends the sentence, and would bring a full stop of its own.
    until = date_format(timezone.localtime(datetime.fromisoformat(evidence["until"])), "TIME_FORMAT").rstrip(
        "."
    )
    told = {"provider": subject, "since": moment(evidence["since"]), "until": until}
    text = _("The provider %(provider)s is down since %(since)s; it is tried again at %(until)s.") % told
    return Said(text, _list("messaging_providerbreaker"), _("See the provider"))


def _delivery(subject: str, evidence: Evidence) -> Said:
    told = {
        "channel": _channel(subject),
        "count": _number(evidence["newest"]),
        "share": _percent(evidence["share"]),
        "was": _percent(evidence["was"]),
    }
    text = _(
        "%(channel)s: of the newest %(count)s messages providers accepted only %(share)s; before it was %(was)s."
    )
    return Said(_capital(text % told), _list("messaging_deliveryattempt"), _("See what providers answered"))


def _stopped(_subject: str, evidence: Evidence) -> Said:
    told = {
        "brand": evidence["brand"],
        "channel": _channel(evidence["channel"]),
        "complained": _number(evidence["complained"]),
        "accepted": _number(evidence["accepted"]),
        "rate": _percent(evidence["complained"] / evidence["accepted"], 2),
    }
    text = _(
        "%(brand)s sends no more marketing by %(channel)s: %(complained)s of %(accepted)s messages were called spam, "
        "%(rate)s. It waits until somebody lets it go on."
    )
    return Said(
        text % told, _row("messaging_complaintbreaker", evidence["breaker"]), _("See what is stopped")
    )


def _complaints(subject: str, evidence: Evidence, much: bool) -> Said:
    told = {
        "channel": _channel(subject),
        "complained": _number(evidence["complained"]),
        "accepted": _number(evidence["accepted"]),
        "rate": _percent(evidence["complained"] / evidence["accepted"], 2),
    }
    if much:
        text = _(
            "%(channel)s: %(complained)s of %(accepted)s messages were called spam, %(rate)s. "
            "Over 0.3%% mailbox providers block a sender: pause what people did not ask for."
        )
    else:
        text = _(
            "%(channel)s: %(complained)s of %(accepted)s messages were called spam, %(rate)s. "
            "Mailbox providers ask for less than 0.1%%."
        )
    url = _list("messaging_receipt") + "?kind__exact=complained"
    return Said(_capital(text % told), url, _("See the complaints"))


def _campaign(_subject: str, evidence: Evidence) -> Said:
    told = {"journey": _title(evidence), "on": date_format(date.fromisoformat(evidence["on"]))}
    if evidence["due_at"]:
        told["due"] = moment(evidence["due_at"])
        text = _("%(journey)s, launch of %(on)s: it should have gone on at %(due)s. Do workers run?")
    else:
        text = _("%(journey)s, launch of %(on)s: it was missed by more than a day, and nobody got it.")
    return Said(text % told, _row("journeys_launch", evidence["launch"]), _("See the launch"))


def _step(_subject: str, evidence: Evidence) -> Said:
    told = {"journey": _title(evidence), "step": evidence["step"], "detail": evidence["detail"]}
    text = _("%(journey)s, step %(step)s: its messages cannot be rendered and wait. %(detail)s") % told
    return Said(text, _list("messaging_stepfault"), _("See the template's fault"))


def _journey(_subject: str, evidence: Evidence) -> Said:
    text = ngettext(
        "%(journey)s has let nobody in for %(count)s day, longer than usual: has its event been renamed?",
        "%(journey)s has let nobody in for %(count)s days, longer than usual: has its event been renamed?",
        evidence["days"],
    ) % {"journey": _title(evidence), "count": evidence["days"]}
    return Said(text, _row("journeys_journey", evidence["id"]), _("Open the journey"))


def _budget(subject: str, evidence: Evidence) -> Said:
    told = {
        "name": evidence["name"],
        "spent": number_format(evidence["spent"], 2, force_grouping=True),
        "amount": number_format(evidence["amount"], 2, force_grouping=True),
        "currency": evidence["currency"],
    }
    text = _(
        "The budget “%(name)s” is spent: %(spent)s of %(amount)s %(currency)s. What is paid from it waits."
    )
    return Said(text % told, _row("messaging_budget", subject), _("Change the budget"))


def _audit(_subject: str, evidence: Evidence) -> Said:
    told = {"wrong": say_break(evidence["wrong"]), "at": moment(evidence["at"])}
    text = _(
        "The audit log is not as it was written: %(wrong)s (found %(at)s). `manage.py audit verify` says all that is wrong."
    )
    return Said(text % told, _list("workspace_auditentry"), _("See the audit log"))


def _webhook(subject: str, evidence: Evidence) -> Said:
    told = {"name": evidence["name"], "since": moment(evidence["since"])}
    if evidence["why"] == "gone":
        text = _(
            "The webhook “%(name)s” is switched off since %(since)s: its receiver answered that it wants no more."
        )
    else:
        text = _(
            "The webhook “%(name)s” is switched off since %(since)s: nothing had reached it for five days. What was due "
            "waits until it is switched on again."
        )
    return Said(text % told, _row("webhooks_webhookendpoint", subject), _("Open the webhook"))


def _title(evidence: Evidence) -> str:
    language = (get_language() or "").partition("-")[0]
    return str(evidence.get("titles", {}).get(language) or evidence.get("title") or evidence["journey"])


def _channel(code: str) -> str:
    return str(_CHANNELS.get(code, code))


def _number(count: int) -> str:
    return number_format(count, 0, force_grouping=True)


def _percent(part: float, places: int = 1) -> str:
    # Translators: a share in percent; write the sign as your language does.
    return _("%(number)s%%") % {"number": number_format(round(100 * part, places), places)}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _request_late(_subject: str, evidence: Evidence) -> Said:
    told = _counted(evidence)
    text = ngettext(
        "%(count)s request of a person is overdue: it was to be answered by %(due)s.",
        "%(count)s requests of people are overdue, the first since %(due)s.",
        evidence["count"],
    )
    return Said(text % told, _list("customers_privacyrequest"), _("See the requests"))


def _request_due(_subject: str, evidence: Evidence) -> Said:
    told = _counted(evidence)
    text = ngettext(
        "%(count)s request of a person is due within 7 days, on %(due)s.",
        "%(count)s requests of people are due within 7 days, the first on %(due)s.",
        evidence["count"],
    )
    return Said(text % told, _list("customers_privacyrequest"), _("See the requests"))


def _counted(evidence: Evidence) -> dict[str, str]:
    return {"count": _number(evidence["count"]), "due": date_format(date.fromisoformat(evidence["due"]))}


_SAY: Mapping[Kind, Callable[[str, Evidence], Said]] = {
    Kind.HALTED: _halted,
    Kind.WORKERS: _workers,
    Kind.PROVIDER: _provider,
    Kind.DELIVERY: _delivery,
    Kind.STOPPED: _stopped,
    Kind.MANY_COMPLAINTS: lambda subject, evidence: _complaints(subject, evidence, True),
    Kind.COMPLAINTS: lambda subject, evidence: _complaints(subject, evidence, False),
    Kind.CAMPAIGN: _campaign,
    Kind.STEP: _step,
    Kind.JOURNEY: _journey,
    Kind.BUDGET: _budget,
    Kind.REQUEST_LATE: _request_late,
    Kind.REQUEST_DUE: _request_due,
    Kind.AUDIT: _audit,
    Kind.WEBHOOK: _webhook,
}
