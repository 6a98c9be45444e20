"""YAML 1.2, read with care: within limits, with places, and nothing but plain values.

`read` serves every YAML file of ours: journeys, templates, paths.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.reader import ReaderError

from orchestrator.domain.definition.problems import DefinitionError, Problem, Problems, shown
from orchestrator.domain.definition.tree import Node
from orchestrator.journeys.yaml_scalars import NotPlain, resolve

LARGEST = 2_000_000
DEEPEST = 40
MOST_VALUES = 50_000


@dataclass(frozen=True, slots=True)
class Span:
    """Where a value stands in the text, as indexes; `flow` for a value in brackets or on one line with them."""

    start: int
    end: int
    flow: bool
    last_line: int


@dataclass(slots=True)
class Composer:
    """Builds the tree from a stream of events, without recursion; `spans` by the id() of its nodes."""

    problems: Problems
    spans: dict[int, Span] = field(default_factory=dict)
    open: list[tuple[Node, CollectionStartEvent]] = field(default_factory=list)
    keys: list[tuple[str, int, int] | None] = field(default_factory=list)
    root: Node | None = None
    count: int = 0

    def take(self, event: Any) -> None:
        """Take one event."""
        if isinstance(event, DocumentStartEvent):
            self._start(event)
        elif isinstance(event, CollectionEndEvent):
            self._end(event)
        elif isinstance(event, NodeEvent):
            self._node(event)

    def refuse(self, event: Any, code: str, what: str, mend: str = "") -> None:
        """Note a problem at an event."""
        self.problems.add(Node(None, *_place(event)), (), code, what, mend)

    def stop(self, event: Any, code: str, what: str, mend: str) -> None:
        """Note a problem after which reading on is no use, and raise."""
        self.refuse(event, code, what, mend)
        self.problems.refuse()

    def _start(self, event: DocumentStartEvent) -> None:
        if self.root is not None:
            self.stop(event, "two_documents", "a second document begins here", "Write one file for each.")
        if event.tags or (event.version is not None and tuple(event.version) != (1, 2)):
            self.stop(
                event,
                "directive",
                "this asks for another YAML than 1.2",
                "Delete the line that starts with `%`.",
            )

    def _node(self, event: Any) -> None:
        self.count += 1
        if self.count > MOST_VALUES:
            self.stop(event, "too_long", f"the file has more than {MOST_VALUES:,} values", "Split it.")
        self._refuse_extras(event)
        if self.open and isinstance(self.open[-1][1], MappingStartEvent) and self.keys[-1] is None:
            self.keys[-1] = self._key(event)
            return
        node = self._place_in(event)
        if isinstance(event, CollectionStartEvent):
            self.open.append((node, event))
            self.keys.append(None)
            if len(self.open) > DEEPEST:
                self.stop(event, "too_deep", f"this is nested more than {DEEPEST} deep", "Make it flatter.")
        else:
            end = event.end_mark
            self.spans[id(node)] = Span(event.start_mark.index, end.index, _on_lines(event), end.line)

    def _refuse_extras(self, event: Any) -> None:
        if isinstance(event, AliasEvent):
            self.refuse(
                event, "alias", f"aliases (`*{event.anchor}`) are not allowed", "Write the value out."
            )
        elif event.anchor:
            self.refuse(event, "anchor", f"anchors (`&{event.anchor}`) are not allowed", "Delete it.")
        elif getattr(event, "ctag", None) is not None:
            mend = "Delete it; quotes make a text of anything."
            self.refuse(event, "tag", f"tags ({shown(str(event.ctag))}) are not allowed", mend)

    def _key(self, event: Any) -> tuple[str, int, int]:
        line, column = _place(event)
        if not isinstance(event, ScalarEvent):
            what = "a key must be a plain text, not a list or a mapping"
            self.stop(event, "bad_key", what, "Check the colons, dashes and brackets here.")
        if event.value == "" or (event.value == "<<" and event.style is None):
            what = "merge keys (`<<`) are not allowed" if event.value else "a key is empty"
            self.refuse(
                event, "bad_key", what, "Write the fields out." if event.value else "Write a name before `:`."
            )
        mapping: Any = self.open[-1][0].value
        if event.value in mapping:
            earlier = mapping[event.value].key_line
            what = f"the key {shown(event.value)} stands here twice, first in line {earlier}"
            self.refuse(event, "duplicate_key", what, "Delete one of them.")
        return event.value, line, column

    def _place_in(self, event: Any) -> Node:
        """Make the event's node and put it where it belongs."""
        key = self.keys[-1] if self.keys else None
        node = Node(self._value(event), *_place(event), *(key[1:] if key else (0, 0)))
        if not self.open:
            self.root = node
            return node
        holder: Any = self.open[-1][0].value
        if key is None:
            holder.append(node)
        else:
            holder[key[0]] = node
            self.keys[-1] = None
        return node

    def _value(self, event: Any) -> Any:
        if isinstance(event, CollectionStartEvent):
            return {} if isinstance(event, MappingStartEvent) else []
        if isinstance(event, AliasEvent):
            return None
        if event.style is not None:
            return event.value
        try:
            return resolve(event.value)
        except NotPlain as error:
            self.refuse(event, error.code, error.what, error.mend)
            return str(event.value)

    def _end(self, event: CollectionEndEvent) -> None:
        node, start = self.open.pop()
        self.keys.pop()
        end = event.end_mark
        self.spans[id(node)] = Span(start.start_mark.index, end.index, bool(start.flow_style), end.line)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _on_lines(event: ScalarEvent) -> bool:
    """Whether a scalar ends where its text ends: all but the block ones (`|`, `>`)."""
    return event.style not in ("|", ">")


def read(source: str | bytes, file: str = "") -> Node:
    """Read one YAML document into a tree with places; raises DefinitionError for anything that is not right."""
    return compose(source, file)[0]


def compose(source: str | bytes, file: str = "") -> tuple[Node, dict[int, Span]]:
    """The tree, and where each of its nodes stands in the text (without its BOM)."""
    text = _text(source, file)
    composer = Composer(Problems(file))
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            composer.take(event)
    except DefinitionError:
        raise
    except MarkedYAMLError as error:
        _stop_at_mark(composer, error)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        what = f"the sign U+{ord(text[error.position]):04X} is not allowed in YAML"
        composer.problems.add(Node(None, line, column), (), "bad_sign", what, "Delete it.")
    except Exception as error:  # the library's own slips on broken input are the input's
        what = f"this cannot be read as YAML ({type(error).__name__})"
        composer.problems.add(
            Node(None, 1, 1), (), "syntax", what, "Check the colons, quotes and indentation."
        )
    composer.problems.refuse()
    return composer.root or Node(None, 1, 1), composer.spans


def _stop_at_mark(composer: Composer, error: MarkedYAMLError) -> None:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    words = (error.problem or error.context or "this cannot be read").strip()
    if "'\\t'" in words:
        what, mend = "a tab stands where spaces must", "Indent with spaces."
    else:
        what, mend = f"this is not YAML: {words}", "Check the colons, quotes and indentation here."
    composer.problems.add(Node(None, line, column), (), "syntax", what, mend)


def _text(source: str | bytes, file: str) -> str:
    """The text of a file: UTF-8, at most 2 MB, its BOM taken off."""
    if isinstance(source, str):
        # A file that was decoded with surrogateescape says as bytes what it is; half a character stays, and is named.
        with suppress(UnicodeEncodeError):
            source = source.encode(errors="surrogateescape")
    size = len(source if isinstance(source, bytes) else source.encode(errors="surrogatepass"))
    if size > LARGEST:
        raise _refused(file, "too_large", f"the file has {size:,} bytes, more than 2 MB", "Split it.")
    if isinstance(source, bytes):
        source = _decoded(source, file)
    source = source.removeprefix("\ufeff")
    if "\0" in source:
        index = source.index("\0")
        line, column = source.count("\n", 0, index) + 1, index - source.rfind("\n", 0, index)
        raise _refused(
            file, "nul", "the file holds a NUL byte", "Delete it, or save the file as text.", line, column
        )
    return source


def _decoded(source: bytes, file: str) -> str:
    utf16 = source[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        len(source) > 1 and 0 in source[:2] and source[:2] != b"\0\0"
    )
    if utf16:
        raise _refused(file, "encoding", "the file is UTF-16 or UTF-32", "Save it as UTF-8.")
    try:
        return source.decode()
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        what = f"the byte 0x{source[error.start]:02X} is not UTF-8"
        raise _refused(file, "encoding", what, "Save the file as UTF-8.", line) from None


def _refused(file: str, code: str, what: str, mend: str, line: int = 1, column: int = 1) -> DefinitionError:
    return DefinitionError([Problem((), line, column, code, what, mend, file)])
