"""ACTIONS: the words of the audit log, a closed list. A deed that fits none gets a word here, and both languages one."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """What somebody did."""

    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("failed to sign in")
    SIGNED_OUT = "signed_out", _("signed out")
    THROTTLED = "throttled", _("was made to wait after too many attempts")
    FACTOR_SET_UP = "factor_set_up", _("set up a second factor")
    FACTOR_REMOVED = "factor_removed", _("removed a second factor")
    FACTOR_RESET = "factor_reset", _("reset somebody's second factor")
    RECOVERY_CODE_USED = "recovery_code_used", _("used a recovery code")
    IDENTITY_LINKED = "identity_linked", _("linked an account of an identity provider")
    CREATED = "created", _("created")
    CHANGED = "changed", _("changed")
    DELETED = "deleted", _("deleted")
    PUBLISHED = "published", _("published")
    DISCARDED = "discarded", _("discarded a draft")
    APPROVAL_ASKED = "approval_asked", _("asked for approval")
    APPROVED = "approved", _("approved a request")
    DECLINED = "declined", _("declined a request")
    APPROVAL_VOID = "approval_void", _("made a request void")
    LAPSED = "lapsed", _("let a request lapse")
    COMMENTED = "commented", _("commented")
    PAUSED = "paused", _("put on pause")
    RESUMED = "resumed", _("resumed")
    STOPPED = "stopped", _("stopped for good")
    LET_GO_ON = "let_go_on", _("let go on")
    RELEASED = "released", _("released what was held")
    EXPIRED = "expired", _("let what was held expire")
    QUARANTINED = "quarantined", _("put aside what was held")
    LET_IN = "let_in", _("let people in")
    TAKEN_OUT = "taken_out", _("took people out")
    MOVED = "moved", _("moved people")
    SENT_TEST = "sent_test", _("sent a test")
    CONSENT_RECORDED = "consent_recorded", _("recorded a consent")
    SUPPRESSED = "suppressed", _("blocked an address")
    RELEASED_ADDRESS = "released_address", _("let an address be written to again")
    EXPORTED = "exported", _("exported")
    ERASURE_ORDERED = "erasure_ordered", _("ordered an erasure")
    ERASED = "erased", _("erased")
    RESTRICTED = "restricted", _("restricted")
    LIFTED = "lifted", _("lifted a restriction")
    OBJECTED = "objected", _("noted an objection")
    RECTIFIED = "rectified", _("rectified")
    MERGED = "merged", _("merged")
    TOLD_APART = "told_apart", _("said that two customers are two people")
    ASKED_AGAIN = "asked_again", _("asked again whether two customers are one person")
    IMPORTED = "imported", _("imported")
    RESENT = "resent", _("told again what a webhook was told")
    REQUEST_RECEIVED = "request_received", _("took in a privacy request")
    IDENTITY_CHECKED = "identity_checked", _("checked who asks")
    REQUEST_EXTENDED = "request_extended", _("extended a privacy request")
    REQUEST_REFUSED = "request_refused", _("refused a privacy request")
    REQUEST_WITHDRAWN = "request_withdrawn", _("noted that a privacy request was withdrawn")
    REQUEST_DONE = "request_done", _("answered a privacy request")
    TAKEN_AWAY = "taken_away", _("took away old rows")
    KEY_MADE = "key_made", _("made a key")
    KEY_ROTATED = "key_rotated", _("rotated a key")
    KEY_RETIRED = "key_retired", _("retired a key")
    ROLE_CHANGED = "role_changed", _("changed rights")
    SETTING_CHANGED = "setting_changed", _("changed a setting")


def choices() -> list[tuple[str, Any]]:
    """For the model's field: named, not listed, in migrations, so that a new word needs none."""
    return list(Action.choices)
