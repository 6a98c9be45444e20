"""Keeping a segment from the builder, unless somebody else has changed it meanwhile."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.reading import KEY
from orchestrator.domain.definition.rules import Rule
from orchestrator.segments.define import Defined, define
from orchestrator.segments.models import Segment
from orchestrator.studio.builder.look import opened


class CannotKeep(ValueError):
    """Why it cannot be kept as it is, in words."""


@dataclass(frozen=True, slots=True)
class Changed(Exception):
    """The segment has become another since it was opened: by whom ("" if nobody knows), when, and what it is now."""

    who: str
    at: datetime
    title: str
    text: str
    revision: str


def revision(segment: Segment | None) -> str:
    """A name for what a segment says; "" for one that is not there yet."""
    if segment is None:
        return ""
    said = "\0".join((segment.title, opened(segment)))
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()[:20]


def keep(id_: int | None, key: str, title: str, text: str, rule: Rule, since: str, now: datetime) -> Defined:
    """Make the segment or change it. Raises CannotKeep, and Changed if it is not what `since` names any more."""
    if not title.strip() or len(title) > 200 or "\0" in title:
        raise CannotKeep(_("Give the segment a name of at most 200 signs."))
    with transaction.atomic():
        row = Segment.objects.select_for_update().filter(pk=id_).first() if id_ is not None else None
        if id_ is None:
            _free(key)
        elif row is None or row.static:
            raise CannotKeep(_("This segment is gone: somebody has deleted it."))
        elif revision(row) != since:
            raise _changed(row)
        try:
            return define(row.key if row is not None else key, title.strip(), text, rule, now)
        except IntegrityError:  # of two who make it at once
            raise CannotKeep(_taken(key)) from None
        except DefinitionError:  # of two who would close a circle between them
            raise CannotKeep(
                _("Meanwhile somebody has changed a segment that this rule names: load it anew.")
            ) from None


def _free(key: str) -> None:
    if not KEY.fullmatch(key):
        raise CannotKeep(
            _("A key is small letters, digits and “_”, begins with a letter and has at most 63 signs.")
        )
    if Segment.objects.filter(key=key).exists():
        raise CannotKeep(_taken(key))


def _taken(key: str) -> str:
    return _("There is a segment with the key “%(key)s” already: choose another.") % {"key": key}


def _changed(row: Segment) -> Changed:
    kind = ContentType.objects.get_for_model(Segment)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk)).select_related("user")
    last = entries.order_by("-action_time", "-pk").first()
    who = last.user.get_full_name() or last.user.get_username() if last is not None else ""
    at = last.action_time if last is not None else row.changed_at
    return Changed(who, at, row.title, opened(row), revision(row))
