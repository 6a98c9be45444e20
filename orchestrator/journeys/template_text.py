"""A template's file as its parts, and the file with other parts: comments, order and quotes stay where nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.yaml import read
from orchestrator.messaging.content.source import (
    EmailSource,
    Passage,
    PushSource,
    SmsSource,
    TemplateSource,
)

FIELDS: Mapping[str, tuple[str, ...]] = {
    "email": ("subject", "preheader", "html", "text", "mjml"),
    "sms": ("text",),
    "push": ("title", "body", "url", "image"),
}
NEEDED = frozenset({"subject", "title", "body"})
FLAG = "transliterate"

Fields = dict[str, Any]  # texts by their names; `transliterate`, a bool, of a text message
Parts = dict[str, dict[str, Fields]]  # channel -> language -> fields


class CannotWrite(Exception):
    """The parts cannot be written into this file so that they come back."""


def read_parts(text: str) -> Parts:
    """The parts of a file, however unfinished; what is not text is left out. Raises DefinitionError if it is no YAML."""
    plain = read(text).plain()
    plain = plain if isinstance(plain, dict) else {}
    return {channel: _languages(plain.get(channel), channel) for channel in FIELDS}


def write_parts(text: str, parts: Parts) -> str:
    """The file with these parts. Raises CannotWrite, and DefinitionError for a file that is no YAML."""
    read(text)  # within its limits, without aliases and tags
    yaml = _yaml()
    document = yaml.load(text)
    if not isinstance(document, CommentedMap):
        raise CannotWrite
    for channel in FIELDS:
        _channel(document, channel, parts.get(channel, {}))
    out = StringIO()
    yaml.dump(document, out)
    written = out.getvalue()
    try:
        same = read_parts(written) == {name: tidy(parts.get(name, {}), name) for name in FIELDS}
    except DefinitionError:
        same = False
    if not same:
        raise CannotWrite
    return written


def tidy(parts: Mapping[str, Fields], channel: str) -> dict[str, Fields]:
    """Parts in the one form in which they are compared: every field there, lines ended in one way."""
    told: dict[str, Fields] = {}
    for language, fields in parts.items():
        told[language] = {name: _lines(fields.get(name, "")) for name in FIELDS[channel]}
        if channel == "sms":
            told[language][FLAG] = fields.get(FLAG) is True
    return told


def source_of(key: str, topic: str, parts: Parts) -> TemplateSource:
    """The parts as they are looked over and rendered; lines count within each text."""

    def passage(fields: Fields, name: str) -> Passage:
        return Passage(str(fields.get(name, "")))

    return TemplateSource(
        key,
        topic,
        {
            name: EmailSource(*(passage(one, field) for field in FIELDS["email"]))
            for name, one in parts["email"].items()
        },
        {name: SmsSource(passage(one, "text"), one.get(FLAG) is True) for name, one in parts["sms"].items()},
        {
            name: PushSource(*(passage(one, field) for field in FIELDS["push"]))
            for name, one in parts["push"].items()
        },
    )


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 10**9
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _languages(plain: Any, channel: str) -> dict[str, Fields]:
    if not isinstance(plain, dict):
        return {}
    everywhere = channel == "sms" and plain.get(FLAG) is True
    told: dict[str, Fields] = {}
    for language, fields in plain.items():
        if channel == "sms" and isinstance(fields, str):
            fields = {"text": fields}
        if isinstance(fields, dict):
            texts = {name: one for name, one in fields.items() if isinstance(one, str)}
            flag = {FLAG: everywhere or fields.get(FLAG) is True} if channel == "sms" else {}
            told[language] = {**texts, **flag}
    return tidy(told, channel)


def _channel(document: CommentedMap, channel: str, wanted: dict[str, Fields]) -> None:
    if not wanted:
        document.pop(channel, None)
        return
    wanted, now = tidy(wanted, channel), _languages(document.get(channel), channel)
    if wanted == now:
        return
    if not isinstance(document.get(channel), CommentedMap):
        document[channel] = CommentedMap()
    holder = document[channel]
    holder.fa.set_block_style()
    if FLAG in holder and any(one[FLAG] != now.get(name, one)[FLAG] for name, one in wanted.items()):
        del holder[FLAG]
        now = {name: {**one, FLAG: False} for name, one in now.items()}
    for language in [name for name in holder if name != FLAG and name not in wanted]:
        del holder[language]
    for language, fields in wanted.items():
        if fields != now.get(language):
            _fields(holder, language, fields)


def _fields(holder: CommentedMap, language: str, fields: Fields) -> None:
    if isinstance(holder.get(language), str) and fields[FLAG] == (holder.get(FLAG) is True):
        holder[language] = _scalar(fields["text"])
        return
    if not isinstance(holder.get(language), CommentedMap):
        holder[language] = CommentedMap()
    there = holder[language]
    there.fa.set_block_style()
    for name, value in fields.items():
        if name == FLAG:
            if value != (there.get(FLAG) is True or holder.get(FLAG) is True):
                there[FLAG] = value
        elif value == "" and name not in NEEDED:
            there.pop(name, None)
        elif there.get(name) != value:
            there[name] = _scalar(value)
    if not there:
        there["text"] = DoubleQuotedScalarString("")


def _scalar(value: str) -> str:
    """A text of several lines as a block, where it can be read back from one; else in quotes."""
    lines = value.split("\n")
    plain = all(line.isprintable() for line in lines) and not value.startswith((" ", "\n"))
    if len(lines) > 1 and plain and not any(line != line.rstrip() and not line.strip() for line in lines):
        return LiteralScalarString(value)
    return DoubleQuotedScalarString(value)


def _lines(value: Any) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""
