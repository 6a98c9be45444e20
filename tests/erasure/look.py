"""Where a canary could still be, and in what spelling: the searching half of the proof."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

CANARY = "kanarek"  # in ids, addresses and references
SONG = "żółwik"  # in names and texts: letters that encodings spell otherwise
PHONES = "48660904"  # how all their phone numbers begin
STEMS = (CANARY, SONG, PHONES)


def spellings(stem: str) -> set[str]:
    """As it is in any case, percent-encoded, with JSON's escapes, in hexadecimal, and in base64 at each of three offsets."""
    written = {stem, stem.upper(), stem.title()}
    found: set[str] = set()
    for one in written:
        raw = one.encode()
        every = "".join(f"%{byte:02x}" for byte in raw)
        found |= {one, quote(one), every, json.dumps(one)[1:-1], raw.hex(), *_in_base64(raw)}
    return found


def _in_base64(raw: bytes) -> Iterator[str]:
    """The letters that depend on nothing but the word, wherever it begins."""
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + raw).decode()
        skipped, whole = (0, 2, 3)[offset], (len(raw) + offset) // 3 * 4
        yield coded[skipped:whole]
        yield coded[skipped:whole].replace("+", "-").replace("/", "_")


_ANY = re.compile("|".join(sorted({re.escape(one) for stem in STEMS for one in spellings(stem)})))
_LOWER = re.compile("|".join(map(re.escape, STEMS)))


def traces(text: str) -> list[str]:
    """Every line with a canary in it, cut short."""
    return [line[:200] for line in text.splitlines() if _ANY.search(line) or _LOWER.search(line.lower())]


def dump(folder: Path | None = None) -> str:
    """The whole database as text: by `pg_dump` where what is to be seen is committed, else row by row, or by iterdump."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return "\n".join(connection.connection.iterdump())
    if folder is not None and shutil.which("pg_dump"):
        return _by_pg_dump()
    return "\n".join(_rows())


def _by_pg_dump() -> str:
    told = connection.settings_dict
    url = ["--dbname", str(told["NAME"]), "--host", str(told["HOST"]), "--username", str(told["USER"])]
    port = ["--port", str(told["PORT"])] if told["PORT"] else []
    environment = os.environ | {"PGPASSWORD": str(told["PASSWORD"])}
    done = subprocess.run(["pg_dump", *url, *port], env=environment, capture_output=True, check=False)
    if done.returncode:  # an older client than the server refuses
        return "\n".join(_rows())
    return done.stdout.decode()


def _rows() -> Iterator[str]:
    """What `COPY` says of every table, partitions by their own names too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} TO STDOUT") as rows:
            yield f"-- {name}"
            yield b"".join(bytes(row) for row in rows).decode()


def redis_text() -> str:
    """Every key of the broker and its value, whatever its type; nothing where there is no broker."""
    if not settings.REDIS_URL:
        return ""
    import redis

    client = redis.Redis.from_url(settings.REDIS_URL)
    return "\n".join(f"{key!r}: {client.dump(key)!r}" for key in client.scan_iter())


def files_text() -> str:
    """Every file below VAR_DIR but the database's own, which `dump` reads and whose free pages nobody can promise."""
    found = [
        path for path in Path(settings.VAR_DIR).rglob("*") if path.is_file() and ".sqlite3" not in path.name
    ]
    return "\n".join(f"{path}: {path.read_bytes().decode(errors='replace')}" for path in found)


class Overheard(logging.Handler):
    """Whatever any logger says, with the tracebacks it would print."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it as it would be printed, and its arguments."""
        self.lines.append(f"{self.format(record)} {record.args!r}")


@contextmanager
def overheard() -> Iterator[Overheard]:
    """All loggers at DEBUG, those that do not pass on what they say as well."""
    collector = Overheard()
    names = [name for name, one in logging.root.manager.loggerDict.items() if isinstance(one, logging.Logger)]
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in names)]
    before = [(one, one.level, one.disabled) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        one.disabled = False
        if one.parent is None or not one.propagate:
            one.addHandler(collector)
    try:
        yield collector
    finally:
        for one, level, disabled in before:
            one.setLevel(level)
            one.disabled = disabled
            one.removeHandler(collector)
