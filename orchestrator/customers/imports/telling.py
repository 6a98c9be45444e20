"""TELLING: what is wrong with a file or a row, in the language of whoever reads it now.

Stored are English words and what they are made of (`domain/wording.py`). What a plugin says in its own words, and what was
stored before, has only the first, and is told as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext

from orchestrator.domain.wording import from_json, say, words_of
from orchestrator.workspace.models import Workspace


def said(text: str) -> str:
    """The same in the language that is active."""
    return say(text, gettext, lambda number: str(number_format(number, use_l10n=True, force_grouping=True)))


def said_by(error: BaseException) -> str:
    """What an error says, in the language that is active."""
    return said(words_of(error))


def said_again(kept: Mapping[str, Any], text: str) -> str:
    """Stored words in the language that is active."""
    return said(from_json(kept, text))


def languages() -> list[str]:
    """Those in which we can say anything."""
    return [code for code, _name in settings.LANGUAGES]


@contextmanager
def spoken(language: str = "") -> Iterator[None]:
    """Within it that language is active, or the first of the workspace's that is ours: for commands, which nobody else reads."""
    ours = languages()
    known = [one for one in Workspace.get().languages if one in ours]
    with translation.override(language or next(iter(known), settings.LANGUAGE_CODE)):
        yield
