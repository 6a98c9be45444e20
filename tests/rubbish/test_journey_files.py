"""A file that is no journey: its place, what is wrong, how to mend it; and the journey beside it is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.messaging.models import Template
from tests.journeys.files import ONBOARDING, Files

BAD = "journeys/bad/journey.yaml"
TEMPLATE = "journeys/bad/templates/welcome.yaml"
HEAD = "journey: bad\nentry: {event: a.b}\nsteps:\n"
UTF8 = "Save it as UTF-8."
LAUGHS = "journey: &a [ha]\nentry: [*a, *a]\n"
NOT_OPEN = "this is a folder, not a file. Put a file in its place that can be read, or take it away."


def publish_beside(files: Files, text: bytes | str) -> list[str]:
    """Publish what it holds together with a sound journey; what was said of it. The sound one is live, alone."""
    files.journey("good", ONBOARDING.replace("onboarding", "good"))
    folder = files.journey("bad")
    (folder / "journey.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    said = files.run("publish")
    assert said.failed.endswith(f"nothing can be published of {BAD}.")
    assert list(Journey.objects.values_list("key", "current__number")) == [("good", 1)]
    assert (JourneyVersion.objects.count(), Template.objects.count()) == (1, 2)
    return said.err.splitlines()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the file is empty. Start it with `journey:` and a key."),
        ("# soon\n", "1:1: the file is empty. Start it with `journey:` and a key."),
        (HEAD.encode("utf-16"), f"1:1: the file is UTF-16 or UTF-32. {UTF8}"),
        (HEAD.encode("utf-16-be"), f"1:1: the file is UTF-16 or UTF-32. {UTF8}"),
        ("journey: zażółć\n".encode("utf-16-le"), f"1:1: the file is UTF-16 or UTF-32. {UTF8}"),
        (HEAD.encode() + b"  - send: \xb3\n", "4:1: the byte 0xB3 is not UTF-8. Save the file as UTF-8."),
        (b"\x89PNG\r\n\x1a\n", "1:1: the byte 0x89 is not UTF-8. Save the file as UTF-8."),
        (HEAD + "  - send: a\0\n", "4:12: the file holds a NUL byte. Delete it, or save the file as text."),
        (HEAD + "\t- send: a\n", "4:1: a tab stands where spaces must. Indent with spaces."),
        (
            HEAD + "  - send: welcome\n    id: x\n    id: y\n",
            "6:5: the key `id` stands here twice, first in line 5. Delete one of them.",
        ),
        (
            HEAD + "  - send: !!python/object:os.system x\n",
            "4:11: tags (`tag:yaml.org,2002:python/object:os.system`) are not allowed. "
            "Delete it; quotes make a text of anything.",
        ),
        (HEAD + "---\na: b\n", "4:1: a second document begins here. Write one file for each."),
        (HEAD + "  - send: " + "[" * 10_000, "4:48: this is nested more than 40 deep. Make it flatter."),
        (HEAD + "#" + "x" * 2_000_000, "1:1: the file has 2,000,041 bytes, more than 2 MB. Split it."),
        (
            HEAD + "".join(f"  - exit: a\n    id: x{n}\n" for n in range(600)),
            "1004:5: a journey may have 500 steps, and this is one more. Split the journey.",
        ),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_file_that_cannot_be_a_journey(files: Files, text: bytes | str, said: str) -> None:
    assert publish_beside(files, text) == [f"{BAD}:{said}"]


def test_a_bomb_of_aliases_goes_off_as_three_lines(files: Files) -> None:
    assert publish_beside(files, LAUGHS) == [
        f"{BAD}:1:10: anchors (`&a`) are not allowed. Delete it.",
        f"{BAD}:2:9: aliases (`*a`) are not allowed. Write the value out.",
        f"{BAD}:2:13: aliases (`*a`) are not allowed. Write the value out.",
    ]


@pytest.mark.parametrize("verb", ["validate", "plan", "publish", "format"])
def test_a_folder_in_place_of_the_file(files: Files, verb: str) -> None:
    files.journey("good", ONBOARDING.replace("onboarding", "good"))
    (files.root / "bad" / "journey.yaml").mkdir(parents=True)
    said = files.run(verb)
    assert said.err == f"{BAD}: {NOT_OPEN}\n"
    assert Journey.objects.count() == (verb == "publish")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, f": {NOT_OPEN}"),
        (b"", ":1:1: the file is empty. Start it with `template:` and a key."),
        ("template: welcome\n".encode("utf-16"), f":1:1: the file is UTF-16 or UTF-32. {UTF8}"),
        (b"template: \xff\n", ":1:1: the byte 0xFF is not UTF-8. Save the file as UTF-8."),
        (b"template: a\0b\n", ":1:12: the file holds a NUL byte. Delete it, or save the file as text."),
        (
            b"template: welcome\nsms: {en: hi}\nsms: {en: ho}\n",
            ":3:1: the key `sms` stands here twice, first in line 2. Delete one of them.",
        ),
        (
            b"template: tips\nemail: {en: {subject: a, text: b}, pl: {subject: a, text: b}}\n",
            ":1:1: the template “tips” is written twice in this journey. Give one of the files another key.",
        ),
        (
            b"template: welcome\nsms:\n  en: |\n    " + b"x" * 1_000_000 + b"\n",
            ":4: this is longer than 200,000 characters. Shorten it.",
        ),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_template_that_cannot_be_read(files: Files, content: bytes | None, said: str) -> None:
    folder = files.journey("bad", HEAD + "  - send: tips\n    id: tips\n")
    path = folder / "templates" / "welcome.yaml"
    path.unlink()
    path.mkdir() if content is None else path.write_bytes(content)
    assert files.run("publish").err == f"{TEMPLATE}{said}\n"
    assert (Journey.objects.count(), Template.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "written",
    ["\ufeff" + ONBOARDING, ONBOARDING.replace("\n", "\r\n"), "%YAML 1.2\n---\n" + ONBOARDING + "...\n"],
    ids=["BOM", "CRLF", "marks"],
)
def test_what_other_editors_write_is_no_rubbish(files: Files, written: str) -> None:
    folder = files.journey()
    (folder / "journey.yaml").write_bytes(written.encode())
    said = files.run("publish")
    assert (said.err, said.failed) == ("", "")
    assert list(Journey.objects.values_list("key", "current__number")) == [("onboarding", 1)]


def test_a_loop_of_links_is_walked_once(files: Files) -> None:
    folder = files.journey()
    (folder / "back").symlink_to("..")
    assert files.run("validate").out == "1 journey, nothing is wrong.\n"


def test_a_folder_of_journeys_that_is_not_there_or_a_file(
    files: Files, settings: object, tmp_path: Path
) -> None:
    for place in (tmp_path / "gone", tmp_path / "file"):
        settings.JOURNEYS_DIR = place  # type: ignore[attr-defined]
        if place.name == "file":
            place.write_text("x")
        for verb in ("validate", "format", "plan", "publish"):
            assert (
                files.run(verb).failed == f"there is no folder {place}; JOURNEYS_DIR says where journeys are"
            )


def test_of_a_template_that_cannot_be_read_nobody_says_that_it_is_missing(files: Files) -> None:
    folder = files.journey("bad", HEAD + "  - send: welcome\n    id: x\n")
    (folder / "templates" / "welcome.yaml").write_text(
        "template: welcome\nemail: {polish: {subject: a, text: b}}\n"
    )
    assert files.run("publish").err == (
        f"{TEMPLATE}:2:9: `polish` is no language. Languages are written like `pl` or `pt-BR`.\n"
    )
