"""Tokens of public links: what opens what, and that nothing else does."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.link_tokens import (
    Named,
    Ring,
    key_of,
    parse,
    read,
    retired,
    rotated,
    write,
    write_places,
)

A, B, C = ("a" * 32, "b" * 40, "c" * 43)
FIRST = "the key of the installation"
MESSAGE = "0123456789abcdef0123456789abcdef"
SIGNS = string.ascii_letters + string.digits + "-_"

rings = st.sampled_from([parse([], FIRST), parse([f"1:{A}"], FIRST), parse([f"255:{B}", f"1:{A}"], FIRST)])
messages = st.binary(min_size=16, max_size=16).map(bytes.hex)
named = st.builds(Named, messages, st.none() | st.integers(0, 65535))
purposes = st.sampled_from("upco")


@given(rings, purposes, named)
def test_what_is_written_is_read(ring: Ring, purpose: str, what: Named):
    token = write(ring, purpose, what)
    assert read(ring, purpose, token) == what
    assert set(token) <= set(SIGNS)
    assert len(token) == (42 if what.place is not None else 39 if ring.signs else 38)


@given(rings, purposes, named, st.data())
def test_one_sign_changed_cut_or_added_opens_nothing(
    ring: Ring, purpose: str, what: Named, data: st.DataObject
):
    token = write(ring, purpose, what)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(SIGNS.replace(token[at], "") + "=+/ ż\0"))
    assert read(ring, purpose, token[:at] + other + token[at + 1 :]) is None
    assert read(ring, purpose, token[:at]) is None
    assert read(ring, purpose, token[:at] + other + token[at:]) is None
    assert read(ring, purpose, token + other) is None


@given(rings, named, st.permutations("upco"))
def test_a_token_is_for_one_purpose(ring: Ring, what: Named, order: list[str]):
    assert read(ring, order[1], write(ring, order[0], what)) is None


@given(st.text(max_size=80))
def test_no_text_that_nobody_signed_opens_anything(text: str):
    assert read(parse([f"1:{A}"], FIRST), "u", text) is None


@given(named)
def test_a_token_of_another_installation_opens_nothing(what: Named):
    ours, theirs = parse([f"1:{A}"], FIRST), parse([f"1:{B}"], "theirs")
    assert read(ours, "u", write(theirs, "u", what)) is None
    assert read(ours, "u", write(parse([], "theirs"), "u", what)) is None


def test_tokens_of_before_the_ring_keep_their_bytes_and_open():
    """Written down when `links.py` signed with a key made of SECRET_KEY alone."""
    old = parse([], FIRST)
    assert write(old, "u", Named(MESSAGE)) == OLD
    assert read(parse([f"2:{B}", f"1:{A}"], FIRST), "u", OLD) == Named(MESSAGE)
    assert read(parse([f"2:{B}", "0:retired"], FIRST), "u", OLD) is None


OLD = "ASNFZ4mrze8BI0VniavN70iGF81ty7gk4iLv6Q"


def test_a_rotation_closes_nothing_and_a_retirement_its_own():
    one = parse([f"1:{A}"], FIRST)
    two = parse([f"2:{B}", f"1:{A}"], FIRST)
    without = parse([f"2:{B}"], FIRST)
    before, after = (write(ring, "u", Named(MESSAGE)) for ring in (one, two))
    assert [read(two, "u", token) for token in (before, after)] == [Named(MESSAGE)] * 2
    assert [read(without, "u", token) for token in (before, after)] == [None, Named(MESSAGE)]
    assert read(one, "u", after) is None


def test_a_number_asked_for_signs_while_it_is_in_the_ring():
    two = parse([f"2:{B}", f"1:{A}"], FIRST)
    assert write(two, "u", Named(MESSAGE), 1) == write(parse([f"1:{A}"], FIRST), "u", Named(MESSAGE))
    assert write(parse([f"2:{B}"], FIRST), "u", Named(MESSAGE), 1) == write(two, "u", Named(MESSAGE))
    assert write(two, "u", Named(MESSAGE), 0) == OLD


@given(rings, messages, st.none() | st.sampled_from([0, 1, 9]))
def test_the_links_of_a_message_at_once_are_those_one_by_one(ring: Ring, message: str, number: int | None):
    one_by_one = [write(ring, "c", Named(message, place), number) for place in range(3)]
    assert write_places(ring, "c", message, 3, number) == one_by_one


def test_the_first_written_signs_and_key_0_is_read_until_it_is_retired():
    assert parse([], FIRST) == Ring({0: key_of(FIRST)}, 0)
    assert parse([f"7:{A}", f"3:{B}"], FIRST) == Ring({7: key_of(A), 3: key_of(B), 0: key_of(FIRST)}, 7)
    assert parse([f"7:{A}", "0:retired"], FIRST) == Ring({7: key_of(A)}, 7)


HOW = "Write number:secret, the number from 1 to 255, the secret at least 32 of A-Z a-z 0-9 - _."


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["x"], f"the key in place 1 cannot be read. {HOW}"),
        ([f"1:{A}", f"256:{A}"], f"the key in place 2 cannot be read. {HOW}"),
        ([f"01:{A}"], f"the key in place 1 cannot be read. {HOW}"),
        ([f"-1:{A}"], f"the key in place 1 cannot be read. {HOW}"),
        ([f"1:{A}!"], f"the key in place 1 cannot be read. {HOW}"),
        ([f"1:{A[:31]}"], f"the secret of key 1 is too short. {HOW}"),
        (["1:retired"], f"the secret of key 1 is too short. {HOW}"),
        ([f"1:{A}", f"1:{B}"], "key 1 is written twice."),
        ([f"1:{A}", "0:retired", "0:retired"], "key 0 is written twice."),
        ([f"0:{A}"], "key 0 is made of SECRET_KEY; only 0:retired can be said of it."),
        (["0:retired"], "key 0 is retired and there is no other. Put a new key before it."),
    ],
)
def test_what_is_wrong_with_a_ring_is_said_without_its_secrets(written: list[str], said: str):
    with pytest.raises(ValueError, match="key") as error:
        parse(written, FIRST)
    assert str(error.value) == said


def test_a_rotation_puts_a_new_key_first():
    one = rotated([], A)
    two = rotated(one, B)
    assert [item.partition(":")[0] for item in two] == ["2", "1"]
    assert two[1:] == one
    assert parse(two, FIRST).signs == 2
    assert two == [f"2:{B}", f"1:{A}"]


def test_a_number_is_taken_anew_only_after_the_last():
    assert rotated([f"5:{A}"], B)[0].startswith("6:")
    assert rotated([f"255:{A}", f"1:{B}"], A)[0].startswith("2:")
    with pytest.raises(ValueError, match="there are 255 keys already"):
        rotated([f"{number}:{A}" for number in range(1, 256)], B)


def test_a_retirement_takes_one_key_out():
    written = [f"12:{B}", f"1:{A}"]
    assert retired(written, 1) == [f"12:{B}"]
    assert retired(written, 0) == [*written, "0:retired"]


@pytest.mark.parametrize(
    ("written", "number", "said"),
    [
        ([f"2:{B}", f"1:{A}"], 2, "key 2 signs. Rotate first."),
        ([], 0, "key 0 signs. Rotate first."),
        ([f"2:{B}", "0:retired"], 0, "there is no key 0."),
        ([f"2:{B}"], 3, "there is no key 3."),
    ],
)
def test_what_cannot_be_retired(written: list[str], number: int, said: str):
    with pytest.raises(ValueError, match="key") as error:
        retired(written, number)
    assert str(error.value) == said
