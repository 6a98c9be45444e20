"""Each sign by itself, each thing against, and that nobody who would be found is without a key to be found by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestrator.domain.dates import Birthday
from orchestrator.domain.duplicate_keys import Kind, hashed, keys_of
from orchestrator.domain.duplicates import (
    AGAINST,
    LIKELY,
    POSSIBLE,
    SIGNS,
    Against,
    Facts,
    Sign,
    Verdict,
    strength,
    weigh,
)

JAN = Facts(first=("jan",), last=("kowalski",))
NOBODY = Facts()
BORN = Birthday(1984, 5, 17)


def mail(*addresses: str, facts: Facts = NOBODY) -> Facts:
    return replace(facts, emails=frozenset(addresses))


def both(**known: object) -> tuple[Facts, Facts]:
    one = replace(JAN, **known)  # type: ignore[arg-type]
    return one, replace(one, first=("kowalski",), last=("jan",))  # the order of names means nothing


SAME: dict[Sign, tuple[Facts, Facts]] = {
    Sign.EMAIL: (mail("jan@a.pl"), mail("jan@a.pl", "other@a.pl")),
    Sign.EMAIL_FORM: (mail("j.an+x@gmail.com"), mail("jan@googlemail.com")),
    Sign.EMAIL_TOLD: (mail("jan@a.pl"), replace(NOBODY, told_emails=frozenset({"jan+x@a.pl"}))),
    Sign.NAME_TYPO: (mail("jan.kowalski@a.pl", facts=JAN), mail("jan.kowalsk@a.pl", facts=JAN)),
    Sign.NAME_LOCAL: (mail("kotek84@a.pl", facts=JAN), mail("kotek84@b.pl", facts=JAN)),
    Sign.PHONE: (
        replace(NOBODY, phones=frozenset({"+48501"})),
        replace(NOBODY, phones=frozenset({"+48501"})),
    ),
    Sign.PHONE_TOLD: (
        replace(NOBODY, phones=frozenset({"+48501"})),
        replace(NOBODY, told_phones=frozenset({"+48501"})),
    ),
    Sign.DEVICE: (replace(NOBODY, devices=frozenset({"d"})), replace(NOBODY, devices=frozenset({"d"}))),
    Sign.NAME_BIRTHDAY: both(birthday=BORN),
    Sign.NAME_POSTCODE: both(postcode="00123", city="warszawa"),
    Sign.NAME_CITY: both(city="warszawa"),
    Sign.NAME: both(),
}


@pytest.mark.parametrize("sign", SIGNS)
def test_each_sign_weighs_what_the_table_says(sign: Sign) -> None:
    one, other = SAME[sign]
    assert weigh(one, other) == weigh(other, one) == Verdict(SIGNS[sign], (sign,))


def test_what_only_looks_like_a_sign() -> None:
    nothing = Verdict(0, ())
    assert weigh(NOBODY, NOBODY) == nothing
    assert weigh(mail("jan@a.pl"), mail("jan@b.pl")) == nothing
    assert weigh(mail("kotek84@a.pl"), mail("kotek84@b.pl")) == nothing  # without a name
    one_word = replace(NOBODY, first=("jan",), postcode="00123")
    assert weigh(one_word, one_word) == nothing
    year_unknown = replace(JAN, birthday=Birthday(None, 5, 17))
    assert weigh(year_unknown, year_unknown).evidence == (Sign.NAME,)
    every_jans = weigh(mail("jan.kowalski@a.pl", facts=JAN), mail("jan.kowalski@b.pl", facts=JAN))
    assert every_jans.evidence == (Sign.NAME,)


def test_of_one_kind_the_strongest_counts_and_all_together_a_hundred() -> None:
    one = replace(
        mail("jan@a.pl", "jan+x@a.pl", facts=JAN),
        phones=frozenset({"+48501"}), told_phones=frozenset({"+48501"}), birthday=BORN, postcode="1", city="x",
    )  # fmt: skip
    assert weigh(one, one) == Verdict(100, (Sign.EMAIL, Sign.PHONE, Sign.NAME_BIRTHDAY, Sign.NAME_POSTCODE))


AGAINSTS: dict[Against, tuple[Facts, Facts]] = {
    Against.OTHER_BIRTHDAY: (
        replace(JAN, birthday=BORN),
        replace(JAN, birthday=Birthday(1984, 5, 18)),
    ),
    Against.HOUSEHOLD: (JAN, replace(JAN, first=("anna",), last=("kowalska",))),
    Against.OTHER_NAME: (JAN, replace(JAN, first=("anna",), last=("nowak",))),
}


@pytest.mark.parametrize("against", AGAINST)
def test_each_thing_against_is_taken_off(against: Against) -> None:
    one, other = (
        replace(mail("jan@a.pl", facts=facts), phones=frozenset({"+1"})) for facts in AGAINSTS[against]
    )
    same = (Sign.EMAIL, Sign.PHONE) + ((Sign.NAME,) if against is Against.OTHER_BIRTHDAY else ())
    assert weigh(one, other) == weigh(other, one) == Verdict(100 - AGAINST[against], (*same, against))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (JAN, replace(JAN, first=("janek",))),  # short for the other
        (JAN, replace(JAN, first=("j",))),
        (JAN, replace(JAN, last=("nowak",))),  # has married
        (JAN, replace(NOBODY, first=("anna",))),  # too little is known
        (replace(JAN, birthday=BORN), JAN),
        (replace(JAN, birthday=BORN), replace(JAN, birthday=Birthday(None, 5, 17))),
    ],
)
def test_what_does_not_speak_against(one: Facts, other: Facts) -> None:
    verdict = weigh(mail("x@a.pl", facts=one), mail("x@a.pl", facts=other))
    assert not set(verdict.evidence) & set(AGAINST)


def test_a_family_that_shares_a_mailbox_and_a_telephone_is_not_asked_about() -> None:
    one, other = (
        replace(mail("dom@a.pl", facts=facts), phones=frozenset({"+1"}), devices=frozenset({"d"}))
        for facts in AGAINSTS[Against.HOUSEHOLD]
    )
    assert weigh(one, other).weight == 35 < POSSIBLE


def test_words_of_weights() -> None:
    assert [strength(one) for one in (0, POSSIBLE - 1, POSSIBLE, LIKELY - 1, LIKELY, 100)] == [
        "", "", "possible", "possible", "likely", "likely",
    ]  # fmt: skip


def test_no_sign_that_two_strangers_may_share_makes_a_pair_likely() -> None:
    alone = {sign for sign, weight in SIGNS.items() if weight >= LIKELY}
    assert alone == {Sign.EMAIL, Sign.EMAIL_FORM}


WORDS = st.sampled_from(["jan", "anna", "kowalski", "nowak"])
LOCALS = st.sampled_from(
    [
        "jan.kowalski",
        "jan.kowalsk",
        "jna.kowalski",
        "kotek84",
        "koetk84xy",
        "kotek84xy",
        "koetk84xyz",
        "a",
        "jan+x",
    ]
)
DOMAINS = st.sampled_from(["gmail.com", "gmial.com", "wp.pl", "shop.example"])
MAILS = st.builds(lambda local, domain: f"{local}@{domain}", LOCALS, DOMAINS)
PEOPLE = st.builds(
    Facts,
    st.tuples(WORDS),
    st.tuples(WORDS),
    st.sampled_from([None, BORN, Birthday(None, 5, 17)]),
    st.sampled_from(["", "00123"]),
    st.sampled_from(["", "warszawa"]),
    st.frozensets(MAILS, max_size=2),
    st.frozensets(MAILS, max_size=1),
    st.frozensets(st.sampled_from(["+1", "+2"]), max_size=1),
    st.frozensets(st.sampled_from(["+1", "+2"]), max_size=1),
    st.frozensets(st.sampled_from(["d", "e"]), max_size=1),
)


@example(mail("kotek84xy@a.pl", facts=JAN), mail("koetk84xy@a.pl", facts=JAN))
@example(mail("kotek84xy@a.pl", facts=JAN), mail("kotek84yx@a.pl", facts=JAN))
@example(*both(postcode="00123"))
@example(*both(birthday=BORN))
@given(PEOPLE, PEOPLE)
def test_whoever_would_be_found_shares_a_key(one: Facts, other: Facts) -> None:
    assert weigh(one, other) == weigh(other, one)
    if weigh(one, other).strength:
        assert set(keys_of(one)) & set(keys_of(other))


@given(st.text("abk", min_size=9, max_size=12), st.data())
def test_a_slip_anywhere_leaves_one_end_as_it_was(local: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(local) - 1))
    slips = (local[:at] + local[at + 1 :], local[:at] + "z" + local[at:], local[:at] + "z" + local[at + 1 :])
    swapped = local[:at] + local[at : at + 2][::-1] + local[at + 2 :]
    for other in (*slips, swapped):
        one, two = mail(f"{local}@shop.example", facts=JAN), mail(f"{other}@shop.example", facts=JAN)
        if Sign.NAME_TYPO in weigh(one, two).evidence:
            assert set(keys_of(one)) & set(keys_of(two)), other


def test_each_kind_of_key_and_what_brings_none() -> None:
    full = Facts(
        ("jan",), ("kowalski",), BORN, "00123", "warszawa", frozenset({"j.kowalski84+x@gmail.com"}),
        frozenset({"jan@b.pl"}), frozenset({"+48501"}), frozenset({"+48502"}), frozenset({"d"}),
    )  # fmt: skip
    assert sorted(keys_of(full)) == [
        (Kind.EMAIL, "jan@b.pl"),
        (Kind.EMAIL, "jkowalski84@gmail.com"),
        (Kind.PHONE, "+48501"),
        (Kind.PHONE, "+48502"),
        (Kind.DEVICE, "d"),
        (Kind.NAME_BIRTHDAY, "jan kowalski|1984-5-17"),
        (Kind.NAME_POSTCODE, "jan kowalski|00123"),
        (Kind.NAME_EMAIL_START, "jan kowalski|jkow"),
        (Kind.NAME_EMAIL_END, "jan kowalski|ki84"),
    ]
    assert list(keys_of(replace(JAN, city="warszawa"))) == []


def test_a_hash_is_keyed_by_the_secret_and_the_kind() -> None:
    secret = b"0123456789abcdef"
    known = {hashed(secret, kind, text) for kind in Kind for text in ("a", "b")}
    assert len(known) == 2 * len(Kind)
    assert hashed(secret, Kind.PHONE, "a") == hashed(secret, Kind.PHONE, "a")
    assert hashed(b"another secret..", Kind.PHONE, "a") not in known
    assert all(-(2**63) <= one < 2**63 for one in known)
    with pytest.raises(ValueError, match="at least 16 bytes"):
        hashed(b"short", Kind.PHONE, "a")


def test_signs_that_bring_no_key_are_together_too_light() -> None:
    assert max(SIGNS[Sign.NAME], SIGNS[Sign.NAME_CITY]) < POSSIBLE
