"""What the orchestrator calls: the provider `push`, if Web Push or FCM has its settings."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime

from orchestrator.sdk import PluginError, Provider, hookimpl
from orchestrator_push.fcm import Fcm
from orchestrator_push.google import ServiceAccount
from orchestrator_push.provider import PushProvider
from orchestrator_push.vapid import Vapid
from orchestrator_push.webpush import WebPush

logger = logging.getLogger("orchestrator_push")


@hookimpl
def register_providers() -> Sequence[Provider]:
    """The provider `push`, or nothing while both ways are without settings; wrong ones raise PluginError."""
    web, fcm = _web(), _fcm()
    logger.info(describe(web, fcm))
    return (PushProvider(web, fcm),) if web or fcm else ()


def describe(web: WebPush | None, fcm: Fcm | None) -> str:
    """One sentence for people on where push notifications go; it never holds a private key."""
    if not web and not fcm:
        return "Neither Web Push nor FCM has settings: push notifications go to the built-in mailbox."
    browsers = f"browsers that subscribed with {web.vapid.public_key}" if web else ""
    apps = f"apps by {fcm.address}" if fcm else ""
    return f"Push notifications go to {' and '.join(filter(None, (browsers, apps)))}."


def _web() -> WebPush | None:
    private_key, subject = (
        os.environ.get("PUSH_VAPID_PRIVATE_KEY", ""),
        os.environ.get("PUSH_VAPID_SUBJECT", ""),
    )
    if not private_key:
        return None
    if not subject:
        mend = "Push services ask for a way to reach you, like mailto:shop@example.com."
        raise PluginError("orchestrator_push", "PUSH_VAPID_SUBJECT is empty.", mend)
    return WebPush(Vapid(private_key, subject), now)


def _fcm() -> Fcm | None:
    setting = os.environ.get("PUSH_FCM_CREDENTIALS", "")
    return Fcm(ServiceAccount.read(setting), now) if setting else None


def now() -> datetime:
    """The clock of the process."""
    return datetime.now(UTC)
