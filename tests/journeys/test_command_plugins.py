"""`manage.py plugins`: what is installed, what is on, what each brings, and what is wrong, without a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orchestrator import registry
from orchestrator.messaging.models import ProviderBreaker
from orchestrator.sdk import Channel, EmailContent, hookimpl
from tests.scenarios.scripted import Scripted

BUILT_IN = """\
messaging: built in
  channels: email, sms, push, webhook
  providers of email: mailbox_email
  providers of sms: mailbox_sms
  providers of push: mailbox_push
  providers of webhook: mailbox_webhook
journeys: built in
  steps: send, wait, wait_until, wait_for_window, choose, split, repeat, update, award, emit, call, start, exit
"""


class Letters:
    """A plugin that works: a channel, a filter and an ear."""

    @hookimpl
    def register_channels(self) -> list[Channel]:
        return [Channel("letter", "Letter", EmailContent, str)]

    @hookimpl
    def register_template_filters(self) -> dict[str, Any]:
        return {"shout": str.upper}

    @hookimpl
    def messages_settled(self, messages: Any) -> None:
        pass


class Half:
    """A plugin of which one hook fails."""

    @hookimpl
    def register_providers(self) -> list[Any]:
        raise ValueError("ACME_TOKEN is empty")

    @hookimpl
    def register_template_filters(self) -> dict[str, Any]:
        return {"whisper": str.lower}


class Rival:
    """A plugin that takes a name which is taken."""

    @hookimpl
    def register_template_filters(self) -> dict[str, Any]:
        return {"shout": str.upper}


def broken() -> Any:
    raise ModuleNotFoundError("No module named 'acme'")


@pytest.fixture
def installed(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Five installed plugins, none of them on."""
    kinds: dict[str, Any] = {
        "letters": Letters, "half": Half, "rival": Rival, "broken": broken, "asleep": Letters,
    }  # fmt: skip
    points = {
        name: SimpleNamespace(name=name, load=load, dist=SimpleNamespace(name=f"acme-{name}", version="1.2"))
        for name, load in kinds.items()
    }
    monkeypatch.setattr(registry, "found", lambda: points)
    registry.reset()
    yield
    registry.reset()


def run(settings: Any, *on: str) -> tuple[str, str]:
    """What it says, and the words it ends with."""
    settings.ORCHESTRATOR_PLUGINS = list(on)
    out = StringIO()
    try:
        call_command("plugins", stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_the_built_in_the_one_that_is_on_and_those_that_are_off(installed: None, settings: Any) -> None:
    out, failed = run(settings, "letters")
    asleep = "  Its name in ORCHESTRATOR_PLUGINS switches it on.\n"
    assert out == (
        BUILT_IN + "letters: on (acme-letters 1.2)\n"
        "  channels: letter\n"
        "  template filters: shout\n"
        "  hooks: messages_settled\n"
        f"asleep: off (acme-asleep 1.2)\n{asleep}"
        f"broken: off (acme-broken 1.2)\n{asleep}"
        f"half: off (acme-half 1.2)\n{asleep}"
        f"rival: off (acme-rival 1.2)\n{asleep}"
    )
    assert failed == ""


def test_what_fails_is_named_with_its_error_and_the_rest_goes_on(
    installed: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    out, failed = run(settings, "broken", "half", "nowhere")
    assert out.removeprefix(BUILT_IN).split("asleep: off")[0] == (
        "half: on (acme-half 1.2)\n"
        "  wrong: register_providers: ACME_TOKEN is empty\n"
        "  template filters: whisper\n"
        "broken: on (acme-broken 1.2)\n"
        "  wrong: ModuleNotFoundError: No module named 'acme'\n"
        "nowhere: on\n"
        "  wrong: is switched on in ORCHESTRATOR_PLUGINS but not installed\n"
    )
    assert failed == "Something is wrong with 3 plugins: half, broken, nowhere."
    assert caplog.records == []


def test_a_name_given_twice_is_one_sentence(installed: None, settings: Any) -> None:
    out, failed = run(settings, "letters", "rival")
    assert out == ""
    assert failed == (
        "rival: the filter “shout” is registered by letters and by rival. Switch one of them off."
    )


def test_of_two_providers_the_plugin_that_was_named_first_goes_first() -> None:
    def plugin(name: str) -> Any:
        class Sms:
            @hookimpl
            def register_providers(self) -> list[Any]:
                return [type("Sms", (Scripted,), {"name": name, "channel": "sms"})([])]

        return Sms()

    known = registry.load([], {name: plugin(name) for name in ("zebra", "acme", "middle")})
    assert known.providers_of("sms") == ["zebra", "acme", "middle", "mailbox_sms"]
    assert known.choose_provider("sms") == "zebra"


def test_the_registry_speaks_again_afterwards(
    installed: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    run(settings, "broken")
    registry.reset()
    registry.load(["broken"])
    assert [record.getMessage() for record in caplog.records] == ["plugin broken could not be loaded"]


def test_a_provider_that_is_left_alone_is_shown_with_the_plugin_it_came_by(
    installed: None, settings: Any
) -> None:
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    ProviderBreaker.objects.create(
        provider="mailbox_email",
        failures=5,
        opened_at=noon,
        open_until=noon + timedelta(minutes=1),
        fault="no",
    )
    out, failed = run(settings)
    assert (
        "  down: mailbox_email since 2026-03-02 12:00 UTC, tried again at 2026-03-02 12:01 UTC: no\n" in out
    )
    assert (out.count("down:"), failed) == (1, "")
