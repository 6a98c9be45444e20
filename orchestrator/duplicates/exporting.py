"""That a person was taken for somebody else's double, and by what; never who the other is (RODO art. 15(4))."""

from __future__ import annotations

from django.db.models import Q

from orchestrator.customers.exporting import SECRET, STAFF, Table, inner, register, same, say
from orchestrator.duplicates.models import DuplicateKey, LikelyDuplicate
from orchestrator.duplicates.words import say_evidence

_OTHER = "who the other is, or which of the two they are: that is somebody else's"


def handle() -> None:
    """Have pairs exported without the other one, and of keys of what kind there are."""
    register(
        Table(
            "likely_duplicates",
            LikelyDuplicate,
            lambda ids: LikelyDuplicate.objects.filter(Q(first__in=ids) | Q(second__in=ids)),
            same("weight", "strength", "evidence", "found_at", "state", "decided_at"),
            {**inner("id search"), **dict.fromkeys(("first", "second"), _OTHER), "decided_by": STAFF},
        ),
        Table(
            "duplicate_keys",
            DuplicateKey,
            lambda ids: DuplicateKey.objects.filter(customer__in=ids),
            same("kind"),
            {**inner("customer"), "key": SECRET},
        ),
    )
    say("likely_duplicates", "evidence", lambda codes: say_evidence(codes.split()))
    say("likely_duplicates", "state", lambda state: str(LikelyDuplicate.State(state).label))
    say("duplicate_keys", "kind", lambda kind: str(DuplicateKey.Kind(kind).label))
