"""How many a rule being written concerns, in words: the whole, each part alone, ten people, and one who is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from orchestrator.customers.addresses import digest, normalise
from orchestrator.customers.models import Address, Customer
from orchestrator.domain.definition.rules import Rule
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.sampling import MOST, Estimate, Tally, TooSlow, draw, fulfilled, tally
from orchestrator.studio.builder.look import WITHOUT
from orchestrator.studio.cells import parted
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.workspace.models import Brand, Workspace

EXAMPLES = 10
FEW = 1_000  # looked at where the usual sample takes too long


def count(rules: Mapping[str, Rule], now: datetime, named: bool) -> dict[str, Any]:
    """Of how many each of the rules is true; `named`: with ten of those of whom the whole ("") is."""
    scope = _scope(now)
    for most in (MOST, FEW):
        try:
            told = tally(rules, scope, draw(most), EXAMPLES if named else 0)
            break
        except TooSlow:
            continue
    else:
        return {
            "slow": _("Too slow to count while you write. The segment itself finds everybody after saving.")
        }
    return {
        "headline": _headline(told),
        "detail": _detail(told),
        "parts": dict(_parts(told)),
        "people": _people(told.examples.get("", ())),
    }


def ask(rules: Mapping[str, Rule], now: datetime, written: str) -> dict[str, Any]:
    """Whether somebody fulfils the rule and each of its parts; by external id or by an address."""
    person = _find(written.strip())
    if person is None:
        return {"nobody": _("Nobody has this external id or address.")}
    asked = {name: rule for name, rule in rules.items() if not name.endswith(WITHOUT)}
    found = fulfilled(asked, _scope(now), person.pk)
    yes = found.pop("", None)
    told = {
        True: _("%(name)s fulfils the rule."),
        False: _("%(name)s does not fulfil the rule."),
        None: _("The rule cannot be asked yet; of %(name)s its parts say this."),
    }[yes]
    name = str(person)
    return {"said": told % {"name": name}, "whole": yes, "url": _page(person), "parts": found}


def _scope(now: datetime) -> Scope:
    workspace = Workspace.get()
    brand = Brand.objects.values_list("id", flat=True).get(key="default")
    return Scope(CUSTOMERS, now, ZoneInfo(workspace.time_zone), brand)


def _people(ids: Sequence[int]) -> list[dict[str, str]]:
    found = Customer.objects.filter(pk__in=ids).order_by("-pk")
    return [{"name": str(one), "id": one.external_id or "", "url": _page(one)} for one in found]


def _page(customer: Customer) -> str:
    return url_of("customers_customer", customer.pk)


def _find(written: str) -> Customer | None:
    if not written or "\0" in written:
        return None
    by_id = Customer.objects.filter(external_id=written).first()
    if by_id is not None:
        return by_id
    held = Address.objects.filter(_at(written), customer__erased_at=None).select_related("customer")
    found = held.order_by("-pk").first()
    return found.customer if found is not None else None


def _at(written: str) -> Q:
    """An address as each channel would write it."""
    place = Q(pk=None)
    for channel in ("email", "sms"):
        try:
            place |= Q(channel=channel, digest=digest(channel, normalise(channel, written)))
        except ValueError:
            continue
    return place


def _headline(told: Tally) -> str:
    """ "1,240 of 3,000 customers", "about 33,100 of about 1,000,000 customers" """
    whole = told.rules.get("")
    if whole is None:
        return ""
    if whole.exact:
        parts = parted(whole.count, told.base.count)
        named = {"count": parts.say("part"), "base": parts.say("whole")}
        return _("%(count)s of %(base)s customers") % named
    named = {"count": _about(whole), "base": grouped(_rounded(told.base.count, 3))}
    if not whole.count:
        return _("nobody among %(looked)s looked at, of about %(base)s customers") % (
            named | {"looked": grouped(told.looked_at)}
        )
    return _("about %(count)s of about %(base)s customers") % named


def _detail(told: Tally) -> str:
    whole = told.rules.get("")
    if whole is None or whole.exact:
        return _("Counted just now, one by one.") if whole is not None else ""
    named = {
        "low": grouped(_outward(whole.low, floor)),
        "high": grouped(_outward(min(whole.high, told.base.high), ceil)),
        "looked": grouped(told.looked_at),
    }
    if not whole.count:
        return _("There may be up to %(high)s.") % named
    return (
        _(
            "Between %(low)s and %(high)s, in 95 cases of 100: %(looked)s customers were looked at, drawn by lot."
        )
        % named
    )


def _parts(told: Tally) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each part by its id; of those without which more would be in, how many that would be."""
    for name, one in told.rules.items():
        if not name or name.endswith(WITHOUT):
            continue
        part, without = _part(one, told.base), told.rules.get(name + WITHOUT)
        if without is not None:
            part["words"] += "; " + _("without it %(count)s") % {"count": _counted(without)}
        yield name, part


def _counted(one: Estimate) -> str:
    if one.exact:
        return grouped(one.count)
    return _("about %(count)s") % {"count": _about(one)} if one.count else _("nobody found")


def _part(one: Estimate, base: Estimate) -> dict[str, Any]:
    """One part alone: how many in words, and its share of everybody for a bar."""
    count = _counted(one)
    parts = parted(one.count, base.count)
    percent = round(100 * one.count / base.count, 1) if base.count and not parts.gone else 0
    if one.exact and parts.gone:
        count = parts.say("part")
    named = {"count": count, "share": parts.share("part", "whole")}
    return {"words": _("alone %(count)s, %(share)s of all") % named, "percent": min(percent, 100)}


def _about(one: Estimate) -> str:
    """As many digits as are true."""
    wide = one.count and (one.high - one.low) / one.count > 0.1
    return grouped(_rounded(one.count, 2 if wide else 3))


def _outward(number: int, way: Callable[[float], int]) -> int:
    """Three digits, rounded away from the middle, so that what is said holds."""
    unit = 10 ** max(len(str(number)) - 3, 0)
    return way(number / unit) * unit


def _rounded(number: int, digits: int = 2) -> int:
    return round(number, digits - len(str(number))) if number else 0
