"""What kind of file it is, and its text."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 1 << 20
_SIGNS = (
    (
        b"PK\x03\x04",
        "is an Excel workbook or a zip, whatever its name says; in Excel choose “Save as”, “CSV UTF-8”",
    ),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook; in Excel choose “Save as”, “CSV UTF-8”"),
    (b"\x1f\x8b", "is compressed with gzip; unpack it first"),
    (b"%PDF", "is a PDF; export the table as CSV"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class FileError(ValueError):
    """The file as a whole cannot be read; the message says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that holds text: where it is, how its letters are written, and about how many lines it has."""

    path: Path
    encoding: str
    lines: int


def inspect(path: Path) -> Source:
    """Find out how the file is written: UTF-8 or UTF-16 by its mark, else UTF-8 if all of it is, else cp1250.

    FileError for what is missing, empty or no text.
    """
    if path.is_dir():
        raise FileError(f"{path.name} is a folder; name a file in it")
    try:
        with path.open("rb") as file:
            return _inspect(path, file)
    except FileNotFoundError:
        raise FileError(f"there is no file {path}; check its name") from None
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}") from error


@contextmanager
def open_lines(source: Source) -> Iterator[Iterator[str]]:
    """The file's lines, their ends kept as written."""
    with source.path.open("r", encoding=source.encoding, newline="") as file:
        yield iter(file)


def _inspect(path: Path, file: io.BufferedReader) -> Source:
    head = file.read(4096)
    for sign, words in _SIGNS:
        if head.startswith(sign):
            raise FileError(f"{path.name} {words}")
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    if not head.strip():
        raise FileError(f"{path.name} is empty")
    if not encoding and head.count(0) * 10 > len(head):
        raise FileError(f"{path.name} is no text (or UTF-16 without its mark); save it as CSV UTF-8")
    for candidate in [encoding] if encoding else ["utf-8", "cp1250"]:
        file.seek(0)
        lines = _count_lines(file, candidate)
        if lines is not None:
            return Source(path, candidate, lines)
    raise FileError(f"{path.name} is neither UTF-8 nor UTF-16 nor Windows-1250; save it as CSV UTF-8")


def _count_lines(file: io.BufferedReader, encoding: str) -> int | None:
    """How many lines there are, or None where the file is not written in `encoding`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    count, last = 0, ""
    try:
        while block := file.read(_BLOCK):
            text = decoder.decode(block)
            count += text.count("\n") or text.count("\r")
            last = text[-1:] or last
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return count + (last not in ("\n", "\r"))
