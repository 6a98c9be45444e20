"""A template's file with other parts: what was not changed stays, to the character; what was comes back as it was meant."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.template_text import CannotWrite, read_parts, write_parts

FILES = sorted(Path("journeys").rglob("templates/*.yaml"))
TEXT = """\
# Ours.
template: hello  # its key
email:
  en: {subject: Hello, text: "There you are"}
sms:
  transliterate: true
  pl: "Cześć"   # short
  en:
    text: Hi
"""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_file_stays_as_it_is(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert write_parts(text, read_parts(text)) == text


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_field_is_changed_alone(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    parts = read_parts(text)
    for channel, languages in parts.items():
        for language in languages:
            wanted = deepcopy(parts)
            for name, value in wanted[channel][language].items():
                wanted[channel][language][name] = (
                    not value if isinstance(value, bool) else f"{value}: # “{{{{ x }}}}”"
                )
            assert read_parts(write_parts(text, wanted)) == wanted


def test_a_flag_of_all_languages_becomes_one_of_each() -> None:
    parts = read_parts(TEXT)
    assert [parts["sms"][language]["transliterate"] for language in ("pl", "en")] == [True, True]
    parts["sms"]["en"]["transliterate"] = False
    written = write_parts(TEXT, parts)
    assert read_parts(written) == parts
    assert written.startswith("# Ours.\ntemplate: hello  # its key\nemail:\n  en: {subject: Hello, text:")


def test_a_short_text_message_stays_short() -> None:
    parts = read_parts(TEXT)
    parts["sms"]["pl"]["text"] = "Witaj"
    assert write_parts(TEXT, parts) == TEXT.replace('"Cześć"', '"Witaj"')


def test_languages_and_channels_come_and_go() -> None:
    parts = read_parts(TEXT)
    parts["email"]["pl"] = {"subject": "Hej", "preheader": "", "html": "<p>a</p>\n<p>b</p>\n", "text": ""}
    del parts["email"]["en"]
    parts["sms"] = {}
    parts["push"] = {"en": {"title": "Hi", "body": "a\nb", "url": "", "image": ""}}
    assert (
        write_parts(TEXT, parts)
        == """\
# Ours.
template: hello  # its key
email:
  pl:
    subject: "Hej"
    html: |
      <p>a</p>
      <p>b</p>
push:
  en:
    title: "Hi"
    body: |-
      a
      b
"""
    )


VALUES = [
    "\n a", "a\n", "a\n\n", " \n \n", "\t\n x", "#: ' \" \\", "a\u2028b\nc", "x\n  \ny", "a \nb", "null", "|\n-",
    "\x7f\ny", "\x07", "- a\n- b", "%YAML 1.1\n---\nx", "…\n...\ny", "\ufeffx\ny", "😀\n😀", "\ttab\n\ttab",
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_any_text_comes_back(value: str) -> None:
    parts = read_parts(TEXT)
    parts["push"] = {"en": {"title": value, "body": value, "url": value, "image": value}}
    assert read_parts(write_parts(TEXT, parts)) == parts


def test_line_ends_become_plain() -> None:
    parts = read_parts(TEXT)
    parts["email"]["en"]["html"] = "<p>a</p>\r\n<p>b</p>\r"
    assert read_parts(write_parts(TEXT, parts))["email"]["en"]["html"] == "<p>a</p>\n<p>b</p>\n"


def test_what_is_no_template_is_refused() -> None:
    parts = read_parts(TEXT)
    with pytest.raises(CannotWrite):
        write_parts("- a\n- b\n", parts)
    with pytest.raises(DefinitionError):
        write_parts("a: [", parts)
    with pytest.raises(DefinitionError):
        write_parts("a: &x [1]\nb: *x\n", parts)
    assert read_parts("- a\n- b\n") == {"email": {}, "sms": {}, "push": {}}
    assert read_parts("email: {en: 7}\nsms: {en: 7, pl: [x]}\n") == {"email": {}, "sms": {}, "push": {}}
