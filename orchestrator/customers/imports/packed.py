"""PACKED: one file inside a zip or a gzip, read as if it stood there by itself. Nothing is unpacked to disk."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from orchestrator.customers.imports.files import MOST_BYTES, FileError, Openable
from orchestrator.domain.wording import Words

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
BROKEN = (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error, NotImplementedError, RuntimeError)
_OTHERS = (
    (".bin", Words("%(name)s is a binary Excel workbook; save it as CSV UTF-8 or as .xlsx")),
    ("content.xml", Words("%(name)s is an OpenDocument table; save it as CSV UTF-8 or as .xlsx")),
)


@dataclass(frozen=True, slots=True)
class Inside:
    """A file within another one: opened anew from its beginning each time."""

    name: str
    opened: Callable[[], BinaryIO]

    def is_dir(self) -> bool:
        """Never."""
        return False

    def open(self, mode: str = "rb") -> BinaryIO:
        """From its beginning."""
        return self.opened()


def unpack(path: Openable) -> Openable:
    """The one file in a zip or gzip; an Excel workbook, which is a zip too, and all else as it is."""
    with path.open("rb") as file:
        sign = file.read(4)
    if sign.startswith(GZIP):
        return _plain(path, Inside(path.name, lambda: _gunzipped(path)))
    if not sign.startswith(ZIP):
        return path
    with _opened(path) as archive:
        inside = [one for one in archive.infolist() if not one.is_dir() and "__MACOSX" not in one.filename]
        if any(one.filename == "[Content_Types].xml" for one in inside):
            return path
        entry = _only(path, inside)
    return _plain(path, Inside(path.name, lambda: _unzipped(path, entry)))


def _only(path: Openable, inside: list[zipfile.ZipInfo]) -> str:
    for end, words in _OTHERS:
        if any(one.filename.endswith(end) for one in inside) and len(inside) > 1:
            raise FileError(words.template, name=path.name)
    if len(inside) != 1:
        raise FileError(
            "%(name)s is a zip of %(inside)s files; pack one file into each",
            name=path.name,
            inside=len(inside),
        )
    if inside[0].flag_bits & 1:
        raise FileError("%(name)s is locked with a password; unpack it first", name=path.name)
    if inside[0].file_size > MOST_BYTES:
        raise FileError(
            "%(name)s holds more than %(most)s GB; cut it in parts", name=path.name, most=MOST_BYTES >> 30
        )
    return inside[0].filename


def _plain(path: Openable, inside: Inside) -> Inside:
    """It, if it can be opened and is not packed once more."""
    try:
        with inside.open() as file:
            sign = file.read(4)
    except BROKEN as error:
        raise FileError(
            "%(name)s is packed and cannot be unpacked: %(error)s",
            name=path.name,
            error=str(error) or Words("it is cut off"),
        ) from error
    if sign.startswith(GZIP):
        raise FileError("%(name)s is packed more than once; unpack it first", name=path.name)
    return inside


@contextmanager
def _opened(path: Openable) -> Iterator[zipfile.ZipFile]:
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            yield archive
    except BROKEN as error:
        raise FileError(
            "%(name)s begins like an Excel workbook or a zip, and is none: %(error)s",
            name=path.name,
            error=str(error),
        ) from error


def _gunzipped(path: Openable) -> BinaryIO:
    return cast(BinaryIO, _Both(path.open("rb"), lambda file: cast(IO[bytes], gzip.GzipFile(fileobj=file))))


def _unzipped(path: Openable, entry: str) -> BinaryIO:
    return cast(BinaryIO, _Both(path.open("rb"), lambda file: zipfile.ZipFile(file).open(entry)))


class _Both:
    """What is read out of a file, and closes it with itself. What is broken on the way is a FileError."""

    def __init__(self, outer: BinaryIO, inside: Callable[[BinaryIO], IO[bytes]]) -> None:
        self._outer = outer
        try:
            self._inner = inside(outer)
        except BaseException:
            outer.close()
            raise
        self.closed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __enter__(self) -> _Both:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, size: int = -1) -> bytes:
        """As any file's; FileError where it cannot be unpacked to its end."""
        return self._told(lambda: self._inner.read(size))

    def read1(self, size: int = -1) -> bytes:
        """For text on top of it."""
        return self._told(lambda: self._inner.read(size if size >= 0 else 1 << 16))

    def close(self) -> None:
        """Both of them."""
        if not self.closed:
            self.closed = True
            self._inner.close()
            self._outer.close()

    @staticmethod
    def _told(read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except BROKEN as error:
            raise FileError(
                "the file is packed and cannot be unpacked to its end: %(error)s", error=str(error)
            ) from error
