"""The user of somebody whom the issuer has let in: found by (issuer, subject), made only with a role, and kept to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction

from orchestrator.accounts.issuer import IssuerError
from orchestrator.accounts.models import IssuerLink
from orchestrator.domain.sign_in import claimed, roles_of
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.roles import ROLES
from orchestrator.workspace.who import SYSTEM


def user_of(claims: Mapping[str, Any], now: datetime) -> User:
    """Who it is, with the roles that the issuer says now. IssuerError "no_role", "inactive" otherwise.

    Nobody is found by an address of email or by a name: both may be another's. Whoever has lost the last role is not
    let in, and keeps none.
    """
    roles = roles_of(claimed(claims, settings.OIDC["role_claim"]), settings.OIDC["roles"])
    link = _link(claims)
    if link is None and not roles:
        raise IssuerError("no_role")
    with transaction.atomic():
        user = link.user if link is not None else _make(claims, now)
        IssuerLink.objects.filter(user=user, issuer=claims["iss"], subject=claims["sub"]).update(used_at=now)
        if user.is_active:
            _give(user, roles)
    if not user.is_active:
        raise IssuerError("inactive")
    if not roles:
        raise IssuerError("no_role")
    return user


def link(user: User, subject: str, now: datetime, by: Any) -> None:
    """Say which subject of the issuer a user is. Of somebody who has a user already, only an operator says so."""
    with transaction.atomic():
        issuer = settings.OIDC["issuer"]
        IssuerLink.objects.create(user=user, issuer=issuer, subject=subject, linked_at=now)
        note(Action.IDENTITY_LINKED, by, user, now, issuer=issuer)


def _link(claims: Mapping[str, Any]) -> IssuerLink | None:
    found = IssuerLink.objects.filter(issuer=claims["iss"], subject=claims["sub"])
    return found.select_related("user").first()


def _make(claims: Mapping[str, Any], now: datetime) -> User:
    """A user without a password. Two first sign-ins at once make one: the second finds the first's row in its way."""
    try:
        with transaction.atomic():
            user = User(username=_free_name(claims), is_staff=True, email=_email(claims))
            user.first_name, user.last_name = _word(claims, "given_name"), _word(claims, "family_name")
            user.set_unusable_password()
            user.save()
            link(user, claims["sub"], now, user)
            return user
    except IntegrityError as error:
        if (found := _link(claims)) is None:
            raise IssuerError("name_taken") from error
        return found.user


def _give(user: User, roles: Sequence[str]) -> None:
    """Those roles and no other; groups that a house has made beside them stay as they are."""
    wanted = set(Group.objects.filter(name__in=roles))
    had = set(user.groups.filter(name__in=ROLES))
    if had != wanted:
        user.groups.remove(*(had - wanted))
        user.groups.add(*(wanted - had))
    if not user.is_staff and roles:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    if had != wanted:
        told = [sorted(one.name for one in groups) for groups in (had, wanted)]
        note(Action.ROLE_CHANGED, SYSTEM, user, groups=told)


def _free_name(claims: Mapping[str, Any]) -> str:
    """As the issuer writes it, in the letters that names have here; with a number where another has it already."""
    written = _word(claims, "preferred_username") or _word(claims, "email") or str(claims["sub"])
    name = re.sub(r"[^\w.@+-]", "_", written)[:140] or "user"
    taken = set(User.objects.filter(username__istartswith=name).values_list("username", flat=True))
    lower = {one.casefold() for one in taken}
    number = 1
    while (free := name if number == 1 else f"{name}-{number}").casefold() in lower:
        number += 1
    return free


def _email(claims: Mapping[str, Any]) -> str:
    """Only one that the issuer has seen proof of."""
    return _word(claims, "email") if claims.get("email_verified") is True else ""


def _word(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    return "".join(one for one in found if one.isprintable())[:150] if isinstance(found, str) else ""
