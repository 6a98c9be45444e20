"""What goes between the worker and its render process: heads and contexts there, answers back in frames.

A frame holds as many answers as came until it was worth a write: one line of JSON, then the long texts byte for byte.
How far the process has come it says in a page of memory both see, so that an answer held back blames nobody.
"""

from __future__ import annotations

import json
import mmap
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Answer = Mapping[str, Any]

LONG = 200  # characters from which a text travels outside of the JSON
FRAME_BYTES = (
    48_000  # fits into a pipe together with its line, so that the process goes on while nobody reads
)
FRAME_SECONDS = 0.02  # wall time; the worker counts on signs of life


class Frames:
    """Collects answers and writes them frame by frame."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._clear()

    def put(self, answer: Answer) -> None:
        """Take an answer; write all that is held once it is much, or old."""
        self._told.append(self._short(answer))
        if self._size >= FRAME_BYTES or time.monotonic() - self._began >= FRAME_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        if self._told:
            self._write(b"".join([json.dumps([self._size, self._told]).encode(), b"\n", *self._texts]))
            self._clear()

    def _clear(self) -> None:
        self._told: list[Answer] = []
        self._texts: list[bytes] = []
        self._size, self._began = 0, time.monotonic()

    def _short(self, answer: Answer) -> Answer:
        if "part" not in answer:
            return answer
        part: dict[str, Any] = {}
        long: list[tuple[str, int]] = []
        for name, value in answer["part"].items():
            if isinstance(value, str) and len(value) >= LONG:
                self._texts.append(data := value.encode("utf-8", "surrogatepass"))
                self._size += len(data)
                long.append((name, len(data)))
            else:
                part[name] = value
        return {**answer, "part": part, "long": long}


def unpack(told: Sequence[Answer], texts: bytes) -> Iterator[Answer]:
    """The answers of a frame, whole again."""
    at = 0
    for answer in told:
        for name, size in answer.get("long", ()):
            answer["part"][name] = texts[at : at + size].decode("utf-8", "surrogatepass")
            at += size
        yield answer


class Progress:
    """One number in a page of memory that both processes see: the place of the job that is being rendered.

    Writing it is no system call, and it outlives whoever wrote it: a process that dies has named the job it died of.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = _page() if descriptor is None else descriptor
        self._memory = mmap.mmap(self.descriptor, mmap.PAGESIZE)
        self._place = memoryview(self._memory).cast("I")

    @property
    def place(self) -> int:
        """Where the other process is, or was."""
        return self._place[0]

    @place.setter
    def place(self, place: int) -> None:
        self._place[0] = place

    def close(self) -> None:
        """Let go of it."""
        self._place.release()
        self._memory.close()
        os.close(self.descriptor)


def _page() -> int:
    """A file of one page that has no name."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("progress")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, mmap.PAGESIZE)
    return descriptor
