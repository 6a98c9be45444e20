"""One count, or one share, as a reader's language writes it and as this reader may see it."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _

from orchestrator.studio import small


def grouped(count: int) -> str:
    """ "10,000", as the reader's language writes it; "<5" to whom few people's numbers are hidden."""
    if small.hidden(count):
        return f"<{small.LEAST}"
    return str(formats.number_format(count, 0, use_l10n=True, force_grouping=True))


def share(part: int, whole: int) -> str:
    """ "12.5 %", or a dash where there is nothing to take a share of."""
    # Translators: a share in percent; write the sign as your language does.
    if not whole or small.hidden(part) or small.hidden(whole - part):
        return "–"
    # `number_format` cuts off; a share is rounded.
    return _("%(number)s%%") % {"number": formats.number_format(round(100 * part / whole, 1), 1)}
