"""YAML in: within limits, with places, nothing but plain values. YAML out: the same text, with ids."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.definition import DefinitionError, Node
from orchestrator.journeys import yaml
from orchestrator.journeys.steps import STEP_KINDS

KINDS = {kind.name: kind for kind in STEP_KINDS}
HEAD = "journey: a\nentry: {event: x.y}\nsteps:\n"


def refusal(source: str | bytes) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        yaml.read(source, "f.yaml")
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[
            (word, word)
            for word in ("no", "on", "off", "yes", "y", "12:30", "1:20:30", "2026-05-31", "1_000", "NaN")
        ],
        *[("'012'", "012"), ('"true"', "true"), ("12", 12), ("-3", -3), ("+3", 3), ("0", 0), ("0o14", 12)],
        *[("0x1F", 31), ("1.5", 1.5), ("-.5", -0.5), ("1e3", 1000.0), ("true", True), ("False", False)],
        *[("null", None), ("~", None), ("", None), ("10%", "10%"), ("=", "="), ("0b11", "0b11")],
        ("123456789012345678", 123456789012345678),
        ("|\n  a\n  b", "a\nb\n"),
        ("'zażółć 👋'", "zażółć 👋"),
    ],
)
def test_values_are_read_by_yaml_1_2(written: str, value: Any):
    read = yaml.read(f"k: {written}\n").plain()
    assert read == {"k": value}
    assert type(read["k"]) is type(value)


def test_every_value_knows_its_place_and_its_keys():
    tree = yaml.read("a: 1\nb:\n  - x\n  - {c: y}\n")
    assert tree.at(("a",)) == Node(1, 1, 4, 1, 1)
    assert tree.at(("b", 1, "c")) == Node("y", 4, 9, 4, 6)
    assert (tree.at(("b",)).line, tree.at(("b",)).key_line) == (3, 2)
    assert tree.at(("b", 7, "gone")) is tree.at(("b",))


@pytest.mark.parametrize(
    "source",
    [
        "k: Ω\r\nl: [1, 2]\r\n",
        b"\xef\xbb\xbfk: \xce\xa9\nl: [1, 2]\n",
        "\ufeffk: Ω\nl: [1, 2]",
        "---\nk: Ω\nl: [1, 2]\n...\n",
        "%YAML 1.2\n---\nk: Ω\nl: [1, 2]\n",
    ],
)
def test_line_ends_a_bom_and_document_marks_do_no_harm(source: str | bytes):
    assert yaml.read(source).plain() == {"k": "Ω", "l": [1, 2]}


def test_keys_are_texts():
    assert yaml.read("on: 1\n12: 2\ntrue: 3\n").plain() == {
        "on": 1,
        "12": 2,
        "true": 3,
    }


@pytest.mark.parametrize("source", ["", "# a remark\n", b"", "\ufeff"])
def test_an_empty_file_is_nothing(source: str | bytes):
    assert yaml.read(source) == Node(None, 1, 1)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1: the key `a` stands here twice, first in line 1. Delete one of them."),
        (
            "a: !!python/object:os.system x\n",
            "1:4: tags (`tag:yaml.org,2002:python/object:os.system`) are not allowed. "
            "Delete it; quotes make a text of anything.",
        ),
        (
            "a: !secret x\n",
            "1:4: tags (`!secret`) are not allowed. Delete it; quotes make a text of anything.",
        ),
        ("<<: {a: b}\n", "1:1: merge keys (`<<`) are not allowed. Write the fields out."),
        (
            "? [a]\n: b\n",
            "1:3: a key must be a plain text, not a list or a mapping. "
            "Check the colons, dashes and brackets here.",
        ),
        (": b\n", "1:1: a key is empty. Write a name before `:`."),
        ("a: b\n---\nc: d\n", "2:1: a second document begins here. Write one file for each."),
        (
            "%YAML 1.1\n---\na: b\n",
            "2:1: this asks for another YAML than 1.2. Delete the line that starts with `%`.",
        ),
        ("a:\n\t- b\n", "2:1: a tab stands where spaces must. Indent with spaces."),
        (
            "a: 012\n",
            "1:4: `012` starts with a zero: is it a text or a number? "
            "Put it in quotes for a text, or leave the zeros out for a number.",
        ),
        ("a: .nan\n", "1:4: `.nan` is not a number that can be kept. Put it in quotes if it is a text."),
        ("a: -.inf\n", "1:4: `-.inf` is not a number that can be kept. Put it in quotes if it is a text."),
        ("a: 1e999\n", "1:4: `1e999` is not a number that can be kept. Put it in quotes if it is a text."),
        (
            "a: 1234567890123456789\n",
            "1:4: `1234567890123456789` is not a number that can be kept. Put it in quotes if it is a text.",
        ),
        ("a: b\nc: x\0y\n", "2:5: the file holds a NUL byte. Delete it, or save the file as text."),
        ("a: b\nc: x\x01y\n", "2:5: the sign U+0001 is not allowed in YAML. Delete it."),
        ("a: \ud800\n", "1:4: the sign U+D800 is not allowed in YAML. Delete it."),
        ("a: b\n".encode("utf-16"), "1:1: the file is UTF-16 or UTF-32. Save it as UTF-8."),
        ("a: b\n".encode("utf-16-be"), "1:1: the file is UTF-16 or UTF-32. Save it as UTF-8."),
        ("a: b\n".encode("utf-32"), "1:1: the file is UTF-16 or UTF-32. Save it as UTF-8."),
        ("a: b\nc: \xe9\n".encode("latin-1"), "2:1: the byte 0xE9 is not UTF-8. Save the file as UTF-8."),
        ("a: '" + "x" * 2_000_000 + "'\n", "1:1: the file has 2,000,006 bytes, more than 2 MB. Split it."),
        ("a: " + "[" * 10_000, "1:43: this is nested more than 40 deep. Make it flatter."),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_is_refused(source: str | bytes, said: str):
    assert refusal(source) == [f"f.yaml:{said}"]


def test_a_billion_laughs_stay_three_lines():
    assert refusal("a: &a [ha]\nb: &b [*a, *a]\nc: [*b]\n") == [
        "f.yaml:1:4: anchors (`&a`) are not allowed. Delete it.",
        "f.yaml:2:4: anchors (`&b`) are not allowed. Delete it.",
        "f.yaml:2:8: aliases (`*a`) are not allowed. Write the value out.",
        "f.yaml:2:12: aliases (`*a`) are not allowed. Write the value out.",
        "f.yaml:3:5: aliases (`*b`) are not allowed. Write the value out.",
    ]


def test_forty_levels_are_read():
    tree = yaml.read("[" * 40 + "]" * 40)
    assert tree.at((0,) * 39).value == []


def test_a_hundred_thousand_steps_are_refused():
    (line,) = refusal(HEAD + "  - exit: a\n" * 100_000)
    assert line.endswith("the file has more than 50,000 values. Split it.")


def test_all_problems_of_a_file_are_said_at_once():
    assert len(refusal("a: 01\nb: !x y\nc: .nan\na: 2\n")) == 4


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- send: hi  # why\n  via: [sms]\n", "- send: hi  # why\n  id: send_hi\n  via: [sms]\n"),
        ("- send: hi", "- send: hi\n  id: send_hi"),
        ("- send: hi\r\n- exit: end\r\n", "- send: hi\r\n  id: send_hi\r\n- exit: end\r\n  id: exit_end\r\n"),
        ("- exit: # bare\n# end\n", "- id: exit\n  exit: # bare\n# end\n"),
        ("-   send:\n        hi\n", "-   send:\n        hi\n    id: send_hi\n"),
        ("- ? send\n  : hi\n", "- ? send\n  : hi\n  id: send_hi\n"),
        ("- {send: hi, via: [sms]}\n", "- {send: hi, id: send_hi, via: [sms]}\n"),
        ("- {exit}\n", "- {id: exit, exit}\n"),
        ("- {exit: }\n", "- {id: exit, exit: }\n"),
        (
            "- wait_until: {event: a.b,\n     where: {k: 1}}  # long\n  at_most: 1 day\n",
            "- wait_until: {event: a.b,\n     where: {k: 1}}  # long\n  id: wait_until\n  at_most: 1 day\n",
        ),
        (
            "- choose:  # by segment\n    - when: {segment: a}\n      then: [send: hi, {wait: 2 days}]\n",
            "- id: choose\n  choose:  # by segment\n    - when: {segment: a}\n"
            "      then: [{id: send_hi, send: hi}, {wait: 2 days, id: wait_2_days}]\n",
        ),
        (
            "- send: hi\n- send: hi\n- send: hi\n  id: send_hi_2\n",
            "- send: hi\n  id: send_hi\n- send: hi\n  id: send_hi_3\n- send: hi\n  id: send_hi_2\n",
        ),
    ],
)
def test_format_writes_the_ids_that_are_missing_and_nothing_else(before: str, after: str):
    written = yaml.format(HEAD + before, KINDS)
    assert written == HEAD + after
    assert yaml.format(written, KINDS) == written


def test_a_file_with_all_ids_comes_back_to_the_byte():
    text = "\ufeff# Hello\r\n" + HEAD + "  -   send :   'hi'\n      id:   \"x\"   # odd, but mine\n\n\n..."
    assert yaml.format(text, KINDS) == text


def test_format_keeps_the_bom():
    assert (
        yaml.format("\ufeff" + HEAD + "- send: hi\n", KINDS)
        == "\ufeff" + HEAD + "- send: hi\n  id: send_hi\n"
    )


def test_format_refuses_a_journey_with_problems_and_names_the_line():
    with pytest.raises(DefinitionError, match=r"^j.yaml:4:5: there is no step `nap`\. "):
        yaml.format(HEAD + "  - nap: x\n", KINDS, file="j.yaml")


def test_format_says_so_where_it_cannot_write():
    with pytest.raises(DefinitionError, match="the ids cannot be written into a file laid out like this"):
        yaml.format((HEAD + "- send: hi\n- send: ho\n").replace("\n", "\r"), KINDS)
