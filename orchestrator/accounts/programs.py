"""A program that has shown a key, as whoever asks for rights sees it: like a user of Django, and no row of users."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orchestrator.accounts.models import ApiKey
from orchestrator.accounts.scopes import rights_of
from orchestrator.workspace import who


class Program:
    """Has the rights of its key's scopes and no others. It is nobody's session, and no page of the studio lets it in."""

    is_authenticated = is_active = True
    is_anonymous = is_staff = is_superuser = False
    pk = None

    def __init__(self, key: ApiKey) -> None:
        self.key = key
        self._rights = rights_of(key.scopes)

    def has_perm(self, right: str, obj: Any = None) -> bool:
        """Whether a scope of the key gives this right."""
        return right in self._rights

    def has_perms(self, rights: Iterable[str], obj: Any = None) -> bool:
        """Whether its scopes give all of these."""
        return self._rights.issuperset(rights)

    def get_username(self) -> str:
        """As the key is called."""
        return self.key.name

    @property
    def who(self) -> who.Who:
        """As the audit log names it."""
        return who.key(str(self.key.pk), str(self.key))


def who_calls(user: Any) -> Any:
    """Whom a deed is noted under: a key, or the account."""
    return user.who if isinstance(user, Program) else user
