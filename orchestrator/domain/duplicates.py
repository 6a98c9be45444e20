"""DUPLICATES: how much speaks for two rows being one person, and what it is. Facts about both in, a weight with its evidence out.

Of signs that say the same thing only the strongest counts; together they weigh 100 at most, or a family that shares all it
has would outweigh that its members are called otherwise. What speaks against is then taken off. The weights were set
so that one sign that two strangers may share never makes a pair likely; docs/duplicates.md has them as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.domain.dates import Birthday
from orchestrator.domain.likeness import Mail, any_alike, bare, mail_of, mistyped, says_more, stem

LIKELY, POSSIBLE, MOST = 70, 40, 100


class Sign(StrEnum):
    """What two people have in common."""

    EMAIL = "email"
    EMAIL_FORM = "email_form"
    EMAIL_TOLD = "email_told"
    NAME_TYPO = "name_typo"
    NAME_LOCAL = "name_local"
    PHONE = "phone"
    PHONE_TOLD = "phone_told"
    DEVICE = "device"
    NAME_BIRTHDAY = "name_birthday"
    NAME_POSTCODE = "name_postcode"
    NAME_CITY = "name_city"
    NAME = "name"


class Against(StrEnum):
    """What speaks for two people."""

    OTHER_BIRTHDAY = "other_birthday"
    HOUSEHOLD = "household"
    OTHER_NAME = "other_name"


SIGNS: Mapping[Sign, int] = {
    Sign.EMAIL: 80, Sign.EMAIL_FORM: 75, Sign.EMAIL_TOLD: 60, Sign.NAME_TYPO: 50, Sign.NAME_LOCAL: 45,
    Sign.PHONE: 60, Sign.PHONE_TOLD: 50, Sign.DEVICE: 45,
    Sign.NAME_BIRTHDAY: 65, Sign.NAME_POSTCODE: 45, Sign.NAME_CITY: 25, Sign.NAME: 15,
}  # fmt: skip
AGAINST: Mapping[Against, int] = {
    Against.OTHER_BIRTHDAY: 60, Against.HOUSEHOLD: 65, Against.OTHER_NAME: 70,
}  # fmt: skip
CODES: tuple[str, ...] = (*SIGNS, *AGAINST)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person. Names, city and postcode are folded (`likeness.fold`), addresses normalised.

    `told_emails`, `told_phones`: those that stand among their attributes, which nobody writes to. `devices`: by digest.
    """

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    birthday: Birthday | None = None
    postcode: str = ""
    city: str = ""
    emails: frozenset[str] = frozenset()
    told_emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    told_phones: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()

    # What is made of them: the name in whichever order it was written, "" unless it has two words; the forms of the
    # addresses that are written to, and with them of those that were only told.
    name: str = field(init=False)
    mails: frozenset[Mail] = field(init=False)
    all_mails: frozenset[Mail] = field(init=False)

    def __post_init__(self) -> None:
        """Made once: everything else asks for them."""
        words, mails = (*self.first, *self.last), _forms(self.emails)
        object.__setattr__(self, "name", " ".join(sorted(words)) if len(words) > 1 else "")
        object.__setattr__(self, "mails", mails)
        told = self.told_emails
        object.__setattr__(self, "all_mails", mails | _forms(told) if told else mails)


def _forms(addresses: frozenset[str]) -> frozenset[Mail]:
    return frozenset([form for one in addresses if (form := mail_of(one)) is not None])


@dataclass(frozen=True, slots=True)
class Verdict:
    """How likely two rows are one person, from 0 to 100, and why: codes of signs, and of what speaks against."""

    weight: int
    evidence: tuple[str, ...]

    @property
    def strength(self) -> str:
        """ "likely", "possible", or "" for nothing that anybody need look at."""
        return strength(self.weight)


def strength(weight: int) -> str:
    """The word for a weight."""
    return "likely" if weight >= LIKELY else "possible" if weight >= POSSIBLE else ""


def weigh(one: Facts, other: Facts) -> Verdict:
    """What speaks for one person, at most 100, less what speaks for two."""
    signs = list(_signs(one, other))
    if len(signs) > 1 and Sign.NAME in signs and any(sign in _NAMED for sign in signs):
        signs.remove(Sign.NAME)  # it is part of the other
    against = list(_against(one, other)) if signs else []
    weight = min(MOST, sum(SIGNS[sign] for sign in signs)) - sum(AGAINST[one] for one in against)
    return Verdict(max(0, weight), (*signs, *against))


_NAMED = frozenset({Sign.NAME_TYPO, Sign.NAME_LOCAL, Sign.NAME_BIRTHDAY, Sign.NAME_POSTCODE, Sign.NAME_CITY})


def _signs(one: Facts, other: Facts) -> Iterator[Sign]:
    """One of each kind at most: the strongest."""
    named = bool(one.name) and one.name == other.name
    if (mail := _mail(one, other, named)) is not None:
        yield mail
    if one.phones & other.phones:
        yield Sign.PHONE
    elif (one.phones | one.told_phones) & (other.phones | other.told_phones):
        yield Sign.PHONE_TOLD
    if one.devices & other.devices:
        yield Sign.DEVICE
    if named:
        yield Sign.NAME
        yield from _beside_the_name(one, other)


def _beside_the_name(one: Facts, other: Facts) -> Iterator[Sign]:
    born = one.birthday
    if born is not None and born.year is not None and born == other.birthday:
        yield Sign.NAME_BIRTHDAY
    if one.postcode and one.postcode == other.postcode:
        yield Sign.NAME_POSTCODE
    elif one.city and one.city == other.city:
        yield Sign.NAME_CITY


def _mail(one: Facts, other: Facts, named: bool) -> Sign | None:
    if one.emails & other.emails:
        return Sign.EMAIL
    if one.mails & other.mails:
        return Sign.EMAIL_FORM
    if one.all_mails & other.all_mails:
        return Sign.EMAIL_TOLD
    if not named:
        return None
    pairs = [(mine, theirs) for mine in one.mails for theirs in other.mails]
    if any(mistyped(mine, theirs) for mine, theirs in pairs):
        return Sign.NAME_TYPO
    name = one.name.split()
    same = (mine.local for mine, theirs in pairs if bare(mine.local) == bare(theirs.local))
    return Sign.NAME_LOCAL if any(says_more(local, name) for local in same) else None


def _against(one: Facts, other: Facts) -> Iterator[Against]:
    if _born_otherwise(one.birthday, other.birthday):
        yield Against.OTHER_BIRTHDAY
    if one.name == other.name or not one.name or not other.name:
        return
    if {*map(stem, one.last)} & {*map(stem, other.last)}:
        if one.first and other.first and not any_alike(one.first, other.first):
            yield Against.HOUSEHOLD
    elif not any_alike((*one.first, *one.last), (*other.first, *other.last)):
        yield Against.OTHER_NAME


def _born_otherwise(one: Birthday | None, other: Birthday | None) -> bool:
    """Whether both are known and differ; where a year is not known, the days alone."""
    if one is None or other is None:
        return False
    if one.year is None or other.year is None:
        return one[1:] != other[1:]
    return one != other
