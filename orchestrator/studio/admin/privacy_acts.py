"""The buttons by which a request of a person moves on without anything being done to data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orchestrator.customers import privacy
from orchestrator.customers.models import PrivacyRequest
from orchestrator.studio.privacy_forms import (
    AnswerForm,
    CheckForm,
    ExtendForm,
    LinkForm,
    RefuseForm,
    SayForm,
    first_error,
)

Act = Callable[[PrivacyRequest, QueryDict, Any, datetime], str]
F = TypeVar("F", bound=forms.Form)


class Unclear(ValueError):
    """What was written cannot be taken; in words."""


def _read(form: type[F], posted: QueryDict) -> dict[str, Any]:
    filled = form(posted)
    if not filled.is_valid():
        raise Unclear(first_error(filled))
    return filled.cleaned_data


def _link(one: PrivacyRequest, posted: QueryDict, by: Any, now: datetime) -> str:
    privacy.link(one, _read(LinkForm, posted)["who"].pk, by, now)
    return _("It is noted whose request it is.")


def _check(one: PrivacyRequest, posted: QueryDict, by: Any, now: datetime) -> str:
    privacy.check(one, _read(CheckForm, posted)["how"], by, now)
    return _("It is noted that you made sure who asks.")


def _take(one: PrivacyRequest, posted: QueryDict, by: Any, now: datetime) -> str:
    privacy.take(one, by, now)
    return _("It is in your hands.")


def _extend(one: PrivacyRequest, posted: QueryDict, by: Any, now: datetime) -> str:
    said = _read(ExtendForm, posted)
    try:
        privacy.extend(one, said["why"], said["told_on"], said["how"], by, now)
    except privacy.NotInTime:
        raise Unclear(
            _("They must be told within the first month, and on a day that was: nothing was extended.")
        ) from None
    due = PrivacyRequest.objects.get(pk=one.pk).due_on
    return _("Extended: it is due on %(due)s.") % {"due": date_format(due)}


def _say(one: PrivacyRequest, posted: QueryDict, by: Any, now: datetime) -> str:
    privacy.comment(one, _read(SayForm, posted)["text"], by, now)
    return _("Said.")


def _answer(one: PrivacyRequest, posted: QueryDict, by: Any, now: datetime) -> str:
    privacy.done(one, {}, _read(AnswerForm, posted)["answer"], by, now)
    return _("Closed as done.")


def _refuse(one: PrivacyRequest, posted: QueryDict, by: Any, now: datetime) -> str:
    said = _read(RefuseForm, posted)
    privacy.refuse(one, said["refusal"], said["answer"], by, now)
    return _("Closed as refused.")


def _withdraw(one: PrivacyRequest, posted: QueryDict, by: Any, now: datetime) -> str:
    privacy.withdraw(one, _read(AnswerForm, posted)["answer"], by, now)
    return _("Closed as withdrawn by the person.")


ACTS: Mapping[str, Act] = {
    "link": _link,
    "check": _check,
    "take": _take,
    "extend": _extend,
    "say": _say,
    "answer": _answer,
    "refuse": _refuse,
    "withdraw": _withdraw,
}
