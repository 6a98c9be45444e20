"""TELLING: what is wrong with a file or a row, in the language of whoever reads it now.

Stored are English words and what they are made of (`domain/wording.py`). What a plugin says in its own words, and what was
stored before, has only the first, and is told as it stands.
"""

from __future__ import annotations

from argparse import ArgumentParser
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


def add_arguments(parser: ArgumentParser) -> None:
    """How a command answers: for programs, or for people in a language of theirs."""
    parser.add_argument("--json", action="store_true", help="answer with one JSON object, in English")
    parser.add_argument(
        "--language", choices=_ours(), default="", help="of what is wrong; else the workspace's"
    )


@contextmanager
def spoken(options: Mapping[str, Any]) -> Iterator[None]:
    """Within it the language is active that a command's options ask for, else the first of the workspace's that is ours."""
    ours = _ours()
    known = [one for one in Workspace.get().languages if one in ours]
    wanted = "en" if options["json"] else options["language"]
    with translation.override(wanted or next(iter(known), settings.LANGUAGE_CODE)):
        yield


def _ours() -> list[str]:
    """Those in which we can say anything."""
    return [code for code, _name in settings.LANGUAGES]
