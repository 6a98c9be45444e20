"""What kind of file it is, and its text."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from orchestrator.domain.wording import Words, Wrong

_BLOCK = 1 << 20
MOST_BYTES = 4 << 30  # unpacked: more than that is no list of people, but a bomb
_SIGNS = (
    (
        b"\xd0\xcf\x11\xe0",
        Words(
            "%(name)s is an old Excel workbook, or one with a password; in Excel choose “Save as”, “Excel workbook (.xlsx)”"
        ),
    ),
    (b"%PDF", Words("%(name)s is a PDF; export the table as CSV")),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# How people name encodings -> how they are read; UTF-8 with its mark or without.
ENCODINGS = {
    "utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1250": "cp1250", "iso-8859-2": "iso8859_2",
    "windows-1252": "cp1252",
}  # fmt: skip
TEXT, WORKBOOK = "text", "xlsx"


class FileError(Wrong):
    """The file as a whole cannot be read; the message says why and how to mend it."""


class Openable(Protocol):
    """Something to read from the beginning, as often as it is opened: a `Path`, or what stands in for one."""

    @property
    def name(self) -> str: ...

    def is_dir(self) -> bool: ...

    def open(self, mode: str = "rb") -> BinaryIO: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A file that holds a table: where it is, how its letters are written, and about how many lines it has (0: nobody knows).

    `form`: text, or an Excel workbook with these `sheets`, of about so many `rows` each.
    """

    path: Openable
    encoding: str
    lines: int
    form: str = TEXT
    sheets: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


def inspect(path: Path | Openable, encoding: str = "") -> Source:
    """Find out how the file is written: an Excel workbook; or text in UTF-8 or UTF-16 by its mark or by its zeros, else in
    UTF-8 if all of it is, else in cp1250. One file packed with zip or gzip is looked at as it is inside.

    `encoding`: one of ENCODINGS, instead of finding out. FileError for what is missing, empty or no table.
    """
    given = cast(Openable, path)
    if given.is_dir():
        raise FileError("%(name)s is a folder; name a file in it", name=given.name)
    try:
        return _inspect(given, encoding)
    except FileNotFoundError:
        raise FileError("there is no file %(path)s; check its name", path=str(path)) from None
    except OSError as error:
        raise FileError(
            "%(name)s cannot be read: %(why)s", name=given.name, why=error.strerror or str(error)
        ) from error


@contextmanager
def open_lines(source: Source) -> Iterator[Iterator[str]]:
    """The file's lines, their ends kept as written."""
    with (
        source.path.open("rb") as raw,
        io.TextIOWrapper(raw, encoding=source.encoding, newline="") as file,
    ):
        yield _decoded(source, file)


def _decoded(source: Source, lines: Iterable[str]) -> Iterator[str]:
    try:
        yield from lines
    except UnicodeError:
        raise _not_written_in(source.path, source.encoding) from None


def _not_written_in(path: Openable, encoding: str) -> FileError:
    return FileError(
        "%(name)s is not written in %(encoding)s to its end; choose another encoding",
        name=path.name,
        encoding=title_of(encoding),
    )


def title_of(encoding: str) -> str:
    """An encoding as people name it."""
    named = {read: name for name, read in ENCODINGS.items()} | {"utf-8": "utf-8"}
    return named.get(encoding, encoding[:6]).upper().replace("WINDOWS", "Windows")


def _inspect(path: Openable, encoding: str) -> Source:
    from orchestrator.customers.imports import packed, workbook  # they need this module

    inside = packed.unpack(path)
    with inside.open("rb") as file:
        head = file.read(4096)
        if head.startswith(packed.ZIP):
            return workbook.inspect(inside)
        for sign, words in _SIGNS:
            if head.startswith(sign):
                raise FileError(words.template, name=path.name)
        if not head.strip():
            raise FileError("%(name)s is empty", name=path.name)
        return _inspect_text(inside, head, file, ENCODINGS.get(encoding, ""))


def _inspect_text(path: Openable, head: bytes, file: BinaryIO, said: str) -> Source:
    if said:
        return _inspect_as(path, file, said)
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "") or _by_zeros(head)
    if not encoding and head.count(0) * 10 > len(head):
        raise FileError("%(name)s is no text; save it as CSV UTF-8", name=path.name)
    for candidate in [encoding] if encoding else ["utf-8", "cp1250"]:
        file.seek(0)
        lines = _count_lines(path, file, candidate)
        if lines is not None:
            return Source(path, candidate, lines)
    raise FileError(
        "%(name)s is neither UTF-8 nor UTF-16 nor Windows-1250; save it as CSV UTF-8", name=path.name
    )


def _inspect_as(path: Openable, file: BinaryIO, encoding: str) -> Source:
    file.seek(0)
    lines = _count_lines(path, file, encoding)
    if lines is None:
        raise _not_written_in(path, encoding)
    return Source(path, encoding, lines)


def _by_zeros(head: bytes) -> str:
    """UTF-16 without its mark: of most letters every second byte is zero, and no other."""
    half = len(head) // 2
    first, second = head[::2].count(0), head[1::2].count(0)
    if half and second * 2 > half and not first:
        return "utf-16-le"
    return "utf-16-be" if half and first * 2 > half and not second else ""


def _count_lines(path: Openable, file: BinaryIO, encoding: str) -> int | None:
    """How many lines there are, or None where the file is not written in `encoding`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    count, size, last = 0, 0, ""
    try:
        while block := file.read(_BLOCK):
            size += len(block)
            if size > MOST_BYTES:
                raise FileError(
                    "%(name)s holds more than %(most)s GB; cut it in parts",
                    name=path.name,
                    most=MOST_BYTES >> 30,
                )
            text = decoder.decode(block)
            count += text.count("\n") or text.count("\r")
            last = text[-1:] or last
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return count + (last not in ("\n", "\r"))
