"""One message from one context: exact contents, and a clear failure for every bad input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.messaging.content.render import (
    InProcessRenderer,
    Rendered,
    RenderFailure,
    RenderJob,
    renderer,
)
from orchestrator.sdk.values import EmailContent, PushContent, SmsContent
from tests.messaging.content.builders import CONTEXT, job, render

NAME = "{{ customer.first_name }}"


def called(name: Any) -> dict[str, Any]:
    return {"customer": {"first_name": name}}


def email(context: dict[str, Any] | None = None, **part: str) -> RenderJob:
    return job("email", context, email={"en": {"subject": "Hi", "text": "Hello", **part}})


def content(one: RenderJob) -> Any:
    answer = render(one)
    assert isinstance(answer, Rendered), answer
    return answer.content


def failure(one: RenderJob) -> str:
    answer = render(one)
    assert isinstance(answer, RenderFailure), answer
    assert answer.code == "render_error"
    return answer.detail


def test_an_email_with_its_sender_headers_and_links() -> None:
    one = replace(
        email(html='<a href="{{ shop.url }}/?a=1&b=2">x</a> <a href="{{ unsubscribe_url }}">out</a>', text="T"),
        sender_name="Acme", sender_address="hi@acme.example", reply_to="re@acme.example",
        headers={"List-Unsubscribe": "<https://shop.example/u/1>"},
    )  # fmt: skip
    answer = render(one)
    assert isinstance(answer, Rendered)
    assert isinstance(answer.content, EmailContent)
    assert answer.content.subject == "Hi"
    assert answer.content.text.startswith("T\n\n--\nAcme")
    assert 'href="https://shop.example/?a=1&amp;b=2"' in answer.content.html
    assert (answer.content.sender_name, answer.content.sender_address) == ("Acme", "hi@acme.example")
    assert answer.content.reply_to == "re@acme.example"
    assert answer.content.headers == {"List-Unsubscribe": "<https://shop.example/u/1>"}
    assert (answer.language, answer.links) == ("en", ("https://shop.example/?a=1&b=2",))


def test_a_text_message_with_its_parts_and_links() -> None:
    one = replace(
        job("sms", sms={"en": "Hi {{ customer.first_name }}: https://x.example/a"}), sender_name="Acme"
    )
    assert render(one) == Rendered(
        SmsContent("Hi Ola: https://x.example/a", 1, "Acme"), "en", ("https://x.example/a",)
    )


def test_a_push_notification() -> None:
    one = job(
        "push", push={"en": {"title": "Hi", "body": NAME, "url": "{{ shop.url }}", "image": "https://i"}}
    )
    assert render(one) == Rendered(
        PushContent("Hi", "Ola", "https://shop.example", "https://i"), "en", ("https://shop.example",)
    )


def test_the_language_is_the_best_there_is() -> None:
    one = job("sms", sms={"en": "Hi", "pl": "Hej", "de": "Hallo"})
    said = {
        wanted: content(replace(one, languages=wanted)).text
        for wanted in (("pl-PL", "en"), ("fr", "de"), ("fr",), ())
    }
    assert said == {("pl-PL", "en"): "Hej", ("fr", "de"): "Hallo", ("fr",): "Hi", (): "Hi"}


def test_no_break_spaces_of_amounts_do_not_make_a_text_message_costly() -> None:
    one = job("sms", sms={"pl": "{{ 12345|money }} EUR", "transliterate": True})
    assert content(one) == SmsContent("12 345,00 zl EUR", 1)


def test_a_name_that_is_a_template_comes_out_literally() -> None:
    assert content(job("sms", called("{{7*7}}{% if 1 %}"), sms={"en": NAME})).text == "{{7*7}}{% if 1 %}"
    assert "<p>{{7*7}}</p>" in content(email(called("{{7*7}}"), html=f"<p>{NAME}</p>")).html.replace(
        ' style="margin: 0 0 16px 0;"', ""
    )


def test_a_name_that_is_a_script_is_escaped_in_html_and_literal_in_text() -> None:
    said = content(
        email(called("<script>alert('x')</script>"), html=f'<p title="{NAME}">{NAME}</p>', text=NAME)
    )
    assert "<script" not in said.html
    assert said.html.count("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") == 2
    assert said.text.startswith("<script>alert('x')</script>\n")


def test_a_name_cannot_leave_its_attribute() -> None:
    said = content(email(called('" onmouseover="x'), html=f'<a href="https://x/{NAME}">x</a>'))
    assert 'href="https://x/&#34; onmouseover=&#34;x"' in said.html


def test_signs_that_reverse_text_are_dropped_from_subject_sender_and_body() -> None:
    one = email(called("Ola\u202egpj.exe\u2066"), subject=f"Hi {NAME}", text=NAME)
    said = content(replace(one, sender_name="Ac\u202eme"))
    assert (said.subject, said.sender_name) == ("Hi Olagpj.exe", "Acme")
    assert "\u202e" not in said.text


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r"])
def test_a_subject_with_a_line_break_and_bcc_is_refused(breaks: str) -> None:
    one = email(called(f"x{breaks}Bcc: all@example.com"), subject=f"Hi {NAME}!")
    assert failure(one) == "email.en: the subject holds a line break"


def test_sender_and_headers_with_a_line_break_are_refused() -> None:
    one = email()
    assert failure(replace(one, sender_name="a\nb")) == "the sender's name holds a line break"
    assert failure(replace(one, sender_address="a@b\r\nBcc: c")) == "the sender's address holds a line break"
    assert failure(replace(one, reply_to="a\nb")) == "the reply address holds a line break"
    assert failure(replace(one, headers={"X-A": "b\nc"})) == "the header 'X-A' holds a line break"
    assert failure(replace(one, headers={"X A:": "b"})) == "the header 'X A:' holds what a header cannot"


def test_a_missing_variable_is_named_with_its_line() -> None:
    one = job("sms", sms={"en": "Hi\n{{ customer.tier.name }}"})
    assert failure(one) == (
        "sms.en.text, line 2: customer.tier.name is missing; use |default(...) or {% if ... is defined %}"
    )
    assert failure(job("sms", sms={"en": "{% if event.coupon %}x{% endif %}y"})).startswith(
        "sms.en.text, line 1: event.coupon is missing"
    )


def test_a_missing_variable_in_html_is_named_with_the_authors_line() -> None:
    one = email(html="<style>p{color:red}</style>\n<p>a</p>\n<p\n  title='x'>{{ customer.nope }}</p>")
    assert failure(one).startswith("email.en.html, line 4: customer.nope is missing")


def test_null_nan_and_decimal_values_are_refused_in_words() -> None:
    assert failure(job("sms", called(None), sms={"en": NAME})) == (
        "sms.en.text, line 1: a value is null; use |default(...) (customer.first_name is null)"
    )
    assert "not a finite number" in failure(job("sms", called(float("nan")), sms={"en": NAME}))
    assert "is a object" in failure(job("sms", called(object()), sms={"en": NAME}))


def test_a_value_of_1_mb_is_fine_until_it_is_written() -> None:
    big = called("x" * 1_000_000)
    assert content(job("sms", big, sms={"en": "{% if customer.first_name %}Hi{% endif %}"})).text == "Hi"
    assert failure(email(big, text=NAME)) == "email.en.text, line 1: the message is larger than 500 kB"


def test_output_of_50_mb_is_refused() -> None:
    text = "{% for i in range(1000) %}{% for j in range(1000) %}" + "x" * 50 + "{% endfor %}{% endfor %}"
    assert failure(email(text=text)).endswith("the message is larger than 500 kB")


def test_500_kb_of_many_bytes_a_letter_are_counted_as_bytes() -> None:
    assert failure(email(called("ż" * 300_000), text=NAME)).endswith("the message is larger than 500 kB")


@pytest.mark.parametrize("empty", ["", "  \n ", "\u202e"])
def test_empty_output_is_refused(empty: str) -> None:
    assert failure(job("sms", called(empty), sms={"en": NAME})) == "sms.en: the message is empty"
    assert failure(email(called(empty), subject=NAME)) == "email.en: the subject is empty"
    one = job("push", called(empty), push={"en": {"title": "T", "body": NAME}})
    assert failure(one) == "push.en: the message is empty"


def test_lone_surrogates_are_refused_everywhere() -> None:
    half = called("Ola \ud83d")
    for one in (job("sms", half, sms={"en": NAME}), email(half, text=NAME), email(half, subject=NAME)):
        assert "half a character (a lone surrogate)" in failure(one)
    assert failure(replace(email(), sender_name="\ud83d")).endswith("(a lone surrogate)")


def test_a_text_message_of_2000_characters_with_emoji_is_refused() -> None:
    assert failure(job("sms", called("😀" + "a" * 1999), sms={"en": NAME})) == (
        "sms.en: the text message would take 30 parts; 10 is the most"
    )
    assert content(job("sms", called("a" * 1530), sms={"en": NAME})).parts == 10


def test_a_push_notification_over_4_kb_is_refused() -> None:
    one = job("push", called("ż" * 1900), push={"en": {"title": "T", "body": NAME}})
    assert failure(one) == "push.en: the push notification is larger than 3,800 bytes (providers take 4 kB)"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "java\tscript:alert(1)", " data:text/html,x", "VBSCRIPT:x"]
)
def test_an_unsafe_address_in_a_value_is_refused(address: str) -> None:
    one = email({"shop": {"url": address}}, html='<a href="{{ shop.url }}">x</a>')
    assert failure(one) == "email.en: a link has an address that is neither http(s), mailto nor tel"
    push = job(
        "push", {"shop": {"url": address}}, push={"en": {"title": "T", "body": "B", "url": "{{ shop.url }}"}}
    )
    assert failure(push) == "push.en: the url is not a safe address"


def test_control_characters_do_not_reach_a_body() -> None:
    assert content(job("sms", called("O\x00l\x1ba"), sms={"en": NAME})).text == "Ola"


def test_a_failure_never_holds_the_persons_data() -> None:
    secret = called("SECRET-NAME")
    for text in ("{{ customer.first_name|money }}", "{{ customer.first_name + 1 }}", "{{ customer.first_name < 1 }}",
                 "{{ customer.first_name|date }}", "{{ customer[customer.first_name] }}", "{{ event[customer.first_name].x }}",
                 "{{ range(customer.first_name) }}", "{{ customer.first_name.upper }}"):  # fmt: skip
        assert "SECRET" not in failure(job("sms", secret, sms={"en": text})), text


def test_a_channel_the_template_does_not_know_is_refused() -> None:
    assert (
        failure(replace(job("sms", sms={"en": "Hi"}), channel="push")) == "the template has no part for push"
    )
    assert (
        failure(replace(job("sms", sms={"en": "Hi"}), channel="variables"))
        == "the template has no part for variables"
    )


def test_jobs_are_answered_in_order_and_one_failure_harms_no_other() -> None:
    good, bad = job("sms", sms={"en": "Hi"}), job("sms", sms={"en": "{{ customer.nope }}"})
    answers = InProcessRenderer().render([good, bad, good])
    assert [type(answer) for answer in answers] == [Rendered, RenderFailure, Rendered]


def test_a_template_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestrator.messaging.content import engine

    counted: list[str] = []
    check = engine.check
    monkeypatch.setattr(
        engine, "check", lambda environment, text: counted.append(text) or check(environment, text)
    )
    InProcessRenderer().render([job("sms", called(str(n)), sms={"en": NAME}) for n in range(50)])
    assert counted == [NAME]


def test_a_template_that_cannot_be_compiled_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestrator.messaging.content import engine

    looked: list[str] = []
    check = engine.check
    monkeypatch.setattr(
        engine, "check", lambda environment, text: looked.append(text) or check(environment, text)
    )
    bad = job("sms", sms={"en": "Hi"})
    prepared = {**bad.prepared, "sms": {"en": {"text": "{{ 9**9 }}", "transliterate": False, "lines": {}}}}
    machine = engine.Engine()
    machine.learn({"bad": prepared})
    asked = {"template": "bad", "channel": "sms", "languages": ["en"], "context": bad.context}
    machine.warm(asked)
    answers = [machine.render(asked), machine.render(asked)]
    assert looked == ["{{ 9**9 }}"]
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "render_error"


def test_the_context_is_not_changed_by_a_template() -> None:
    one = job("sms", sms={"en": "{% set customer = 5 %}{{ customer }}"})
    assert content(one).text == "5"
    assert one.context["customer"] == CONTEXT["customer"]


def test_a_context_that_nests_without_end_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["again"] = endless
    assert "nests too deep" in failure(job("sms", {"event": endless}, sms={"en": "Hi"}))


def test_the_renderer_in_process_is_for_tests() -> None:
    assert isinstance(renderer(in_process=True), InProcessRenderer)
