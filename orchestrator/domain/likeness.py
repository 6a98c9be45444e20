"""LIKENESS: whether two names or two addresses are one, written in two ways. Letters alone decide; nothing is looked up."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

# Letters that Unicode does not take apart into a plain one and a mark.
_LETTERS = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "'": "", "’": ""}
)
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})  # where dots in the local part mean nothing
# Domains that are one letter from another that is real: no typing error.
_REAL = frozenset(
    {"gmail.com", "ymail.com", "hotmail.com", "outlook.com", "yahoo.com", "email.com", "gmx.com"}
)
LONG_ENOUGH = 9  # letters of a local part from which one that differs is a slip, and not somebody else
DOMAIN_LONG_ENOUGH = 8
_BETWEEN = str.maketrans("", "", "._-")
# What people are called, and what stands in their papers.
_SHORT = {
    short: whole
    for whole, shorts in {
        "agnieszka": "aga", "aleksander": "olek alek", "aleksandra": "ola", "andrzej": "jedrek", "anna": "ania",
        "antoni": "antek", "barbara": "basia", "bartosz": "bartek", "bartlomiej": "bartek", "dorota": "dorotka",
        "elzbieta": "ela", "ewa": "ewka", "filip": "filipek", "franciszek": "franek", "grzegorz": "grzesiek grzes",
        "hanna": "hania", "jakub": "kuba", "jan": "janek", "jerzy": "jurek", "joanna": "asia", "jozef": "jozek",
        "julia": "julka", "karolina": "karola", "katarzyna": "kasia", "krzysztof": "krzysiek krzys",
        "magdalena": "magda", "malgorzata": "gosia", "maria": "marysia", "mateusz": "mati", "michal": "michalek",
        "mikolaj": "mikolajek", "monika": "monia", "natalia": "natalka", "pawel": "pawelek", "piotr": "piotrek",
        "stanislaw": "staszek", "teresa": "teresa", "tomasz": "tomek", "wojciech": "wojtek", "zofia": "zosia",
        "zuzanna": "zuza zuzia",
    }.items()
    for short in shorts.split()
}  # fmt: skip


class Mail(NamedTuple):
    """An address of email in the one form that all its forms lead to."""

    local: str
    domain: str


@lru_cache(maxsize=65_536)
def fold(text: str) -> tuple[str, ...]:
    """The words of a name in small plain letters: `Łucja Weiß-O'Neill` is ("lucja", "weiss", "oneill")."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = (one if one.isalnum() else " " for one in apart if not unicodedata.combining(one))
    return tuple("".join(kept).split())


def mail_of(address: str) -> Mail | None:
    """The form that all forms of an address lead to: small letters, an ASCII domain, no tag; of Gmail's, no dots.

    None where it is no address.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    if not at or not local or "." not in domain:
        return None
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if domain in _DOTLESS:
        return Mail(local.replace(".", ""), "gmail.com")
    return Mail(local, domain)


def bare(local: str) -> str:
    """A local part without what stands between its words: one provider keeps dots that another takes out."""
    return local.translate(_BETWEEN)


def says_more(local: str, name: Iterable[str]) -> bool:
    """Whether a local part says more than whose it is: `jkowalski84` does, `jan.kowalski` is every Jan Kowalski's."""
    rest = bare(local)
    words = sorted(name, key=len, reverse=True)
    for word in words:
        rest = rest.replace(word, "", 1)
    initials = {word[0] for word in words}
    return sum(letter not in initials for letter in rest) >= 2


def slipped(one: str, other: str) -> bool:
    """Whether they differ by one slip of the finger: a letter too many, missing, wrong, or two that changed places.

    Digits, dots and dashes differ on purpose.
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = _same(one, other)
    most = min(len(one), len(other)) - start
    end = min(_same(one[::-1], other[::-1]), most)
    first, second = one[start : len(one) - end], other[start : len(other) - end]
    if not (first + second).isalpha():
        return False
    return max(len(first), len(second)) == 1 or (len(first) == 2 and first == second[::-1])


def mistyped(one: Mail, other: Mail) -> bool:
    """Whether one of two addresses is the other with a slip in it, before or behind the @."""
    if one.domain == other.domain:
        shorter = min(len(bare(one.local)), len(bare(other.local)))
        return shorter >= LONG_ENOUGH and slipped(one.local, other.local)
    if one.local != other.local or {one.domain, other.domain} <= _REAL:
        return False
    return min(len(one.domain), len(other.domain)) >= DOMAIN_LONG_ENOUGH and slipped(one.domain, other.domain)


def alike(one: str, other: str) -> bool:
    """Whether two first names may be one person's: the same, short for the other, its initial, or a slip."""
    if _SHORT.get(one, one) == _SHORT.get(other, other) or slipped(one, other):
        return True
    return min(len(one), len(other)) == 1 and one[0] == other[0]


def stem(surname: str) -> str:
    """A surname without its gender: Kowalska and Kowalski are one family."""
    return surname[:-1] + "i" if surname.endswith(("ska", "cka", "dzka")) else surname


def any_alike(some: Collection[str], others: Collection[str]) -> bool:
    """Whether one of these first names may be one of those."""
    return any(alike(one, other) for one in some for other in others)


def _same(one: str, other: str) -> int:
    """How many letters they begin with alike."""
    for at, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return at
    return min(len(one), len(other))
