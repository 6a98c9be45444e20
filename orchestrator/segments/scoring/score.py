"""SCORE: everybody's scores, once a day, chunk by chunk. A chunk is a transaction; killed in mid-way, it is done again.

Facts first: what each person's events say, with nobody else looked at. Then the basis, out of the stored facts. Then
everybody's place in it. The price of two rounds is that each row is written twice; what it buys is that events, the dear
part, are read once, and that memory holds a chunk and never the base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from orchestrator.customers.chunks import following
from orchestrator.domain.scores.names import RANKED
from orchestrator.domain.scores.person import Base, Facts, facts_of, place
from orchestrator.domain.zones import local, parse_zone
from orchestrator.segments.matching import Chosen, Span, Whom
from orchestrator.segments.scored import Score, ScoreBasis, ScoreCut
from orchestrator.segments.scoring import basis as bases
from orchestrator.segments.scoring.histories import cheapest, histories
from orchestrator.segments.scoring.rows import (
    FACTS,
    PLACE,
    PREDICTED,
    facts_from,
    facts_row,
    place_row,
    write,
)
from orchestrator.store import bulk, deadlines
from orchestrator.workspace.models import Workspace

BATCH = 2_000  # customers a transaction
EVERY = timedelta(days=1)
Phase = ScoreBasis.Phase


def want(now: datetime) -> None:
    """From now on scores are computed: the first pass begins. Does nothing where they already are."""
    if not ScoreBasis.objects.exists():
        ScoreBasis.objects.create(until=now, due_at=now)


def again(now: datetime) -> None:
    """Begin a pass now, whenever the next was due; one that is under way goes on."""
    want(now)
    ScoreBasis.objects.filter(phase=Phase.DONE, due_at__isnull=False).update(due_at=now)


def score(now: datetime, limit: int = BATCH) -> int:
    """Do the next piece of a pass that is due; answers how many customers were looked at, 0 where nothing is due.

    What ends a phase looks at nobody and answers 1: there is more to do.
    """
    with transaction.atomic():
        due = ScoreBasis.objects.filter(due_at__lte=now).order_by("id")
        basis = due.select_for_update(skip_locked=True).first()
        if basis is None:
            return 0
        deadlines.extend()
        return _PHASES[Phase(basis.phase)](basis, now, limit)


def current() -> ScoreBasis | None:
    """The newest basis that people can be placed by."""
    return ScoreBasis.objects.filter(computed_at__isnull=False).order_by("-id").first()


def rescore(customer_ids: Sequence[int], now: datetime) -> int:
    """Score these anew, by the basis there is; answers how many. Runs inside the caller's transaction."""
    basis = current() if customer_ids else None
    if basis is None:
        return 0
    facts = {id_: facts_of(one) for id_, one in histories(Chosen(customer_ids), now).items()}
    placed = _placed(basis, facts, _today(now))
    rows = {id_: (*facts_row(one), *placed[id_]) for id_, one in facts.items()}
    write((*FACTS, *PLACE, *PREDICTED, "basis"), rows, now)
    Score.objects.filter(customer__in=set(customer_ids) - set(facts)).delete()
    return len(facts)


def _facts(basis: ScoreBasis, now: datetime, limit: int) -> int:
    count, last = following(basis.cursor, limit)
    if count:
        facts = _read(Span(basis.cursor, last), basis.until)
        there = Score.objects.filter(customer__gt=basis.cursor, customer__lte=last)
        there.exclude(customer__among=list(facts)).delete()
        _add(basis, facts, now)
        basis.cursor = last
    else:
        _found(basis, now)
    _keep(basis)
    return count or 1


def _read(whom: Whom, until: datetime) -> dict[int, Facts]:
    return {id_: facts_of(one) for id_, one in histories(whom, until).items()}


def _add(basis: ScoreBasis, facts: Mapping[int, Facts], now: datetime) -> None:
    """Store them, and count what the basis is made of."""
    write(FACTS, {id_: facts_row(one) for id_, one in facts.items()}, now)
    basis.people += len(facts)
    basis.buyers += sum(one.orders > 0 for one in facts.values())
    for one in facts.values():
        for name, seen in one.channels.items():
            sent, answered = basis.channels.get(name, (0, 0))
            basis.channels[name] = [sent + seen.sent, answered + seen.answered]


def _found(basis: ScoreBasis, now: datetime) -> None:
    """All facts stand: cut the base, fit the models."""
    buyers = Score.objects.filter(orders__gt=0).count()
    basis.cuts, basis.cheapest = bases.cuts_of_buyers(buyers), list(cheapest())
    fitted = bases.fit(buyers, _today(basis.until))
    basis.parameters, basis.fitted_on, basis.missing = (
        bases.parameters_of(fitted.models),
        fitted.on,
        fitted.missing,
    )
    basis.phase, basis.cursor, basis.computed_at = Phase.PLACE, 0, now


def _place(basis: ScoreBasis, now: datetime, limit: int) -> int:
    count, last = following(basis.cursor, limit)
    if count:
        rows = Score.objects.filter(customer__gt=basis.cursor, customer__lte=last).order_by("customer_id")
        facts = {row[0]: facts_from(row[1:]) for row in rows.values_list("customer_id", *FACTS)}
        placed = _placed(basis, facts, _today(basis.until))
        write((*PLACE, *PREDICTED, "basis"), placed, now)
        basis.cursor = last
    else:
        basis.phase, basis.cursor = Phase.RANK, 0
    _keep(basis)
    return count or 1


def _placed(basis: ScoreBasis, facts: Mapping[int, Facts], on: date) -> dict[int, tuple[Any, ...]]:
    """The values of PLACE and PREDICTED, and the basis."""
    base: Base = bases.base_of(basis)
    predicted = _predicted(basis, facts, on)
    nothing = (None,) * len(PREDICTED)
    return {
        id_: (*place_row(place(one, base, on)), *predicted.get(id_, nothing), basis.pk)
        for id_, one in facts.items()
    }


def _predicted(basis: ScoreBasis, facts: Mapping[int, Facts], on: date) -> dict[int, tuple[Any, ...]]:
    models = bases.models_of(basis.parameters)
    if models is None:
        return {}
    module = bases.predicting()
    asked = {
        id_: module.Purchases(one.purchases, one.first_order_on, one.last_order_on, one.repeat_net)
        for id_, one in facts.items()
        if one.orders
    }
    told = module.predict(list(asked.values()), models, on)
    return {
        id_: tuple(getattr(one, name) for name in PREDICTED) for id_, one in zip(asked, told, strict=True)
    }


def _rank(basis: ScoreBasis, now: datetime, limit: int) -> int:
    """A score a transaction; at the end goes who is nobody's any more, and whatever no score leans on."""
    if basis.cursor < len(RANKED):
        name = RANKED[basis.cursor]
        ScoreCut.objects.filter(name=name).delete()
        bulk.insert(ScoreCut, ("name", "percent", "value", "top"), bases.ranks(name))
        basis.cursor += 1
    else:
        Score.objects.exclude(basis=basis.pk).delete()
        ScoreBasis.objects.exclude(pk=basis.pk).delete()
        basis.phase, basis.cursor, basis.due_at = Phase.DONE, 0, now + EVERY
    _keep(basis)
    return 1


def _next(basis: ScoreBasis, now: datetime, limit: int) -> int:
    """A day has gone by: the next pass. The last one's scores stand until theirs are written."""
    ScoreBasis.objects.filter(pk=basis.pk).update(due_at=None)
    ScoreBasis.objects.create(until=now, due_at=now)
    return 1


def _keep(basis: ScoreBasis) -> None:
    names = [field.name for field in ScoreBasis._meta.concrete_fields if not field.primary_key]
    ScoreBasis.objects.filter(pk=basis.pk).update(**{name: getattr(basis, name) for name in names})


def _today(now: datetime) -> date:
    return local(now, parse_zone(Workspace.get().time_zone)).date()


_PHASES = {Phase.FACTS: _facts, Phase.PLACE: _place, Phase.RANK: _rank, Phase.DONE: _next}
