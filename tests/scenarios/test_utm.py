"""Links in messages carry what the workspace's pattern says, the same at every attempt.

Clicks are not counted here, so that the links are to be seen: what is counted is the link with all that it carries
(tests/tracking/test_counted.py).
"""

from __future__ import annotations

import re
from datetime import timedelta

from orchestrator.messaging.models import MailboxMessage, MessageBody
from orchestrator.sdk.values import Deferred, EmailContent
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

LETTER = "email:\n  en: {subject: S, html: '<p><a href=\"https://shop.example/x?a=1\">Look</a></p>'}\n"
DEFAULT = "utm_source=default&utm_medium=email&utm_campaign=note&utm_content=note"


def deliver(world: World, **workspace: object) -> dict[str, str]:
    world.workspace(track_clicks=False, **workspace)
    world.publish(one_send("note"), note=LETTER)
    world.event(world.person(), "note.wanted")
    world.run(minutes=1)
    return dict(MailboxMessage.objects.get().content)


def test_links_say_brand_channel_journey_and_step_by_default(world: World):
    content = deliver(world)
    assert f'href="https://shop.example/x?a=1&amp;{DEFAULT.replace("&", "&amp;")}"' in content["html"]
    assert f"Look: https://shop.example/x?a=1&{DEFAULT}" in content["text"]


def test_the_ways_out_never_carry_anything(world: World):
    content = deliver(world)
    for part in ("html", "text"):
        ours = re.findall(r"http://[^\s\"<]+/[up]/[^\s\"<]+", content[part])
        assert len(ours) == 2
        assert not any("utm_" in link for link in ours)
    assert "utm_" not in str(content["headers"])


def test_an_empty_pattern_leaves_links_as_they_are_written(world: World):
    content = deliver(world, utm="")
    assert "utm_" not in str(content)


def test_the_variant_of_a_split(world: World):
    world.workspace(utm="utm_content={step}-{variant}&utm_term={topic}")
    arms = "".join(
        f"    {name}:\n      share: 50%\n      steps: [{{send: note, id: {name}}}]\n" for name in ("a", "b")
    )
    world.publish(with_steps("trip", f"- split:\n{arms}  id: halves\n"), note=LETTER)
    world.event(world.person(), "trip.wanted")
    world.run(minutes=1)
    (body,) = MessageBody.objects.values_list("context", "message__step")
    assert body == (body[0] | {"utm": f"utm_content={body[1]}-{body[1]}"}, body[1])


def test_a_retry_carries_the_same_links_whatever_the_workspace_writes_meanwhile(world: World):
    world.workspace(track_clicks=False)
    provider = world.provider(Deferred(timedelta(minutes=10)), promise="I")
    world.publish(one_send("note"), note=LETTER)
    world.event(world.person(), "note.wanted")
    world.run(minutes=1)
    world.workspace(utm="utm_source=other")
    world.run(hours=1)
    first, second = (call.content for call in provider.calls)
    assert isinstance(first, EmailContent)
    assert first == second
    assert DEFAULT in first.text


def test_a_text_message_stays_as_short_as_it_is_written(world: World):
    text = 'sms:\n  en: {text: "Go https://shop.example"}\n'
    world.publish(one_send("note", "sms"), note=text)
    world.event(world.person(consents=("sms",)), "note.wanted")
    world.run(hours=1)
    assert MailboxMessage.objects.get().content["text"] == "Go https://shop.example"
