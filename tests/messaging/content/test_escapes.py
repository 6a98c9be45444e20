"""Attempts at leaving the sandbox, or at filling time and memory: refused at publish, or contained in the child."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orchestrator.messaging.content.child import ChildRenderer
from orchestrator.messaging.content.lint import lint
from orchestrator.messaging.content.render import Rendered, RenderFailure, RenderJob
from tests.messaging.content.builders import job, template
from tests.messaging.content.escapes import attempts

REFUSED = [
    # the classics: from a literal to its class, and from there to everything
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ [].__class__.__base__ }}",
    "{{ {}.__init__.__globals__ }}",
    "{{ customer.__class__ }}",
    "{{ customer|attr('__class__') }}",
    "{{ (customer|attr)('__class__') }}",
    "{{ customer|map(attribute='__class__') }}",
    "{{ customer|selectattr('__class__') }}",
    "{{ customer|groupby('__class__') }}",
    "{{ customer.get('first_name') }}",
    "{{ customer.keys() }}",
    "{{ customer['items']() }}",
    "{{ ''.join(['a']) }}",
    "{{ 'a'.format() }}",
    "{{ '{0.__class__}'.format(customer) }}",
    "{{ '{0.__class__}'|format(customer) }}",
    "{{ 'abc'.upper() }}",
    # what Jinja itself brings along
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ lipsum() }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler('a') }}",
    "{{ cycler.__init__ }}",
    "{{ joiner() }}",
    "{{ namespace() }}",
    "{{ dict(a=1) }}",
    "{{ config }}",
    "{{ request }}",
    "{{ settings.SECRET_KEY }}",
    "{{ environment }}",
    "{{ context }}",
    "{{ get_flashed_messages() }}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{{ super() }}",
    "{{ loop() }}",
    "{{ __builtins__ }}",
    "{{ _private }}",
    "{% for i in range(3) recursive %}{{ loop(range(3)) }}{% endfor %}",
    "{% for i in range(3) %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for i in range(3) %}{{ loop.__class__ }}{% endfor %}",
    # other templates, and templates that contain themselves
    "{% include 'welcome' %}",
    "{% include customer.first_name ignore missing %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% extends 'welcome' %}",
    "{% block content %}{{ self.content() }}{% endblock %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}a{% endfilter %}",
    "{% set x %}a{% endset %}",
    "{% set ns.a = 1 %}",
    "{% with a = 1 %}{{ a }}{% endwith %}",
    "{% autoescape false %}{{ customer.first_name }}{% endautoescape %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% debug %}",
    "{% do customer.clear() %}",
    "{% trans %}a{% endtrans %}",
    "{{ customer.first_name|safe }}",
    "{{ customer|tojson }}",
    "{{ customer|pprint }}",
    "{{ customer|xmlattr }}",
    "{% set range = 5 %}{{ range }}",
    "{% for range in event.list %}{% endfor %}x",
    # bombs
    "{{ 9**9 }}",
    "{{ 9**(9**8) }}",
    "{{ 2**2**2**2**2**2 }}",
    "{{ 'a'|center(1000000000) }}",
    "{{ 'a'|indent(1000000000) }}",
    "{{ '%1000000000d'|format(1) }}",
    "{{ 'a'|wordwrap(1) }}",
    "{{ range(*[1, 2]) }}",
    "{{ range(**customer) }}",
    "{{ 'a'|replace(*event.list) }}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ " + "[" * 3000 + "1" + "]" * 3000 + " }}",
    "{{ " + "-" * 3000 + "1 }}",
    "{{ " + "not " * 3000 + "1 }}",
    "{{ " + "1 + " * 3000 + "1 }}",
    "{{ " + "1 if 1 else " * 3000 + "1 }}",
    "{{ customer" + ".a" * 3000 + " }}",
    "{{ 1" + "|abs" * 3000 + " }}",
    "{{ [" + "1," * 9000 + "]|length }}",
    "{% if 1 %}" * 3000 + "x" + "{% endif %}" * 3000,
    "{% for a in event.list %}{% for b in event.list %}{% for c in event.list %}{% for d in event.list %}x"
    + "{% endfor %}" * 4,
    "{{ 1 }}" * 9000,
    "x" * 200_001,
]

FAILS = {
    "{{ 'a' * 1000000000 }}": "* needs numbers",
    "{{ [1] * 1000000000 }}": "* needs numbers",
    "{{ '%1000000000d' % 1 }}": "% needs numbers",
    "{{ '%s' % customer }}": "% needs numbers",
    "{{ range(1000000000)|length }}": "up to 1000 turns",
    "{{ range(10, 99999, 2)|length }}": "up to 1000 turns",
    "{{ range(0, 5, 0)|length }}": "a step that is not 0",
    "{{ range('5')|length }}": "whole numbers",
    "{{ range }}": "a list or a mapping",
    "{{ range(3) }}": "a list or a mapping",
    "{{ customer }}": "a list or a mapping",
    "{{ loop }}": "loop is missing",
    "{% set x = 'aaaaaaaaaa' %}"
    + "{% set x = x ~ x %}" * 40
    + "{{ x|length }}": "a text longer than 500,000",
    "{% set x = 'aaaaaaaaaa' %}"
    + "{% set x = x + x %}" * 40
    + "{{ x|length }}": "a text longer than 500,000",
    "{% set x = [1, 2] %}" + "{% set x = x + x %}" * 40 + "{{ x|length }}": "a list longer than 10,000",
    "{% set x = 'aaaaaaaaaa' %}"
    + "{% set x = [x, x, x, x]|join(x) %}" * 40
    + "{{ x|length }}": "join makes a text",
    "{% set x = 'aaaaaaaaaa' %}"
    + "{% set x = x|replace('a', x) %}" * 40
    + "{{ x|length }}": "replace makes a text",
    "{% set x = 9 %}" + "{% set x = x * x %}" * 40 + "{{ x }}": "a number too large",
    "{{ ('1' ~ '0' * 9)|int }}": "* needs numbers",
    "{{ '1e999999999'|money }}": "too large",
    "{{ '1e999999999'|int }}": "too large",
    "{{ customer['__class__'] }}": "customer.__class__ is missing",
    "{{ 'a'['upper'] }}": "upper is missing",
    "{{ event['list']['append'] }}": "event.list.append is missing",
    "{{ customer[customer] }}": "a name made from a value is missing",
    "{{ customer['items'] }}": "customer.items is missing",
    "{{ (1).real }}": "real is missing",
    "{{ customer.first_name.format }}": "customer.first_name.format is missing",
    "{% for i in range(2) %}{{ loop['_iterator'] }}{% endfor %}": "_iterator is missing",
    "{% for i in 5 %}x{% endfor %}": "values of different kinds",
}

TIMES_OUT = [
    "{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}{% endfor %}{% endfor %}{% endfor %}x",
    "{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}"
    "{% if i > j + k + 9999 %}x{% endif %}{% endfor %}{% endfor %}{% endfor %}x",
]


@pytest.fixture(scope="module")
def child() -> Iterator[ChildRenderer]:
    renderer = ChildRenderer()
    yield renderer
    renderer.close()


def test_there_are_many_attempts() -> None:
    assert len({*REFUSED, *FAILS, *TIMES_OUT, *attempts()}) > 400


def test_none_of_those_spelled_out_by_rule_renders(child: ChildRenderer) -> None:
    good = job("sms", sms={"en": "Hi"})
    texts = list(attempts())
    answers = child.render([sneaked(good, text) for text in texts] + [good])
    assert [text for text, answer in zip(texts, answers, strict=False) if isinstance(answer, Rendered)] == []
    assert isinstance(answers[-1], Rendered)


def sneaked(good: RenderJob, text: str) -> RenderJob:
    """A job as if nothing had looked at its text before it came to the renderer."""
    prepared = {**good.prepared, "sms": {"en": {"text": text, "transliterate": False, "lines": {}}}}
    return RenderJob(f"sneaked {hash(text)}", prepared, "sms", ("en",), good.context)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_refused_at_publish(text: str, channel: str) -> None:
    part = text if channel == "sms" else {"subject": "S", "html": text}
    errors = lint(template(**{channel: {"en": part}})).errors
    assert errors
    assert all(problem.line >= 1 and problem.what for problem in errors)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_refused_by_the_renderer_too_should_it_have_come_past_publishing(
    text: str, child: ChildRenderer
) -> None:
    good = job("sms", sms={"en": "Hi"})
    pid = child.pid
    failed, after = child.render([sneaked(good, text), good])
    assert isinstance(failed, RenderFailure)
    assert failed.code == "render_error"
    assert isinstance(after, Rendered)
    assert child.pid == pid or not pid


@pytest.mark.parametrize("text", FAILS, ids=lambda text: text[:40])
def test_contained_while_rendering(text: str, child: ChildRenderer) -> None:
    answer = child.render([job("sms", {"event": {"list": [1, 2, 3]}}, sms={"en": text})])[0]
    assert isinstance(answer, RenderFailure)
    assert answer.code == "render_error"
    assert FAILS[text] in answer.detail


@pytest.mark.parametrize("text", TIMES_OUT, ids=["empty loops", "loops that compute"])
def test_ended_by_the_kernel(text: str, child: ChildRenderer) -> None:
    assert child.render([job("sms", sms={"en": text})]) == [
        RenderFailure("render_timeout", "the template takes too long for this customer")
    ]
