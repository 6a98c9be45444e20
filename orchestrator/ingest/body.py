"""BODY: the bytes of a request, unpacked and read within their limits. A bomb of gzip is cut where the limit is, not after."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

import orjson
from django.http import HttpRequest, UnreadablePostError

ONE, BATCH, MOST = 32 * 1024, 500 * 1024, 2500  # bytes of a call, bytes of a batch, calls in it
_GZIP = 31  # zlib's word for: with gzip's header


class BadBody(Exception):
    """What is wrong, for whoever wrote the client. The only thing, beside a key, by which a request is refused whole."""


def read(request: HttpRequest, limit: int) -> Any:
    """The JSON of the body, whatever content type it names: browsers say text/plain, to be spared a question before."""
    raw = _limited(_raw(request, limit), limit)
    if request.headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip"):
        raw = _limited(_unzipped(raw, limit), limit)
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadBody(f"the body is no JSON: {error}") from None


def secret_of(request: HttpRequest, body: Any) -> str:
    """The write key: the user name of Basic auth, else `writeKey` in the body, as browsers send it."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _user_name(given)
    return _text(body.get("writeKey")) if isinstance(body, dict) else ""


def _user_name(given: str) -> str:
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def _raw(request: HttpRequest, limit: int) -> bytes:
    try:
        return request.read(limit + 1)
    except (UnreadablePostError, OSError):
        raise BadBody("the body broke off") from None


def _unzipped(raw: bytes, limit: int) -> bytes:
    try:
        reader = zlib.decompressobj(_GZIP)
        unpacked = reader.decompress(raw, limit + 1)
    except zlib.error as error:
        raise BadBody(f"the body is no gzip: {error}") from None
    if not reader.eof and len(unpacked) <= limit:
        raise BadBody("the gzip of the body breaks off")
    return unpacked


def _limited(raw: bytes, limit: int) -> bytes:
    if len(raw) > limit:
        raise BadBody(f"the body is larger than {limit // 1024} KB; send less at once")
    return raw


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
