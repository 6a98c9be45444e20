"""What is added to links, and what never is."""

from __future__ import annotations

import pytest

from orchestrator.domain.utm import DEFAULT, LONGEST, WORDS, fill, parse_pattern, tag

VALUES = {
    "brand": "default",
    "campaign": "trip",
    "channel": "email",
    "journey": "trip",
    "step": "hello",
    "topic": "",
    "variant": "gift",
}
QUERY = "utm_source=shop&utm_campaign=trip"


def test_the_default_names_brand_channel_journey_and_step() -> None:
    assert fill(DEFAULT, VALUES) == (
        "utm_source=default&utm_medium=email&utm_campaign=trip&utm_content=hello"
    )
    assert len(DEFAULT) <= LONGEST
    assert set(VALUES) == set(WORDS)


def test_a_pair_whose_word_is_empty_is_left_out_and_none_means_off() -> None:
    assert fill("utm_term={topic}&utm_content={variant}-{step}", VALUES) == "utm_content=gift-hello"
    assert fill("", VALUES) == ""


def test_values_are_written_as_links_write_them() -> None:
    assert fill("utm_source={brand}", VALUES | {"brand": "a&b=c d"}) == "utm_source=a%26b%3Dc%20d"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("utm_source", "“utm_source” is not a name and a value"),
        ("utm source={brand}", "is not a name and a value"),
        ("utm_source={brand}&", "“” is not a name and a value"),
        ("utm_source={email}", "“{email}” is not known"),
        ("a=1&a=2", "“a” is written twice"),
        ("a={brand", "“a={brand” is not"),
        ("a=<b>", "is not a name and a value"),
    ],
)
def test_a_pattern_that_is_none(pattern: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("{", r"\{")):
        parse_pattern(pattern)


@pytest.mark.parametrize(
    ("link", "tagged"),
    [
        ("https://shop.example", f"https://shop.example?{QUERY}"),
        ("http://shop.example/a?", f"http://shop.example/a?{QUERY}"),
        ("https://shop.example/a?b=1&c#top", f"https://shop.example/a?b=1&c&{QUERY}#top"),
        ("https://shop.example/#a?b", f"https://shop.example/?{QUERY}#a?b"),
        ("HTTPS://Shop.example/ą", f"HTTPS://Shop.example/ą?{QUERY}"),
        ("https://shop.example?utm_campaign=mine", "https://shop.example?utm_campaign=mine&utm_source=shop"),
        (
            "https://shop.example?UTM_Campaign=&utm_source=x",
            "https://shop.example?UTM_Campaign=&utm_source=x",
        ),
        ("mailto:a@shop.example", "mailto:a@shop.example"),
        ("tel:+48600100200", "tel:+48600100200"),
        ("#top", "#top"),
        ("/relative", "/relative"),
        ("https://[broken", "https://[broken"),
        ("https:", "https:"),
        ("", ""),
    ],
)
def test_a_link(link: str, tagged: str) -> None:
    assert tag(link, QUERY) == tagged
    assert tag(tagged, QUERY) == tagged
    assert tag(link, "") == link
