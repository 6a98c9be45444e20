"""One spelling per address, and words for what is none."""

from __future__ import annotations

import json

import pytest

from orchestrator.customers.addresses import digest, normalise, normalise_email

KEYS = {"p256dh": "BA" + "A" * 85, "auth": "A" * 22}
SUBSCRIPTION = {"endpoint": "https://push.example.com/x", "expirationTime": None, "keys": KEYS}
SPELLED = (
    '{"endpoint":"https://push.example.com/x",'
    f'"keys":{{"auth":"{KEYS["auth"]}","p256dh":"{KEYS["p256dh"]}"}}}}'
)


@pytest.mark.parametrize(
    ("channel", "given", "country", "kept"),
    [
        ("email", " Anna.Nowak+shop@Example.COM\t", "", "anna.nowak+shop@example.com"),
        ("email", "anna@żółw.pl", "", "anna@xn--w-uga1v8h.pl"),
        ("email", "o'brien@sub.example.co.uk", "", "o'brien@sub.example.co.uk"),
        ("sms", "+48 501-234-567", "", "+48501234567"),
        ("sms", "501 234 567", "PL", "+48501234567"),
        ("sms", "00 48 501 234 567", "DE", "+48501234567"),
        ("push", " Fq3:APA91bH ", "", "Fq3:APA91bH"),
        ("push", json.dumps(SUBSCRIPTION, indent=1), "", SPELLED),
    ],
)
def test_one_spelling(channel: str, given: str, country: str, kept: str) -> None:
    assert normalise(channel, given, country) == kept
    assert normalise(channel, kept) == kept


@pytest.mark.parametrize(
    ("channel", "given", "words"),
    [
        ("email", "anna@example.com\r\nBcc: all@example.com", "line break"),
        ("email", "anna example.com", "is no email address"),
        ("email", "anna@", "is no email address"),
        ("email", "@example.com", "is no email address"),
        ("email", "an na@example.com", "before the @"),
        ("email", "anna..n@example.com", "before the @"),
        ("email", "a@b@example.com", "before the @"),
        ("email", "anna@example.com.", "ends with a dot"),
        ("email", "anna@localhost", "no domain name"),
        ("email", "anna@exa mple.com", "no domain name"),
        ("email", "anna@-example.com", "no domain name"),
        ("email", "anna@exa..com", "no domain name"),
        ("email", "anna\x00@example.com", "NUL"),
        ("email", "a" * 1001, "1000 is the most"),
        ("sms", "501 234 567", "has no country"),
        ("sms", "+48 12", "too short or too long"),
        ("sms", "+48 call me", "is no phone number"),
        ("push", "  ", "is empty"),
        ("push", "fq3 APA91bH", "holds spaces"),
        ("push", "{", "is no JSON"),
        ("push", SPELLED.replace("https", "http"), "only https can be called"),
        ("push", SPELLED.replace("push.example.com", "127.0.0.1"), "no public address"),
    ],
)
def test_what_is_no_address_is_refused_with_words(channel: str, given: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        normalise(channel, given)


def test_the_digest_is_keyed_by_the_installations_secret(settings) -> None:
    settings.SECRET_KEY = "one" * 20
    first = digest("email", "anna@example.com")
    assert digest("email", "anna@example.com") == first
    assert len(first) == 64
    assert digest("sms", "anna@example.com") != first
    settings.SECRET_KEY = "two" * 20
    assert digest("email", "anna@example.com") != first


def test_lower_case_of_a_domain_with_polish_letters() -> None:
    assert normalise_email("A@ŻÓŁW.PL") == normalise_email("a@żółw.pl")
