"""What is wrong with the audit log, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.audit_chain import What


def say_break(wrong: Mapping[str, Any]) -> str:
    """A break as `audit_watch` keeps it: `what`, `number` and `to`."""
    what = What(wrong["what"])
    if what is What.MISSING and wrong["to"] > wrong["number"]:
        text = _("entries %(number)s to %(to)s are missing")
    else:
        text = {
            What.CHANGED: _("entry %(number)s was changed"),
            What.MISSING: _("entry %(number)s is missing"),
            What.ADDED: _("entry %(number)s was added"),
            What.MOVED: _("entry %(number)s was reordered: it belongs at %(to)s"),
            What.REWRITTEN: _("entry %(number)s was written anew"),
            What.ANCHOR: _("entry %(number)s, or one before it, was written anew since the last check"),
            What.CUT: _("it was cut off before entry %(number)s"),
        }[what]
    return text % {"number": wrong["number"], "to": wrong["to"]}
