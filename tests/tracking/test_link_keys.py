"""The ring of keys in use: rotated and retired, between two attempts too, and the command that says how."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from orchestrator.messaging import links
from orchestrator.sdk.values import Deferred, EmailContent
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World
from tests.tracking.conftest import Post

ONE, TWO = f"1:{'a' * 40}", f"2:{'b' * 40}"


def test_links_sent_before_a_rotation_open_until_their_key_is_retired(post: Post, settings: LazySettings):
    anna = post.world.person("anna")
    post.begin(anna)
    paths = [post.link("u", anna)]
    for ring in ([ONE], [TWO, ONE]):
        settings.LINK_KEYS = ring
        paths.append(post.link("u", anna))
    assert len(set(paths)) == 3
    assert [post.at_now("get", path).status_code for path in paths] == [200, 200, 200]
    settings.LINK_KEYS = [TWO, "0:retired"]
    answers = [post.at_now("get", path) for path in paths]
    assert [answer.status_code for answer in answers] == [404, 404, 200]
    assert "This link does not work" in answers[0].text
    assert [post.one_click(path).status_code for path in paths] == [200, 200, 200]


def two_attempts(world: World, settings: LazySettings, before: list[str], **after: Any) -> list[EmailContent]:
    """One message, deferred once; what it held both times. `after`: settings of the second attempt."""
    settings.LINK_KEYS = before
    provider = world.provider(Deferred(timedelta(minutes=10)), promise="I")
    world.publish(one_send("note"), note="email:\n  en: {subject: S, html: '<p>Hello</p>'}\n")
    world.event(world.person(), "note.wanted")
    world.run(minutes=1)
    for name, value in after.items():
        setattr(settings, name, value)
    world.run(hours=1)
    found = [call.content for call in provider.calls]
    assert len(found) == 2
    assert all(isinstance(content, EmailContent) for content in found)
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("before", [[], [ONE]])
def test_a_rotation_between_two_attempts_changes_no_byte(
    world: World, settings: LazySettings, before: list[str]
):
    first, second = two_attempts(world, settings, before, LINK_KEYS=[TWO, *before])
    assert first == second


def test_after_a_retirement_between_two_attempts_what_can_be_mended_is_of_today(
    world: World, settings: LazySettings
):
    first, second = two_attempts(world, settings, [ONE], LINK_KEYS=[TWO])
    assert (without_picture(first), first.text, first.subject) == (
        without_picture(second), second.text, second.subject,
    )  # fmt: skip
    assert first.headers.keys() == second.headers.keys()
    old, new = (way_out(content) for content in (first, second))
    assert (links.read("u", old), links.read("u", new) is not None) == (None, True)
    assert [links.read("o", picture(content)) is not None for content in (first, second)] == [False, True]


def test_another_address_between_two_attempts_is_that_of_what_can_be_mended(
    world: World, settings: LazySettings
):
    first, second = two_attempts(world, settings, [ONE], PUBLIC_URL="https://new.example")
    assert (without_picture(first), first.text) == (without_picture(second), second.text)
    assert second.headers["List-Unsubscribe"] == f"<https://new.example/u/{way_out(first)}>"
    assert f'"https://new.example/o/{picture(first)}"' in second.html


def without_picture(content: EmailContent) -> str:
    html, found = re.subn(r'<img src="[^"]+/o/[^>]+>', "", content.html)
    assert found == 1
    return html


def picture(content: EmailContent) -> str:
    """The token of the picture."""
    (found,) = re.findall(r'<img src="https?://[^/]+/o/([\w-]+)"', content.html)
    return str(found)


def way_out(content: EmailContent) -> str:
    found = re.fullmatch(r"<https?://[^/]+/u/([\w-]+)>", content.headers["List-Unsubscribe"])
    assert found
    return found[1]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    call_command("links", *words)
    said = capsys.readouterr()
    return said.out, said.err


def test_the_command_lists_the_keys_without_their_secrets(
    settings: LazySettings, capsys: pytest.CaptureFixture[str]
):
    assert run(capsys) == ("key 0: signs, made of SECRET_KEY\n", "")
    settings.LINK_KEYS = [TWO, ONE]
    assert run(capsys, "list") == (
        "key 2: signs\nkey 1: only opens\nkey 0: only opens, made of SECRET_KEY\n",
        "",
    )


def test_the_command_prints_what_to_set(db: None, settings: LazySettings, capsys: pytest.CaptureFixture[str]):
    settings.LINK_KEYS = [ONE]
    line, words = run(capsys, "rotate")
    assert re.fullmatch(rf"LINK_KEYS=2:[\w-]{{43}} {ONE}\n", line)
    assert "Key 2 signs from then on; links sent under key 1 go on to open" in words
    settings.LINK_KEYS = line.strip().removeprefix("LINK_KEYS=").split()
    assert run(capsys, "list")[0].startswith("key 2: signs\nkey 1: only opens\n")
    line, words = run(capsys, "retire", "1")
    assert line == f"LINK_KEYS={settings.LINK_KEYS[0]}\n"
    assert "no link that was sent under key 1 opens" in words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("retire",), "retire takes the number of a key, such as: links retire 1. The others take none."),
        (("rotate", "1"), "retire takes the number of a key, such as: links retire 1. The others take none."),
        (("retire", "1"), "LINK_KEYS: key 1 signs. Rotate first."),
        (("retire", "9"), "LINK_KEYS: there is no key 9."),
    ],
)
def test_the_command_refuses(settings: LazySettings, words: tuple[str, ...], said: str):
    settings.LINK_KEYS = [ONE]
    with pytest.raises(CommandError) as error:
        call_command("links", *words)
    assert str(error.value) == said
