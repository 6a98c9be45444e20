"""A template file as its author wrote it: read from a tree with positions, all problems reported at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from orchestrator.domain.definition.problems import Problems, listed, nearest, shown
from orchestrator.domain.definition.tree import Node
from orchestrator.sdk import Path

KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
CHANNELS = ("email", "sms", "push")

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a template and the line of the file it begins on (0 = not from a file)."""

    text: str
    line: int = 0


EMPTY = Passage("")


@dataclass(frozen=True, slots=True)
class EmailSource:
    """An email in one language. `html` is a fragment the layout goes around, or a whole document; `mjml` becomes one."""

    subject: Passage
    preheader: Passage = EMPTY
    html: Passage = EMPTY
    text: Passage = EMPTY
    mjml: Passage = EMPTY


@dataclass(frozen=True, slots=True)
class SmsSource:
    """A text message in one language; with `transliterate` it is written in letters that cost less."""

    text: Passage
    transliterate: bool = False


@dataclass(frozen=True, slots=True)
class PushSource:
    """A push notification in one language."""

    title: Passage
    body: Passage
    url: Passage = EMPTY
    image: Passage = EMPTY


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template: one message with a part for each channel it knows, each in one or more languages.

    `track`: whether its clicks and opens are counted, where the workspace counts them.
    """

    key: str
    topic: str = ""
    email: Mapping[str, EmailSource] = field(default_factory=dict)
    sms: Mapping[str, SmsSource] = field(default_factory=dict)
    push: Mapping[str, PushSource] = field(default_factory=dict)
    file: str = ""
    track: bool = True


def read_template(tree: Node, file: str = "") -> TemplateSource:
    """Read a template's tree. Raises DefinitionError with everything that is wrong with its shape."""
    reader = _Reader(Problems(file))
    source = reader.template(tree)
    reader.problems.refuse()
    return source


class _Reader:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def template(self, tree: Node) -> TemplateSource:
        fields = self._mapping(tree, (), ("template", "topic", "track", *CHANNELS))
        key = self._text(fields, "template", (), tree, needed=isinstance(tree.value, dict)).text
        if key and not KEY.fullmatch(key):
            mend = "Use small letters, digits and _, beginning with a letter, up to 63."
            self.problems.add(
                fields["template"], ("template",), "bad_key", f"{shown(key)} is no template key.", mend
            )
        topic = self._text(fields, "topic", (), tree).text
        if fields and not any(channel in fields for channel in CHANNELS):
            self.problems.add(
                tree, (), "no_channel", "the template says nothing.", f"Add {listed(CHANNELS)}."
            )
        return TemplateSource(
            key, topic,
            self._languages(fields, "email", self._email),
            self._sms(fields),
            self._languages(fields, "push", self._push),
            self.problems.file,
            self._flag(fields, (), "track", default=True),
        )  # fmt: skip

    def _languages(
        self, fields: Mapping[str, Node], channel: str, read: Callable[[Node, Path], Part]
    ) -> dict[str, Part]:
        if channel not in fields:
            return {}
        node = fields[channel]
        found = self._mapping(node, (channel,))
        if not found and isinstance(node.value, dict):
            self.problems.add(
                node, (channel,), "no_language", f"{channel} has no language.", "Add one, like `en:`."
            )
        parts: dict[str, Part] = {}
        for language, part in found.items():
            if LANGUAGE_TAG.fullmatch(language):
                parts[language] = read(part, (channel, language))
            else:
                mend = "Languages are written like `pl` or `pt-BR`."
                what = f"{shown(language)} is no language."
                self.problems.add(part, (channel, language), "bad_language", what, mend, key=True)
        return parts

    def _email(self, node: Node, path: Path) -> EmailSource:
        fields = self._mapping(node, path, ("subject", "preheader", "html", "text", "mjml"))
        names = ("preheader", "html", "text", "mjml")
        subject = self._text(fields, "subject", path, node, needed=isinstance(node.value, dict))
        preheader, html, text, mjml = (self._text(fields, name, path, node) for name in names)
        if fields and not html.text and not text.text and not mjml.text:
            self.problems.add(
                node, path, "no_body", "the email has no body.", "Add `html`, `mjml` or `text`.", key=True
            )
        return EmailSource(subject, preheader, html, text, mjml)

    def _push(self, node: Node, path: Path) -> PushSource:
        fields = self._mapping(node, path, ("title", "body", "url", "image"))
        title = self._text(fields, "title", path, node, needed=isinstance(node.value, dict))
        body = self._text(fields, "body", path, node, needed=isinstance(node.value, dict))
        return PushSource(
            title, body, self._text(fields, "url", path, node), self._text(fields, "image", path, node)
        )

    def _sms(self, fields: Mapping[str, Node]) -> dict[str, SmsSource]:
        node = fields.get("sms")
        if node is None or not isinstance(node.value, dict):
            return self._languages(fields, "sms", self._sms_part)
        everywhere = self._flag(node.value, ("sms",))
        rest = Node({k: v for k, v in node.value.items() if k != "transliterate"}, node.line, node.column)
        parts = self._languages({"sms": rest}, "sms", self._sms_part)
        return {key: SmsSource(part.text, part.transliterate or everywhere) for key, part in parts.items()}

    def _sms_part(self, node: Node, path: Path) -> SmsSource:
        if not isinstance(node.value, dict):
            return SmsSource(self._text({str(path[-1]): node}, str(path[-1]), path[:-1], node, needed=True))
        fields = self._mapping(node, path, ("text", "transliterate"))
        return SmsSource(self._text(fields, "text", path, node, needed=True), self._flag(fields, path))

    def _flag(
        self, fields: Mapping[str, Node], path: Path, name: str = "transliterate", *, default: bool = False
    ) -> bool:
        node = fields.get(name)
        if node is None:
            return default
        if not isinstance(node.value, bool):
            what = f"{name} cannot be {shown(node.value)}."
            self.problems.add(node, (*path, name), "not_a_flag", what, "Write true or false.")
        return node.value is True

    def _mapping(self, node: Node, path: Path, known: tuple[str, ...] = ()) -> dict[str, Node]:
        if not isinstance(node.value, dict):
            what = f"a mapping is needed here, not {shown(node.value)}."
            self.problems.add(
                node, path, "not_a_mapping", what, f"Write {listed(known)} below." if known else ""
            )
            return {}
        for name, child in node.value.items():
            if known and name not in known:
                what, mend = (
                    f"{shown(name)} is not known here.",
                    nearest(name, known) or f"Known: {listed(known)}.",
                )
                self.problems.add(child, (*path, name), "unknown_key", what, mend, key=True)
        return node.value

    def _text(
        self, fields: Mapping[str, Node], name: str, path: Path, parent: Node, *, needed: bool = False
    ) -> Passage:
        node = fields.get(name)
        if node is None:
            if needed:
                self.problems.add(
                    parent, path, "missing", f"`{name}` is missing.", f"Add `{name}: ...`.", key=True
                )
            return EMPTY
        if not isinstance(node.value, str):
            what = f"`{name}` must be text, not {shown(node.value)}."
            self.problems.add(node, (*path, name), "not_text", what, "Put it in quotes.")
            return EMPTY
        if needed and not node.value.strip():
            self.problems.add(node, (*path, name), "empty", f"`{name}` is empty.", "Say something.")
        return Passage(node.value, _first_line(node))


def _first_line(node: Node) -> int:
    """A block text (`|`) begins on the line after its sign; it is known by its line breaks."""
    block = isinstance(node.value, str) and "\n" in node.value
    return node.line + 1 if node.line and block else node.line
