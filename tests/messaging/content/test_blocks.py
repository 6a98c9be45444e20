"""Blocks are put in before anything is parsed: in the template's language, on the line they are put in at."""

from __future__ import annotations

from orchestrator.messaging.content.blocks import MOST, Words, put_in
from orchestrator.messaging.content.lint import lint
from orchestrator.messaging.content.prepare import digest, prepare
from orchestrator.messaging.content.source import TemplateSource
from tests.messaging.content.builders import template

FOOTER = Words({"en": "<p>Bye,\n{{ brand.name }}</p>", "pl": "<p>Pa</p>"}, {"en": "Bye,\n{{ brand\n.name }}"})
BLOCKS = {"footer": FOOTER, "plain": Words({}, {"en": "a\nb"}), "empty": Words({"en": " "}, {})}
PUT = '{% include "block:footer" %}'


def html_of(source: TemplateSource, language: str = "en") -> str:
    whole, problems = put_in(source, BLOCKS, ("en", "pl"))
    assert problems == []
    return whole.email[language].html.text


def email(html: str, language: str = "en", **more: str) -> TemplateSource:
    return template(email={language: {"subject": "S", "html": html, **more}})


def test_html_gets_html_on_one_line() -> None:
    assert html_of(email(f"<p>a</p>\n{PUT}\n<p>b</p>")) == "<p>a</p>\n<p>Bye, {{ brand.name }}</p>\n<p>b</p>"
    assert html_of(email("{%include 'block:footer'%}", "pl"), "pl") == "<p>Pa</p>"
    assert (
        html_of(email(PUT, "de"), "de") == "<p>Bye, {{ brand.name }}</p>"
    )  # the workspace's first that is written


def test_text_keeps_its_lines_and_those_of_the_template() -> None:
    source = template(
        sms={"en": f"x\n{PUT}\ny", "pl": PUT},
        push={"en": {"title": PUT, "body": '{% include "block:plain" %}'}},
    )
    whole, problems = put_in(source, BLOCKS, ("en", "pl"))
    assert problems == []
    assert whole.sms["en"].text.text == 'x\nBye,{{ "\\n" }}{{ brand .name }}\ny'
    assert whole.push["en"].title.text == "Bye, {{ brand .name }}"
    assert whole.push["en"].body.text == 'a{{ "\\n" }}b'
    # There is no Polish text but there is an English one; without any, it is made from the HTML.
    assert whole.sms["pl"].text.text.startswith("Bye,")
    alone, _ = put_in(template(sms={"pl": PUT}), {"footer": Words({"pl": "<p>Pa <b>pa</b></p>"})}, ("en",))
    assert alone.sms["pl"].text.text == "Pa pa"


def test_what_is_prepared_holds_the_words() -> None:
    whole, _ = put_in(email(f"<h1>Hi</h1>{PUT}"), BLOCKS, ("en",))
    before = prepare(whole)
    assert "block:" not in before["email"]["en"]["html"]
    assert "Bye, {{ brand.name }}" in before["email"]["en"]["html"]
    later, _ = put_in(email(f"<h1>Hi</h1>{PUT}"), {"footer": Words({"en": "<p>So long</p>"})}, ("en",))
    assert digest(prepare(later)) != digest(before)
    assert lint(whole).errors == ()


def test_a_fault_after_a_block_stands_on_its_line() -> None:
    whole, _ = put_in(email(f"{PUT}\n{PUT}\n<p>{{{{ nope.x }}}}</p>"), BLOCKS, ("en",))
    [error] = lint(whole).errors
    assert (error.line, error.code) == (3, "unknown_variable")


def test_what_is_not_there_is_told_with_its_line() -> None:
    source = email(
        '\n{% include "block:foter" %}\n{% include "block:empty" %}', text='{% include "block:x" %}'
    )
    whole, problems = put_in(source, BLOCKS, ("en",))
    assert [(one.line, one.code, one.path) for one in problems] == [
        (2, "unknown_block", ("email", "en", "html")),
        (3, "empty_block", ("email", "en", "html")),
        (1, "unknown_block", ("email", "en", "text")),
    ]
    assert "footer" in problems[0].mend
    assert whole.email["en"].html.text == "\n\n"


def test_blocks_are_no_way_to_make_a_text_endless() -> None:
    whole, problems = put_in(email(PUT * (MOST + 2)), BLOCKS, ("en",))
    assert [one.code for one in problems] == ["too_many_blocks"] * 2
    assert whole.email["en"].html.text.count("Bye") == MOST


def test_no_other_include_is_known() -> None:
    for html in (
        '{% include "x" %}',
        '{% include "block:a b" %}',
        "{% include block %}",
        '{%- include "block:footer" -%}',
    ):
        whole, problems = put_in(email(html), BLOCKS, ("en",))
        assert problems == []
        assert [one.code for one in lint(whole).errors] == ["not_allowed"]


def test_a_block_is_checked_as_the_template_is() -> None:
    bad = {"footer": Words({"en": "{{ ''.__class__ }}{% include \"block:footer\" %}"})}
    whole, problems = put_in(email(PUT), bad, ("en",))
    assert problems == []
    assert [one.code for one in lint(whole).errors] == ["not_allowed"]
    broken, _ = put_in(email(PUT), {"footer": Words({"en": "{{ a\n b"})}, ("en",))
    assert [one.code for one in lint(broken).errors] == ["syntax"]
