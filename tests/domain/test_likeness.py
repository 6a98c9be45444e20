"""Names and addresses that are one, written in two ways."""

from __future__ import annotations

import pytest

from orchestrator.domain.likeness import Mail, alike, fold, mail_of, mistyped, says_more, slipped, stem


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Łucja", ("lucja",)),
        ("ŻÓŁĆ gęślą", ("zolc", "gesla")),
        ("Weiß", ("weiss",)),
        ("Nowak-Kowalska", ("nowak", "kowalska")),
        ("  O'Neill ", ("oneill",)),
        ("Þóra Ægir", ("thora", "aegir")),
        ("Đorđe", ("dorde",)),
        ("Шевченко", ("шевченко",)),
        ("—", ()),
    ],
)
def test_words_of_a_name_in_plain_letters(written: str, words: tuple[str, ...]) -> None:
    assert fold(written) == words


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Anna@Shop.example", Mail("anna", "shop.example")),
        ("anna+news@shop.example", Mail("anna", "shop.example")),
        ("a.n.na+x@googlemail.com", Mail("anna", "gmail.com")),
        ("a.nna@shop.example", Mail("a.nna", "shop.example")),
        ("anna@żółw.pl", Mail("anna", "xn--w-uga1v8h.pl")),
        ("anna@xn--w-uga1v8h.pl", Mail("anna", "xn--w-uga1v8h.pl")),
        ("anna", None),
        ("+news@shop.example", None),
        ("anna@localhost", None),
    ],
)
def test_forms_of_an_address_lead_to_one(written: str, form: Mail | None) -> None:
    assert mail_of(written) == form


@pytest.mark.parametrize(
    ("local", "more"),
    [
        ("jan.kowalski", False),
        ("jkowalski", False),
        ("kowalski_j", False),
        ("jan.kowalski1", False),
        ("jkowalski84", True),
        ("kotek", True),
        ("jan", False),
    ],
)
def test_a_local_part_that_is_only_the_name_says_nothing_more(local: str, more: bool) -> None:
    assert says_more(local, ("jan", "kowalski")) is more


@pytest.mark.parametrize(
    ("one", "other", "is_slip"),
    [
        ("kowalski", "kowalsk", True),  # missing
        ("kowalski", "kowwalski", True),  # twice
        ("kowalski", "kowalsky", True),  # wrong
        ("kowalski", "kowlaski", True),  # two changed places
        ("anna", "ana", True),
        ("kowalski", "kowalski", False),
        ("kowalski1", "kowalski2", False),
        ("kowalski", "kowalski1", False),
        ("j.kowalski", "jkowalski", False),
        ("kowalski", "kowalyky", False),
        ("abcd", "badc", False),
        ("", "a", True),
    ],
)
def test_one_slip_of_the_finger(one: str, other: str, is_slip: bool) -> None:
    assert slipped(one, other) is is_slip
    assert slipped(other, one) is is_slip


@pytest.mark.parametrize(
    ("one", "other", "is_mistyped"),
    [
        (("jan.kowalski", "shop.example"), ("jan.kowalsk", "shop.example"), True),
        (("jkowalski", "shop.example"), ("jkowalsk", "shop.example"), False),  # eight letters: too short
        (("jan.kowalski", "gmail.com"), ("jan.kowalski", "gmial.com"), True),
        (("jan.kowalski", "gmail.com"), ("jan.kowalski", "ymail.com"), False),  # both are real
        (("jan.kowalski", "wp.pl"), ("jan.kowalski", "op.pl"), False),
        (("jan.kowalski", "gmail.com"), ("jan.kowalsk", "gmial.com"), False),  # two slips
    ],
)
def test_an_address_with_a_slip(one: tuple[str, str], other: tuple[str, str], is_mistyped: bool) -> None:
    assert mistyped(Mail(*one), Mail(*other)) is is_mistyped
    assert mistyped(Mail(*other), Mail(*one)) is is_mistyped


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("anna", "anna", True),
        ("anna", "ania", True),
        ("a", "anna", True),
        ("anna", "ana", True),
        ("anna", "jan", False),
        ("piotr", "pawel", False),
        ("kasia", "katarzyna", True),
    ],
)
def test_first_names_that_may_be_one(one: str, other: str, is_alike: bool) -> None:
    assert alike(one, other) is alike(other, one) is is_alike


def test_a_surname_without_its_gender() -> None:
    assert [stem(one) for one in ("kowalska", "kowalski", "wielicka", "nowak")] == [
        "kowalski", "kowalski", "wielicki", "nowak",
    ]  # fmt: skip
