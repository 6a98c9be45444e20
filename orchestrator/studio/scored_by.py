"""SCORED BY: the scores that a step's rules went by, in words: what each was, and when it was computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from orchestrator.studio import scores, words


def say_scores(evidence: Mapping[str, Any]) -> str:
    """ "RFM group: champions (computed on 2 March 2026)"; "" where no rule asked for one."""
    found = evidence.get("scores")
    if not isinstance(found, dict) or not found:
        return ""
    told = ", ".join(f"{scores.name_of(name)}: {_value(name, value)}" for name, value in found.items())
    at = evidence.get("scores_computed_at")
    computed_at = parse_datetime(at) if isinstance(at, str) else None
    if computed_at is None:
        return _("%(scores)s (never computed)") % {"scores": told}
    return _("%(scores)s (computed %(when)s)") % {"scores": told, "when": words.moment(computed_at)}


def _value(name: str, value: Any) -> str:
    if value is None:
        return _("not known")
    return scores.word(name, value) if isinstance(value, str) and name in scores.WORDS else words.shown(value)
