"""The exceptions a plugin may raise on purpose. Anything else it raises is contained and blamed on it by name."""

from __future__ import annotations

from datetime import timedelta


class PluginError(Exception):
    """A plugin is wrong and someone must mend it: `plugin` names it, `mend` says how."""

    def __init__(self, plugin: str, what: str, mend: str = "") -> None:
        super().__init__(f"{plugin}: {what}" + (f" {mend}" if mend else ""))
        self.plugin = plugin
        self.what = what
        self.mend = mend


class ProviderUnavailable(Exception):
    """Nothing of the batch was accepted; all of it may be tried again after `retry_after`.

    Raise it only where that is certain (no connection, a refusal before the first message): the engine
    sends the whole batch again on the strength of it.
    """

    def __init__(self, detail: str = "", retry_after: timedelta | None = None) -> None:
        super().__init__(detail or "provider unavailable")
        self.detail = detail
        self.retry_after = retry_after


class SignatureInvalid(Exception):
    """A receipt's signature is missing, wrong or too old: the request is refused and nothing of it is used."""
