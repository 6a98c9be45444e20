"""Languages, and the filters that follow them; what each cannot take is said in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orchestrator.messaging.content.language import LANGUAGE, pick_language
from orchestrator.messaging.content.render import InProcessRenderer, RenderJob
from tests.messaging.content.builders import CONTEXT, job, render, say


@pytest.mark.parametrize(
    ("available", "wanted", "chain", "picked"),
    [
        (["en", "pl"], "pl", (), "pl"),
        (["en", "pl"], "pl-PL", (), "pl"),
        (["en", "pl-PL", "pl"], "pl_pl", (), "pl-PL"),
        (["pt-BR", "pt", "en"], "pt-PT", ("en",), "pt"),
        (["en", "pl"], "de", ("fr", "pl", "en"), "pl"),
        (["en", "pl"], "de", ("fr-FR", "en-GB"), "en"),
        (["en", "pl"], "", (), "en"),
        (["zh-Hant", "en"], "zh-Hant-TW", (), "zh-Hant"),
        (["en", "pl", "de", "fr", "cs", "uk"], "uk-UA", ("cs",), "uk"),
        (["cs", "de"], "fr", ("it", "es"), "cs"),
    ],
)
def test_language_exact_then_base_then_chain_then_first(
    available: list[str], wanted: str, chain: tuple[str, ...], picked: str
) -> None:
    assert pick_language(available, wanted, chain) == picked


def test_a_part_without_languages_is_an_error() -> None:
    with pytest.raises(ValueError, match="without languages"):
        pick_language([], "pl")


@pytest.mark.parametrize(
    ("language", "expression", "said"),
    [
        ("pl", '{{ 1234.5|money("PLN") }}', "1234,50 zł"),
        ("pl", '{{ 12345.5|money("PLN") }}', "12 345,50 zł"),
        ("pl", '{{ "12.50"|money("EUR") }}', "12,50 €"),
        ("pl", '{{ 1234.5|money("PLN", 0) }}', "1235 zł"),
        ("en", '{{ 1234.5|money("PLN") }}', "PLN 1,234.50"),
        ("en", '{{ 1234.5|money("EUR") }}', "€1,234.50"),
        ("en", '{{ 100|money("JPY") }}', "¥100"),
        ("de", '{{ 1234.5|money("EUR") }}', "1.234,50 €"),
        ("pl", "{{ 1234.5|number }}", "1234,5"),
        ("en", "{{ 1234.5|number(2) }}", "1,234.50"),
        ("pl", '{{ "2026-05-31"|date }}', "31 maja 2026"),
        ("en", '{{ "2026-05-31T23:30:00+02:00"|date("d MMMM") }}', "31 May"),
        ("en", '{{ "2026-05-31"|date("short") }}', "5/31/26"),
        ("pl-PL", '{{ 22|plural("punkt", "punkty", "punktów") }}', "punkty"),
        ("xx", '{{ 2|plural("point", "points") }}', "points"),
    ],
)
def test_numbers_money_dates_and_plurals_in_the_language(language: str, expression: str, said: str) -> None:
    one = job("sms", sms={language: expression})
    answer = InProcessRenderer().render([RenderJob(one.template, one.prepared, "sms", (language,), CONTEXT)])[
        0
    ]
    assert answer.content.text == said  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "punktów"), (1, "punkt"), (2, "punkty"), (4, "punkty"), (5, "punktów"), (12, "punktów"), (22, "punkty"),
     (25, "punktów"), (112, "punktów"), (1.5, "punktu")],
)  # fmt: skip
def test_polish_has_three_forms_and_one_for_fractions(number: float, word: str) -> None:
    one = job("sms", {"n": number}, sms={"pl": '{{ n|plural("punkt", "punkty", "punktów", "punktu") }}'})
    assert render(one).content.text == word  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ('{{ customer.nick|default("friend") }}', "friend"),
        ('{{ customer.a.b.c|default("deep") }}', "deep"),
        ('{{ none_value|default("was null") }}', "was null"),
        ('{{ ""|default("empty", true) }}', "empty"),
        ("{{ customer.first_name|upper }} {{ customer.first_name|lower }}", "OLA ola"),
        ('{{ "jan kowalski"|title }}', "Jan Kowalski"),
        ("{{ 2.5|round }} {{ 2.345|round(2) }}", "3 2.35"),
        ("{{ event['items']|length }}", "2"),
        ('{{ ["a", "b"]|join(", ") }}', "a, b"),
        ("{{ (event['items']|first).name }}-{{ (event['items']|last).name }}", "Mug-Tea"),
        ('{{ "abcdef"|truncate(3) }}', "abc…"),
        ('{{ "a-b"|replace("-", "+") }}', "a+b"),
        ("{% for i in range(3) %}{{ loop.index }}{% endfor %}", "123"),
        ("{{ 3 + 4 * 2 - 1 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ -3|abs }}", "10 3 3 3"),
        ('{{ "a" ~ 1 ~ "b" }}', "a1b"),
        ("{{ 'yes' if customer.points >= 5 else 'no' }}", "yes"),
    ],
)
def test_what_templates_are_for(expression: str, said: str) -> None:
    assert say(expression, none_value=None) == said


@pytest.mark.parametrize(
    ("expression", "value", "words"),
    [
        ("{{ v|money }}", None, "money was given no value"),
        ("{{ v|money }}", float("nan"), "money needs a finite number"),
        ("{{ v|money }}", "Infinity", "money needs a finite number"),
        ("{{ v|money }}", "1e999999999", "too large"),
        ("{{ v|money }}", "Kowalski", "money needs a number"),
        ("{{ v|money }}", True, "money needs a number"),
        ("{{ v|number }}", [1], "number needs a number"),
        ('{{ v|money("zloty") }}', 1, "three capital letters"),
        ("{{ v|date }}", "31/02/2026", "written like 2026-05-31"),
        ("{{ v|date }}", 5, "written like 2026-05-31"),
        ('{{ v|plural("a") }}', 1, "plural needs 2 forms in en, not 1"),
        ("{{ v|upper }}", {"a": 1}, "upper needs a text"),
        ("{{ v|join }}", 5, "join needs a list"),
        ("{{ v|first }}", [], "empty list"),
        ("{{ v|round(99) }}", 1, "0 to 10 decimals"),
        ("{{ v }}", None, "v is null"),
        ("{{ v }}", float("nan"), "not a finite number"),
        ("{{ v }}", True, "true or false"),
        ("{{ v }}", {"a": 1}, "a list or a mapping"),
        ("{{ v < 3 }}", "text", "values of different kinds are used together (v)"),
        ("{{ v + 1 }}", "1", "+ needs numbers"),
        ("{{ 1 / v }}", 0, "/ by zero"),
        ("{{ v.name }}", None, "what should hold .name has no value"),
    ],
)
def test_values_a_filter_cannot_take_are_named_in_words(expression: str, value: object, words: str) -> None:
    said = say(expression, v=value)
    assert said.startswith("sms.en.text, line 1: ")
    assert words in said
    assert "Kowalski" not in said


def test_a_decimal_is_refused_by_its_path() -> None:
    answer = render(job("sms", {"customer": {"wallet": {"left": Decimal("1.5")}}}, sms={"en": "Hi"}))
    assert answer.detail == (  # type: ignore[union-attr]
        "customer.wallet.left is a Decimal; a context holds texts, numbers, lists and mappings only"
    )


def test_the_language_does_not_leak_into_the_next_job() -> None:
    before = LANGUAGE.get()
    render(job("sms", sms={"pl": "{{ 1|money }}"}))
    assert LANGUAGE.get() == before
