"""What publishing refuses, with its line, and what it only warns of."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.definition.problems import Problem
from orchestrator.domain.definition.tree import Node
from orchestrator.messaging.content.lint import Report, lint
from orchestrator.messaging.content.source import read_template
from tests.messaging.content.builders import template


def codes(problems: tuple[Problem, ...]) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in problems]


def lint_html(html: str, purpose: str = "marketing") -> Report:
    return lint(template(email={"en": {"subject": "S", "html": html}}), purpose)


def lint_sms(text: str, **more: Any) -> Report:
    return lint(template(sms={"en": text, **more}))


def test_a_good_template_has_nothing_to_mend() -> None:
    source = template(
        email={
            "en": {
                "subject": "Hi {{ customer.first_name|default('there') }}",
                "preheader": "{{ shop.url }}",
                "html": '<p>Hi</p><ul>{% for i in event["items"] %}<li>{{ i.name }} {{ i.price|money }}{% endfor %}</ul>\n'
                '<p><a class="button" href="{{ shop.url }}/a?b={{ customer.id|urlencode }}">Go</a><br>'
                '<img src="https://x/y.png" alt="">{% if customer.tier == "gold" %}<b>x</b>{% else %}<i>y</i>{% endif %}',
            }
        },
        sms={"en": "Hi {{ customer.first_name }}"},
        push={"en": {"title": "T", "body": "{% set x = 1 %}{{ x }}", "url": "{{ shop.url }}"}},
    )
    assert lint(source, chain=("en",)) == Report((), ())


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>\n{{ customer.a }\n</p>", (2, "syntax")),
        ("<p>\n{{ customer.a\n</p>", (3, "syntax")),
        ("<p>\n{% if customer.a %}\n</p>", (2, "syntax")),
        ("<p>\n\n{{ customer.a|moneyy }}</p>", (3, "unknown_filter")),
        ("<p>{{ 1 is prime }}</p>", (1, "unknown_test")),
        ("<p>\n{{ custmer.a }}</p>", (2, "unknown_variable")),
        ("<p>\n<a href=https://x>x</a></p>", (2, "unquoted")),
        ("<p>\n<a href={{ shop.url }}>x</a></p>", (2, "unquoted")),
        ('<p>\n<a href="javascript:alert(1)">x</a></p>', (2, "unsafe_link")),
        ('<p>\n<a href=" JaVa&#10;Script:alert(1)">x</a></p>', (2, "unsafe_link")),
        ('<img alt="" src="data:text/html,x">', (1, "unsafe_link")),
        ('<a href="vbscript:x">x</a>', (1, "unsafe_link")),
        ("<p>\n<b>x</p>", (2, "unclosed")),
        ("<p>x</b></p>", (1, "stray_end")),
        ('<p>\n<a href="x', (2, "unclosed")),
        ("<p>x</p>\n<!-- x", (2, "unclosed")),
        ("<p>{# note\nover lines #}\n<b>x</p>", (3, "unclosed")),
        ("{% if customer.a %}<b>{% endif %}x", (1, "unclosed")),
        ("<script>alert(1)</script>", (1, "refused_tag")),
        ('<iframe src="https://x"></iframe>', (1, "refused_tag")),
        ("<form></form>", (1, "refused_tag")),
        ("<svg></svg>", (1, "refused_tag")),
        ('<meta http-equiv="Refresh" content="0">', (1, "refused_tag")),
        ('<p onclick="x()">x</p>', (1, "refused_attribute")),
        ("<style>@import 'https://x';</style>", (1, "unsafe_css")),
        ('<p style="width: expression(alert(1))">x</p>', (1, "unsafe_css")),
        ("<style>p{color:{{ brand.colour }}}</style>", (1, "misplaced")),
        ("<p>" + "(" * 10 + "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}</p>", (1, "too_deep")),
        ("{% include 'welcome' %}", (1, "not_allowed")),
        ("{% extends 'welcome' %}", (1, "not_allowed")),
        ("{% import 'welcome' as w %}", (1, "not_allowed")),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", (1, "not_allowed")),
        ("{{ 9**(9**8) }}", (1, "not_allowed")),
        ("x" * 200_001, (1, "too_long")),
    ],
)
def test_errors_at_their_line(html: str, found: tuple[int, str]) -> None:
    assert codes(lint_html(html).errors)[0] == found


def test_the_line_is_the_files_line_and_the_words_say_how_to_mend() -> None:
    part = Node({"subject": Node("S", 5, 14), "html": Node("<p>\n{{ custmer.a }}</p>\n", 6, 11)}, 5, 5)
    tree = Node({"template": Node("w", 1, 1), "email": Node({"en": part}, 4, 3)}, 1, 1)
    (problem,) = lint(read_template(tree, "welcome.yaml")).errors
    assert str(problem) == "welcome.yaml:8: there is no variable 'custmer'. Did you mean `customer`?"
    assert problem.path == ("email", "en", "html")


def test_a_marketing_document_of_ones_own_needs_an_unsubscribe_link() -> None:
    html = "<html><body><p>Hi</p></body></html>"
    assert codes(lint_html(html).errors) == [(1, "no_unsubscribe")]
    assert lint_html(html, "transactional").errors == ()
    assert lint_html(html.replace("Hi", '<a href="{{ unsubscribe_url }}">out</a>')).errors == ()


def test_a_subject_is_one_line() -> None:
    report = lint(template(email={"en": {"subject": "Hi\nBcc: x@example.com", "text": "T"}}))
    assert codes(report.errors) == [(1, "line_break")]


def test_half_a_character_is_refused() -> None:
    assert codes(lint_sms("Hi \ud83d").errors) == [(1, "surrogate")]


def test_a_text_message_over_ten_parts_is_refused_before_names_are_filled_in() -> None:
    assert lint_sms("a" * 1530).errors == ()
    (problem,) = lint_sms("a" * 1531).errors
    assert problem.what == "this takes 11 parts before names are filled in; 10 is the most."
    assert codes(lint_sms("😀" * 1000).errors) == [(1, "sms_too_long")]


def test_polish_letters_that_cost_a_part_are_warned_of_unless_transliterated() -> None:
    text = "ż" + "a" * 99
    (warning,) = lint_sms(text).warnings
    assert warning.what == "this takes 2 parts for letters that GSM-7 does not know; 1 without them."
    assert lint_sms(text, transliterate=True) == Report((), ())


def test_a_push_that_is_or_may_become_larger_than_4_kb() -> None:
    def push(size: int) -> Report:
        return lint(template(push={"en": {"title": "T", "body": "a" * size}}))

    assert push(2849) == Report((), ())
    assert codes(push(2850).warnings) == [(1, "push_large")]
    assert codes(push(3800).errors) == [(1, "push_too_large")]


def test_languages_of_the_workspace_that_are_missing_are_warned_of() -> None:
    report = lint(template(sms={"en": "Hi"}), chain=("pl", "en"))
    assert report.errors == ()
    assert [(problem.code, problem.mend) for problem in report.warnings] == [
        ("no_language", "Add `pl:` under sms.")
    ]


def test_an_image_without_alt_text_is_warned_of() -> None:
    report = lint_html('<p>x</p>\n<img src="https://x/y.png">')
    assert report.errors == ()
    assert codes(report.warnings) == [(2, "no_alt")]


def test_filters_of_plugins_and_further_variables_are_known_when_given() -> None:
    source = template(sms={"en": "{{ offer.code|shout }}"})
    assert codes(lint(source).errors) == [(1, "unknown_filter")]
    assert lint(source, filters={"shout": str.upper}, roots=("offer",)).errors == ()
