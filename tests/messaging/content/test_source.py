"""Template files: what they hold, and every problem of their shape at its line."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.definition.problems import DefinitionError
from orchestrator.domain.definition.tree import Node, from_plain
from orchestrator.messaging.content.source import (
    EMPTY,
    EmailSource,
    Passage,
    PushSource,
    SmsSource,
    read_template,
)


def read(**parts: Any) -> Any:
    return read_template(from_plain({"template": "welcome", **parts}), "welcome.yaml")


def problems(tree: Any) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionError) as caught:
        read_template(tree if isinstance(tree, Node) else from_plain(tree), "welcome.yaml")
    return [(".".join(map(str, problem.path)), problem.code) for problem in caught.value.problems]


def test_all_three_channels_in_two_languages() -> None:
    source = read(
        topic="club",
        email={
            "pl": {"subject": "S", "preheader": "P", "html": "<p>H</p>", "text": "T"},
            "en": {"subject": "S", "text": "T"},
        },
        sms={"pl": "Hej", "en": {"text": "Hi", "transliterate": True}},
        push={"pl": {"title": "T", "body": "B", "url": "https://x", "image": "https://i"}},
    )
    assert (source.key, source.topic, source.file) == ("welcome", "club", "welcome.yaml")
    assert source.email["pl"] == EmailSource(Passage("S"), Passage("P"), Passage("<p>H</p>"), Passage("T"))
    assert source.email["en"] == EmailSource(Passage("S"), EMPTY, EMPTY, Passage("T"))
    assert source.sms == {"pl": SmsSource(Passage("Hej")), "en": SmsSource(Passage("Hi"), True)}
    assert source.push["pl"] == PushSource(
        Passage("T"), Passage("B"), Passage("https://x"), Passage("https://i")
    )


def test_transliterate_for_all_languages_of_a_channel() -> None:
    source = read(sms={"pl": "Hej", "en": "Hi", "transliterate": True})
    assert source.sms == {"pl": SmsSource(Passage("Hej"), True), "en": SmsSource(Passage("Hi"), True)}


def test_a_block_text_begins_on_the_line_after_its_sign() -> None:
    html = Node("<p>1</p>\n<p>2</p>\n", 6, 11)
    part = Node({"subject": Node("S", 5, 14), "html": html}, 5, 5)
    source = read_template(Node({"template": Node("w", 1), "email": Node({"en": part}, 4)}, 1))
    assert (source.email["en"].subject.line, source.email["en"].html.line) == (5, 7)


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ([], [("", "not_a_mapping")]),
        ({"sms": {"en": "Hi"}}, [("", "missing")]),
        ({"template": "w"}, [("", "no_channel")]),
        ({"template": "../etc", "sms": {"en": "Hi"}}, [("template", "bad_key")]),
        ({"template": "w\u202e", "sms": {"en": "Hi"}}, [("template", "bad_key")]),
        ({"template": 5, "sms": {"en": "Hi"}}, [("template", "not_text")]),
        ({"template": "w", "sms": {}}, [("sms", "no_language")]),
        ({"template": "w", "sms": "Hi"}, [("sms", "not_a_mapping")]),
        ({"template": "w", "sms": {"English": "Hi"}}, [("sms.English", "bad_language")]),
        ({"template": "w", "sms": {"en": " "}}, [("sms.en", "empty")]),
        ({"template": "w", "sms": {"en": 5}}, [("sms.en", "not_text")]),
        ({"template": "w", "sms": {"en": "Hi", "transliterate": "yes"}}, [("sms.transliterate", "not_a_flag")]),
        ({"template": "w", "track": "no", "sms": {"en": "Hi"}}, [("track", "not_a_flag")]),
        ({"template": "w", "fax": {"en": "Hi"}, "sms": {"en": "Hi"}}, [("fax", "unknown_key")]),
        ({"template": "w", "email": {"en": {"subject": "S"}}}, [("email.en", "no_body")]),
        ({"template": "w", "email": {"en": {"text": "T"}}}, [("email.en", "missing")]),
        ({"template": "w", "email": {"en": {"subjekt": "S", "subject": "S", "text": "T"}}},
         [("email.en.subjekt", "unknown_key")]),
        ({"template": "w", "push": {"en": {"title": "T"}}}, [("push.en", "missing")]),
    ],
)  # fmt: skip
def test_problems_of_shape(tree: Any, found: list[tuple[str, str]]) -> None:
    assert problems(tree) == found


def test_all_problems_are_reported_at_once_with_words() -> None:
    tree = Node(
        {
            "template": Node("w", 1, 11),
            "emial": Node({}, 2, 3, 2, 1),
            "sms": Node({"en": Node(5, 4, 7)}, 3, 3),
        },
        1,
        1,
    )
    with pytest.raises(DefinitionError) as caught:
        read_template(tree, "w.yaml")
    assert [str(problem) for problem in caught.value.problems] == [
        "w.yaml:2:1: `emial` is not known here. Did you mean `email`?",
        "w.yaml:4:7: `en` must be text, not `5`. Put it in quotes.",
    ]
