"""Tags for the studio's templates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.studio import why_lines, words
from orchestrator.studio.letters import Letter
from orchestrator.studio.nothing import say_nothing
from orchestrator.studio.tour import Tour, read_tour
from orchestrator.studio.why import Answer

register = template.Library()


@register.simple_tag
def delivery_notice() -> str:
    """What the banner says while the allow-list restricts delivery; "" where everybody gets their messages."""
    allowed = settings.DELIVERY_ALLOWLIST
    if "*" in allowed:
        return ""
    if not allowed:
        return _("Nobody really gets messages: the allow-list is empty, and everything goes to the mailbox.")
    listed = ngettext("%(count)s entry", "%(count)s entries", len(allowed)) % {"count": len(allowed)}
    return _(
        "Only the allow-list (%(listed)s) really gets messages; everything else goes to the mailbox."
    ) % {"listed": listed}


@register.simple_tag
def icon_words() -> dict[str, str]:
    """What unfold's buttons and regions without a name are called, by their icon."""
    return {
        "dock_to_right": _("Navigation"),
        "close": _("Close"),
        "search": _("Search"),
        "filter_list": _("Filters"),
        "": _("Theme"),  # its icon is chosen later
    }


@register.simple_tag(takes_context=True)
def tour(context: Context) -> Tour | None:
    """The tour of whoever looks, while they are new and have not hidden it."""
    return read_tour(context["request"])


@register.simple_tag
def nothing_yet(model: Any) -> str:
    """What an empty list says."""
    return say_nothing(model)


@register.filter
def people(count: int) -> str:
    """ "1 person", "5 people"."""
    return words.people(count)


@register.filter
def reasons(answer: Answer) -> list[str]:
    """Why somebody never entered, or whether they may again."""
    return why_lines.reasons(answer)


@register.filter
def said(letter: Letter) -> list[tuple[datetime, str]]:
    """What the gate and the providers said of a message, in the order of time."""
    return why_lines.said(letter)
