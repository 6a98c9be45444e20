"""`manage.py signin`: for an operator, when somebody cannot sign in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from orchestrator.accounts import factors, joining, throttle
from orchestrator.accounts.digests import name_digest
from orchestrator.accounts.models import IssuerLink
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import command


class Command(BaseCommand):
    """Each does one thing to one user, and says what it did."""

    help = (
        "Let somebody in, take their second factor away, forget their failures, or link them to the issuer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, and to whom."""
        parser.add_argument("what", choices=["let_in", "reset_factor", "unlock", "link"])
        parser.add_argument("name", help="the user's name")
        parser.add_argument(
            "subject", nargs="?", help="for link: the subject (sub) that the issuer knows them by"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"there is no user {options['name']!r}")
        done = {"let_in": _let_in, "reset_factor": _reset, "unlock": _unlock}.get(options["what"])
        self.stdout.write(done(user) if done else _link(user, options["subject"]))


def _let_in(user: User) -> str:
    """The way in that needs no password and no issuer: whoever can run this can read the database anyway."""
    if not (user.is_active and user.is_staff):
        raise CommandError(f"{user.username} may not enter the studio: not active, or not staff")
    note(Action.KEY_MADE, command(), user, lets_in=True)
    whose = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("admin:let_in", args=[whose, default_token_generator.make_token(user)])
    return (
        f"{settings.PUBLIC_URL}{path}\nGood for 15 minutes, once; a second factor is asked for as ever"
        f" (without one left: manage.py signin reset_factor {user.username})."
    )


def _reset(user: User) -> str:
    return "taken away" if factors.take_away(user, command(), Action.FACTOR_RESET) else "there was none"


def _unlock(user: User) -> str:
    throttle.succeeded([throttle.of_account(name_digest(user.username))])
    throttle.succeeded([throttle.of_codes(f"{user.pk} ")])
    note(Action.CHANGED, command(), user, failures=None)
    return "failures are forgotten"


def _link(user: User, subject: str | None) -> str:
    if settings.OIDC is None or not subject:
        raise CommandError("link needs OIDC_ISSUER, and the subject (sub) that the issuer knows them by")
    if IssuerLink.objects.filter(issuer=settings.OIDC["issuer"], subject=subject).exists():
        raise CommandError("this subject is linked already")
    joining.link(user, subject, timezone.now(), command())
    return f"{user.username} signs in at {settings.OIDC['issuer']} as {subject}"
