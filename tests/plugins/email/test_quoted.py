"""Quoted-printable by our own hands is the standard library's, byte for byte."""

from __future__ import annotations

import binascii
import quopri

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestrator_email.quoted import quoted

PIECES = (
    "a", "=", "==", " ", "\t", "\n", ".", "\n.\n", " \n", "\t\n", "x" * 70, "y" * 74, "z" * 75, "w" * 76,
    "v" * 200, "a=b" * 30, "ż", "\x00", "\x7f", "\x0c",
)  # fmt: skip


def plain(text: bytes) -> bytes:
    return binascii.b2a_qp(text).replace(b"\n", b"\r\n")


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=100))
@example(".")
@example("x" * 75 + ".")
@example("x" * 75 + " ")
def test_it_is_what_the_standard_library_writes(text: str) -> None:
    data = text.replace("\r", "").encode() + b"\n"
    assert quoted(data) == plain(data)
    assert quopri.decodestring(quoted(data)) == data.replace(b"\n", b"\r\n")


@pytest.mark.parametrize("sign", ["=", " ", "\t", ".", "a"])
def test_lines_around_the_limit_are_cut_where_the_standard_library_cuts_them(sign: str) -> None:
    for length in range(230):
        for place in {length, max(0, length - 1), max(0, length - 2), max(0, length - 3)}:
            data = ("x" * place + sign + "x" * (length - place) + "\n").encode()
            assert quoted(data) == plain(data)
            assert max(map(len, quoted(data).split(b"\r\n"))) <= 78
