"""MJML: compiled once, with Jinja whole inside of it; what it would break or fetch is refused, by its line."""

from __future__ import annotations

import re
import subprocess

import pytest

from orchestrator.messaging.content.advice.whole import Adviser
from orchestrator.messaging.content.blocks import Words, put_in
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.lint import lint
from orchestrator.messaging.content.mjml import child, fence
from orchestrator.messaging.content.prepare import digest, prepare
from orchestrator.messaging.content.render import Rendered, RenderFailure
from orchestrator.sdk.values import EmailContent
from tests.messaging.content.builders import job, render, template

FOOTER = ("Unsubscribe: https://shop.example/u/1", "Choose what you receive: https://shop.example/p/1")


def body(words: str) -> str:
    return f"<mjml>\n<mj-body>\n<mj-section><mj-column>\n{words}\n</mj-column></mj-section>\n</mj-body>\n</mjml>\n"


def in_head(words: str) -> str:
    return f"<mjml><mj-head>\n{words}</mj-head><mj-body></mj-body></mjml>"


def sent(mjml: str, context: dict[str, object] | None = None, **more: str) -> EmailContent:
    answer = render(job("email", context, email={"en": {"subject": "S", "mjml": mjml, **more}}))
    assert isinstance(answer, Rendered), answer
    assert isinstance(answer.content, EmailContent)
    return answer.content


def problems(mjml: str, purpose: str = "marketing", **more: str) -> list[tuple[int, str]]:
    report = lint(template(email={"en": {"subject": "S", "mjml": mjml, **more}}), purpose)
    return [(problem.line, problem.code) for problem in report.errors]


def test_it_becomes_a_document_with_its_values_in_it() -> None:
    content = sent(
        body("<mj-text>Hi {{ customer.first_name }}, {{ customer.points|default(0) }} &amp; more</mj-text>")
    )
    assert content.html.startswith("<!DOCTYPE html><html") or content.html.lower().startswith(
        "<!doctype html>"
    )
    assert 'lang="en"' in content.html
    assert "Hi Ola, 5 &amp; more" in content.html
    assert "mj-" not in re.sub(r"mj-(column|outlook)[a-z0-9-]*", "", content.html)
    assert content.text.startswith("Hi Ola, 5 & more")
    assert [line for line in FOOTER if line in content.text] == list(FOOTER)


@pytest.mark.parametrize(("vip", "said"), [(True, ["Gold", "Both"]), (False, ["Both"])])
@pytest.mark.parametrize(
    "words",
    [
        "<mj-text>{% if customer.vip %}<b>Gold</b>{% endif %} Both</mj-text>",
        "{% if customer.vip %}<mj-text>Gold</mj-text>{% endif %}<mj-text>Both</mj-text>",
        "<mj-text>Both</mj-text></mj-column>{% if customer.vip %}<mj-column><mj-text>Gold</mj-text></mj-column>"
        "{% endif %}<mj-column>",
        "<mj-text>Both</mj-text></mj-column></mj-section>{% if customer.vip %}<mj-section><mj-column><mj-text>Gold"
        "</mj-text></mj-column></mj-section>{% endif %}<mj-section><mj-column>",
    ],
)
def test_a_branch_stands_around_text_content_columns_and_sections(
    words: str, vip: bool, said: list[str]
) -> None:
    content = sent(body(words), {"customer": {"vip": vip}})
    assert [word for word in ("Gold", "Both") if word in content.html] == said
    assert [word for word in ("Gold", "Both") if word in content.text] == said
    assert content.html.count("<table") == content.html.count("</table>")
    assert content.html.count("<!--[if") == content.html.count("<![endif]-->")
    only_outlook = "".join(re.findall(r"<!--\[if mso.*?<!\[endif\]-->", content.html, re.DOTALL))
    for tag in ("table", "tr", "td", "tbody"):
        assert len(re.findall(rf"<{tag}\b", only_outlook)) == only_outlook.count(f"</{tag}>")


def test_a_loop_goes_round_what_is_in_a_column_and_in_a_table() -> None:
    loop = "{% for item in event['items'] %}"
    content = sent(body(f"{loop}<mj-text>1{{{{ item.name }}}}</mj-text>{{% endfor %}}"))
    assert re.findall(r"1(?:Mug|Tea)", content.html) == ["1Mug", "1Tea"]
    content = sent(body(f"<mj-table>{loop}<tr><td>2{{{{ item.name }}}}</td></tr>{{% endfor %}}</mj-table>"))
    assert re.findall(r"2(?:Mug|Tea)", content.html) == ["2Mug", "2Tea"]


def test_values_and_branches_stay_in_attributes() -> None:
    href = "{{ shop.url }}/a?b=1{% if customer.points is defined %}&amp;c={{ customer.points }}{% endif %}"
    content = sent(
        body(
            f'<mj-button href="{href}" background-color="{{{{ brand.colour|default("#123456") }}}}">Go</mj-button>'
        )
    )
    assert 'href="https://shop.example/a?b=1&amp;c=5"' in content.html
    assert "#123456" in content.html
    assert "Go: https://shop.example/a?b=1&c=5" in content.text


def test_an_attribute_that_becomes_several_keeps_its_value_in_each() -> None:
    words = body("<mj-text>x</mj-text>").replace(
        "<mj-section", '<mj-section background-url="{{ shop.url }}/a.png"'
    )
    assert sent(words).html.count("https://shop.example/a.png") == 4


def test_values_are_escaped_as_everywhere() -> None:
    words = body(
        '<mj-text>{{ customer.first_name }}</mj-text><mj-button href="{{ shop.url }}?n={{ customer.first_name }}">Go</mj-button>'
    )
    html = sent(words, {"customer": {"first_name": '"><script>x</script>{{ 1 }}'}}).html
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 2
    assert html.count("{{ 1 }}") == 2


def test_a_footer_of_the_authors_own_takes_the_place_of_ours() -> None:
    content = sent(body('<mj-text>x <a href="{{ unsubscribe_url }}">Out</a></mj-text>'))
    assert content.html.count("https://shop.example/u/1") == 1
    assert "Choose what you receive" not in content.html
    assert content.text == "x Out: https://shop.example/u/1"


def test_a_transactional_email_says_why_it_came_and_has_no_way_out() -> None:
    source = template(email={"en": {"subject": "S", "mjml": body("<mj-text>x</mj-text>")}})
    html = prepare(source, "transactional")["email"]["en"]["html"]
    assert "it concerns your account" in html
    assert "unsubscribe_url" not in html


def test_the_preview_line_is_hidden_in_the_html_and_not_in_the_text() -> None:
    for head in ("", "<mj-head><mj-title>T</mj-title></mj-head>"):
        words = body("<mj-text>x</mj-text>").replace("<mj-body>", f"{head}<mj-body>")
        content = sent(words, preheader="For {{ customer.first_name }}")
        assert re.search(r'<div style="display:\s?none;[^"]*">For Ola</div>', content.html)
        assert content.text.startswith("x\n")
    assert problems(words.replace("<mj-head>", "\n<mj-head><mj-preview>y</mj-preview>"), preheader="z") == [
        (3, "two_previews")
    ]


def test_dark_colours_and_what_is_for_phones_stay() -> None:
    dark = "@media (prefers-color-scheme: dark) { .a { color: #eee !important; } }"
    head = f"<mj-head><mj-style>{dark} .a {{ color: #111; }}</mj-style></mj-head>"
    words = body('<mj-text css-class="a">x</mj-text>').replace("<mj-body>", f"{head}<mj-body>")
    html = sent(words).html
    assert dark in html
    assert re.search(r'<td class="a"[^>]*style="[^"]*color: #111[;"]', html)


def test_blocks_are_put_in_before_it_is_compiled() -> None:
    source = template(
        email={"en": {"subject": "S", "mjml": body('<mj-text>{% include "block:bye" %}</mj-text>')}}
    )
    whole, lacking = put_in(source, {"bye": Words({"en": "<p>Bye {{ customer.first_name }}</p>"})})
    assert lacking == []
    html = re.sub(r' style="[^"]*"', "", prepare(whole)["email"]["en"]["html"])
    assert "<p>Bye {{ customer.first_name\n}}</p>" in html
    _, lacking = put_in(source, {})
    assert [(problem.path, problem.line) for problem in lacking] == [(("email", "en", "mjml"), 4)]


def test_what_is_missing_is_told_with_the_line_it_was_written_on() -> None:
    words = body("<mj-text>a</mj-text>\n<mj-text>\nHi {{ customer.nick }}</mj-text>")
    answer = render(job("email", email={"en": {"subject": "S", "mjml": words}}))
    assert answer == RenderFailure(
        "render_error",
        "email.en.html, line 6: customer.nick is missing; use |default(...) or {% if ... is defined %}",
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("<mj-txt>x</mj-txt>", [(4, "unknown_tag")]),
        ("<mj-raw><div></mj-raw>\n<mj-raw></div></mj-raw>", [(4, "unclosed"), (5, "stray_end")]),
        ("<mj-text>x\n<input></mj-text>", [(5, "refused_tag")]),
        ('<mj-button href="{% if customer.a %}x" title="{% endif %}">y</mj-button>', [(4, "misplaced")]),
        ('<mj-image src="{{ shop.url }}" alt="" width="{{ customer.points }}px" />', [(4, "misplaced")]),
        ("<mj-text>x</mj-text>\n<mj-column></mj-column>", [(5, "misplaced")]),
        ("<mj-text>x\n<mj-button>y</mj-button></mj-text>", [(5, "misplaced")]),
        ("<mj-text>x\n<p>y</mj-text>", [(5, "unclosed")]),
        ("<mj-text>x</mj-text>\nwords", [(4, "bare_text")]),
        ("<mj-text>x</mj-text>\n{{ customer.first_name }}", [(5, "bare_text")]),
        ("<mj-text>x</mj-text>\n<mj-include path='/etc/passwd' />", [(5, "refused_tag")]),
        ("<mj-text>\n2 < 3</mj-text>", [(5, "bare_sign")]),
        ("<mj-text>x</mj-text>\n<!-- a -- b -->", [(5, "bad_comment")]),
        ("<mj-text>x</mj-text>\n<mj-button href=x>y</mj-button>", [(5, "unquoted")]),
        ('<mj-text>x</mj-text>\n<mj-button href="javascript:x()">y</mj-button>', [(5, "unsafe_link")]),
        ("<mj-text>\n<script>x</script></mj-text>", [(5, "refused_tag")]),
        ("<mj-text>x</mj-text>\n<mj-carousel></mj-carousel>", [(5, "refused_tag")]),
        ('<mj-social>\n<mj-social-element name="x">X</mj-social-element></mj-social>', [(5, "no_src")]),
        ("<mj-social>\n{% if customer.a %}{% endif %}</mj-social>", [(5, "misplaced")]),
        ('<mj-text>x</mj-text>\n<mj-text foo="{{ customer.a }}">y</mj-text>', [(5, "misplaced")]),
        ("<mj-text {{ customer.a }}>x</mj-text>", [(4, "unquoted")]),
        ("{% if customer.a %}\n<mj-text>x{% endif %}</mj-text>", [(5, "unclosed"), (5, "stray_end")]),
        ("<MJ-TEXT>x</MJ-TEXT>", [(4, "capitals")]),
        ("<mj-text>{{ nobody }}</mj-text>", [(4, "unknown_variable")]),
    ],
)  # fmt: skip
def test_what_it_would_break_or_fetch_is_refused_by_its_line(
    words: str, found: list[tuple[int, str]]
) -> None:
    assert problems(body(words)) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("<p>x</p>", [(1, "misplaced"), (1, "not_mjml")]),
        ("<mjml></mjml>", [(1, "no_body")]),
        ("<!doctype html><mjml><mj-body></mj-body></mjml>", [(1, "not_mjml")]),
        (in_head("<mj-font name='a' href='https://a.pl/a.css' />"), [(2, "refused_tag")]),
        (in_head("<mj-style>.a { color: {{ brand.colour }} }</mj-style>"), [(2, "misplaced")]),
        (in_head("{% set x = 1 %}"), [(2, "misplaced")]),
        (
            "<mjml><mj-body><mj-wrapper>\n{% if customer.a %}<mj-section></mj-section>{% endif %}"
            "</mj-wrapper></mj-body></mjml>",
            [(2, "misplaced")],
        ),
    ],
)
def test_so_is_what_stands_around_it(words: str, found: list[tuple[int, str]]) -> None:
    assert problems(words) == found


def test_html_and_mjml_are_not_written_together() -> None:
    words = body("<mj-text>x</mj-text>")
    assert problems(words, html="<p>x</p>") == [(1, "two_bodies")]
    with pytest.raises(TemplateFault, match="both"):
        prepare(template(email={"en": {"subject": "S", "mjml": words, "html": "<p>x</p>"}}))


def test_no_font_and_no_picture_of_others_is_put_in() -> None:
    html = sent(
        body('<mj-text font-family="Roboto">x</mj-text><mj-button href="{{ shop.url }}">y</mj-button>')
    ).html
    assert re.findall(r"https?://(?!shop\.example|www\.w3\.org)[^\"' ]+", html) == []
    assert "@import" not in html


def test_advice_reads_it_as_it_reads_html() -> None:
    words = body('<mj-image src="" alt="" />\n<mj-button href="/sale">x</mj-button>')
    adviser = Adviser(template(email={"en": {"subject": "S", "mjml": words}}), "marketing")
    told = [(one.field, one.line, one.code) for one in adviser.advise()]
    assert told == [("mjml", 4, "empty_picture"), ("mjml", 5, "relative_link"), ("mjml", 1, "only_pictures")]
    words = body("<mj-text>{{ customer.nick }}</mj-text>")
    adviser = Adviser(template(email={"en": {"subject": "S", "mjml": words}}), "marketing")
    assert [(field, use.line, use.name) for *_, field, use in adviser.needs()] == [
        ("mjml", 4, "customer.nick")
    ]


def test_it_is_compiled_once_and_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    child.asked.cache_clear()
    one = job(
        "email",
        email={"en": {"subject": "S", "mjml": body("<mj-text>x {{ customer.first_name }}</mj-text>")}},
    )
    assert child.asked.cache_info().misses == 1
    monkeypatch.setattr(child.subprocess, "run", None)  # rendering needs no compiler
    assert isinstance(render(one), Rendered)
    assert "mj-text" not in str(one.prepared)
    assert digest(one.prepared) == one.template


@pytest.mark.parametrize("words", ["<div>" * 9_000 + "</div>" * 9_000, "<b>" * 61 + "</b>" * 61])
def test_what_nests_too_deep_is_refused_before_the_compiler_sees_it(words: str) -> None:
    child.asked.cache_clear()
    assert (4, "too_deep") in problems(body(f"<mj-text>{words}</mj-text>"))
    assert child.asked.cache_info().misses == 0


def test_a_compiler_that_dies_takes_nobody_with_it() -> None:
    deep = "<div>" * 30_000 + "</div>" * 30_000
    answer = child.ask(
        f"<mjml><mj-body><mj-section><mj-column><mj-text>{deep}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    assert answer.wrong == "it is too large or nests too deep"


def test_a_compiler_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = (
        "import orchestrator.messaging.content.mjml.fence as fence\n"
        "fence.COMPILE_SECONDS = 0.05\n"
        "fence.compiled = lambda text: [None for _ in iter(int, 1)]\n"
        "fence.main()"
    )
    spin = [child.sys.executable, "-c", slow]
    run = child.subprocess.run
    monkeypatch.setattr(child.subprocess, "run", lambda command, **how: run(spin, **how))
    child.asked.cache_clear()
    assert child.ask("a bomb") == child.Answer(wrong="it takes too long")
    child.asked.cache_clear()


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        (subprocess.TimeoutExpired("python", 15), child.Answer(wrong="it takes too long")),
        (
            OSError(),
            child.Answer(wrong="the compiler does not start", mend="Somebody must look at this machine."),
        ),
    ],
)
def test_what_the_machine_is_to_blame_for_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, wrong: child.Answer
) -> None:
    def fail(command: object, **how: object) -> None:
        raise fault

    text = body("<mj-text>asked again</mj-text>")
    child.asked.cache_clear()
    with monkeypatch.context() as ill:
        ill.setattr(child.subprocess, "run", fail)
        assert child.ask(text) == wrong
    assert "asked again" in child.ask(text).html


def test_the_compiler_itself_reads_no_file() -> None:
    told = fence.compiled("<mjml><mj-body><mj-include path='/etc/passwd' /></mj-body></mjml>")
    assert list(told) == ["wrong"]
    assert "include" in told["wrong"]


def test_what_the_compiler_does_not_read_is_told_with_its_line() -> None:
    child.asked.cache_clear()
    words = body("<mj-text>x</mj-text>\n<mj-text><![CDATA[y]]></mj-text>")
    [(line, code)] = problems(words)
    assert (line, code) == (5, "bad_mjml")
