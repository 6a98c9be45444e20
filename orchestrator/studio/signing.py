"""Who came in, who left, and who could not: noted as Django's sign-in tells it.

These three of Django's signals are heard, and no other: signing in is Django's own act, by whatever door, and has no
verb of ours to note it in.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from orchestrator.customers.addresses import digest
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import NOBODY


def handle() -> None:
    """Hear them."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_logged_out.connect(_signed_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")


def _signed_in(user: Any, **_: Any) -> None:
    note(Action.SIGNED_IN, user)


def _signed_out(user: Any, **_: Any) -> None:
    if user is not None:
        note(Action.SIGNED_OUT, user)


def _failed(credentials: Any, **_: Any) -> None:
    """With the keyed hash of what was typed for a name: people type their password there. The same name, the same hash."""
    typed = str(credentials.get("username", ""))
    note(Action.SIGN_IN_FAILED, NOBODY, name_hash=digest("sign-in", typed)[:16])
