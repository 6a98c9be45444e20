"""The signs in words: what two people share, and what speaks against their being one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: Mapping[str, Any] = {
    "email": _("the same email address"),
    "email_form": _("one email address, written in two ways"),
    "email_told": _("the email address of one stands among the attributes of the other"),
    "name_typo": _("the same name, and email addresses one typing error apart"),
    "name_local": _("the same name, and the same unusual email name at two providers"),
    "phone": _("the same phone number"),
    "phone_told": _("the phone number of one stands among the attributes of the other"),
    "device": _("the same device"),
    "name_birthday": _("the same name and birthday"),
    "name_postcode": _("the same name and postcode"),
    "name_city": _("the same name and town"),
    "name": _("the same name"),
    "other_birthday": _("but their birthdays differ"),
    "household": _("but one surname and two first names: a household?"),
    "other_name": _("but their names have nothing in common"),
}
# The same, shortly: for a link that asks for pairs with it.
SHORT: Mapping[str, Any] = {
    "email": _("same email"),
    "email_form": _("email in two forms"),
    "email_told": _("email among attributes"),
    "name_typo": _("email mistyped"),
    "name_local": _("email name at two providers"),
    "phone": _("same phone"),
    "phone_told": _("phone among attributes"),
    "device": _("same device"),
    "name_birthday": _("name and birthday"),
    "name_postcode": _("name and postcode"),
    "name_city": _("name and town"),
}


def say_evidence(codes: Sequence[str]) -> str:
    """All of it in one line."""
    return "; ".join(str(WORDS.get(code, code)) for code in codes)
