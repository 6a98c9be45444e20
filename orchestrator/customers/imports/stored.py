"""STORED: a file that lies in the database in pieces, opened as any other.

No disk that web and workers would have to share, and no copy of people's data that somebody would have to find and take
away: it goes with its rows. The price: what is brought passes through the database once more.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO, cast

from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.report import batches
from orchestrator.customers.models import Import, ImportPart

PART = 256 << 10
AT_ONCE = 8  # pieces written in one statement
HELD = 4  # pieces in memory, of each opening


def write(of: Import, blocks: Iterable[bytes]) -> None:
    """Store the file's bytes, whatever pieces they come in, and note how many they are and what their hash is."""
    size, known = 0, sha256()
    parts = enumerate(_cut(blocks))
    for batch in batches(parts, AT_ONCE):
        for _number, data in batch:
            size += len(data)
            known.update(data)
        ImportPart.objects.bulk_create(ImportPart(of=of, number=number, data=data) for number, data in batch)
    of.size, of.digest = size, known.hexdigest()


def _cut(blocks: Iterable[bytes]) -> Iterable[bytes]:
    held = bytearray()
    for block in blocks:
        held += block
        while len(held) >= PART:
            yield bytes(held[:PART])
            del held[:PART]
    if held:
        yield bytes(held)


@dataclass(frozen=True, slots=True)
class Stored:
    """An import's file, to be opened as a path is."""

    of: int
    name: str
    size: int

    def is_dir(self) -> bool:
        """Never."""
        return False

    def open(self, mode: str = "rb") -> BinaryIO:
        """From its beginning."""
        return cast(BinaryIO, io.BufferedReader(_Pieces(self.of, self.size), 64 << 10))


class _Pieces(io.RawIOBase):
    def __init__(self, of: int, size: int) -> None:
        self._of, self._size, self._at = of, size, 0
        self._held: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, PART)
        piece = self._piece(number)[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _piece(self, number: int) -> bytes:
        if number not in self._held:
            data = (
                ImportPart.objects.filter(of=self._of, number=number).values_list("data", flat=True).first()
            )
            if data is None:
                raise FileError("the file is not kept any more; bring it again")
            self._held[number] = bytes(data)
            while len(self._held) > HELD:
                self._held.popitem(last=False)
        return self._held[number]
