"""ROLES: who may do what, one table. Each role is a Django group of that name; everything asks by Django's permissions.

A right here is one of Django's: view, add, change or delete rows of a model, and a few of our own. What a right alone
cannot say, such as "not your own draft", stands in `studio/may.py`. `set_up` writes the table into the groups, after
every `migrate`; a house that wants another mix makes a group of its own beside these, which nothing here touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# Every model that has a page, under the matter it is about. One that stands nowhere fails tests/studio/test_roles.py.
MATTERS: Mapping[str, tuple[str, ...]] = {
    "people": (
        "customers.customer", "customers.address", "customers.identity", "events.event", "loyalty.pointsentry",
        "segments.membership", "segments.score", "ingest.deadletter",
        "sources.keptdelivery", "webhooks.webhookdelivery", "duplicates.likelyduplicate",
    ),
    "imports": ("customers.import",),
    "keys": ("ingest.writekey", "sources.connection", "webhooks.webhookendpoint"),
    "consents": (
        "consents.consent", "consents.consentrecord", "consents.consenttext", "consents.signupform", "consents.suppression",
    ),
    "passages": ("journeys.enrollment", "journeys.steprun", "journeys.doorstep", "journeys.entrytimer"),
    "messages": (
        "messaging.message", "messaging.messagebody", "messaging.decision", "messaging.deliveryattempt",
        "messaging.mailboxmessage", "messaging.receipt", "messaging.subject",
    ),
    "journeys": ("journeys.journey",),
    "requests": (
        "journeys.publishrequest", "journeys.publishcomment", "journeys.publishnotice", "journeys.draftedit",
    ),
    "privacy": ("customers.privacyrequest", "customers.privacycomment"),
    "results": (
        "journeys.journeyversion", "journeys.launch", "journeys.door", "journeys.simulation", "journeys.usualinterval",
        "messaging.spending", "segments.scorebasis",
    ),
    "segments": ("segments.segment",),
    "content": ("messaging.template", "messaging.templateversion", "messaging.block", "catalog.product"),
    "brands": ("workspace.brand", "workspace.topic"),
    "limits": (
        "messaging.frequencycap", "messaging.quiethoursrule", "messaging.ratelimit", "messaging.budget", "messaging.price",
    ),
    "machine": (
        "messaging.providerbreaker", "messaging.complaintbreaker", "messaging.stepfault", "workspace.heartbeat",
        "workspace.halt", "workspace.sequence",
        "workspace.alarm", "workspace.alarmnotice",
    ),
    "settings": ("workspace.workspace", "workspace.retention", "workspace.alarmchannel"),
    "accounts": (
        "auth.user", "auth.group",
        "accounts.attempts", "accounts.factor", "accounts.recoverycode", "accounts.issuerlink",
        "accounts.apikey", "accounts.callanswer",
    ),
    "audit": ("workspace.auditentry",),
}  # fmt: skip
# What tells of single people: an analyst has no right to any of it.
PERSONAL = ("people", "imports", "consents", "passages", "messages", "privacy")
CHANGE = "journeys.change_journey"
PUBLISH = "journeys.approve_publishrequest"
LET_GO_ON = "messaging.close_complaintbreaker"  # marketing that complaints have stopped
PEOPLES_RIGHTS = ("customers.export_customer", "customers.erase_customer", "customers.restrict_customer")
SEE_PEOPLE = "customers.view_customer"

_ALL = "view add change delete"


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its title, what it is for, what it may do to each matter, and rights of our own beside that."""

    title: Any
    text: Any
    may: Mapping[str, str]
    also: tuple[str, ...] = ()

    def rights(self) -> Iterator[str]:
        """Each right as Django writes it, like "journeys.view_journey"."""
        yield from self.also
        for matter, acts in self.may.items():
            for model in MATTERS[matter]:
                app, name = model.split(".")
                yield from (f"{app}.{act}_{name}" for act in acts.split())


_LOOKS = dict.fromkeys(("journeys", "results", "segments", "content", "brands", "limits", "machine"), "view")
_SEES = dict.fromkeys(("people", "consents", "passages", "messages"), "view")
ROLES: Mapping[str, Role] = {
    "marketer": Role(
        _("marketer"),
        _("draws journeys, simulates them, writes templates and segments, and sees customers; publishes nothing alone"),
        _LOOKS | _SEES | {"journeys": _ALL, "segments": _ALL, "content": _ALL, "requests": "view"},
    ),
    "approver": Role(
        _("approver"),
        _("publishes or declines what others drew, pauses and stops journeys, lets people in and takes them out"),
        _LOOKS | _SEES | {"requests": "view", "passages": "view add change"},
        (PUBLISH, LET_GO_ON),
    ),
    "analyst": Role(_("analyst"), _("sees numbers, and nobody's data; numbers of few people are hidden"), _LOOKS),
    "developer": Role(
        _("developer"),
        _("writes templates and lets programs in; sees nobody's data"),
        _LOOKS | {"content": _ALL, "keys": "view add change"},
        ("journeys.add_enrollment",),
    ),
    "privacy_officer": Role(
        _("privacy officer"),
        _("answers customers' rights in time: requests, consents, suppressions, exports, erasures; reads the audit log"),
        _SEES | {"people": "view change", "imports": "view add change",
                 "consents": "view add change", "privacy": "view add change",
                 "journeys": "view", "brands": "view",
                 "settings": "view", "machine": "view", "audit": "view"},
        PEOPLES_RIGHTS,
    ),
    "admin": Role(
        _("administrator"),
        _("may do everything, and says who may do what"),
        dict.fromkeys(MATTERS, _ALL),
        (PUBLISH, LET_GO_ON, *PEOPLES_RIGHTS),
    ),
}  # fmt: skip


def holding(*rights: str) -> list[str]:
    """The titles of the roles that have one of these rights, in the reader's language."""
    return [str(role.title) for name, role in ROLES.items() if not _held(name).isdisjoint(rights)]


@cache
def _held(name: str) -> frozenset[str]:
    return frozenset(ROLES[name].rights())


def set_up() -> None:
    """Make the groups hold just what the table says; twice is as once. A few statements a role, three if all is well."""
    with transaction.atomic():
        for name, role in ROLES.items():
            group, _made = Group.objects.get_or_create(name=name)
            group.permissions.set(_rows(role.rights()))


def behind() -> list[str]:
    """Roles whose groups hold something else than the table says: somebody changed them, or `migrate` has not run."""
    held = dict.fromkeys(ROLES, frozenset[str]())
    groups = Group.objects.filter(name__in=ROLES).prefetch_related("permissions__content_type")
    for group in groups:
        held[group.name] = frozenset(
            f"{one.content_type.app_label}.{one.codename}" for one in group.permissions.all()
        )
    known = {group.name for group in groups}
    return [name for name, role in ROLES.items() if name not in known or held[name] != set(role.rights())]


def _rows(rights: Iterable[str]) -> list[Permission]:
    wanted = set(rights)
    apps = {right.split(".")[0] for right in wanted}
    found = Permission.objects.filter(Q(content_type__app_label__in=apps)).select_related("content_type")
    return [one for one in found if f"{one.content_type.app_label}.{one.codename}" in wanted]
