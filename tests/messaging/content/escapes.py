"""Ways out of a template sandbox as people have found them, and ways to fill time and memory, one text each.

Every one of them must end in a refusal or a failure; one that renders is an escape. They are spelled out by rule, name by
name and way by way, because guards that compare texts fall to the one spelling nobody thought of.
"""

from __future__ import annotations

from collections.abc import Iterator

# Where Python keeps what a template must never reach: classes, code, frames, and the texts' own methods.
NAMES = (
    "__class__", "__bases__", "__base__", "__mro__", "mro", "__subclasses__", "__init__", "__globals__", "__builtins__",
    "__import__", "__dict__", "__getattribute__", "__reduce_ex__", "__code__", "__self__", "__func__", "__wrapped__",
    "__module__", "__loader__", "__spec__", "gi_frame", "gi_code", "cr_frame", "ag_frame", "f_globals", "f_locals",
    "f_builtins", "tb_frame", "func_globals", "format", "format_map", "encode", "_TemplateReference__context",
)  # fmt: skip
OBJECTS = ("customer", "''", "[]", "{}", "1", "range", "loop", "customer.first_name")
# `%s` is the name; the object stands before it.
WAYS = (
    ".%s",
    "['%s']",
    "|attr('%s')",
    "['%s'|replace('x', 'x')]",
    "['%s'[:2] ~ '%s'[2:]]",
    "[['%s']|join]",
)
BOMBS = (
    "{{ 10**100000 }}", "{{ 0 ** -1 }}", "{{ 2 ** 0.5 }}", "{{ (1, 2, 3) * 100000000 }}", "{{ 100000000 * [1] }}",
    "{{ 100000000 * 'a' }}", "{{ ('a' * 9) }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ 1e308 * 10 }}",
    "{{ range(1001)|join }}", "{{ range(-1000000000, 1000000000)|length }}", "{{ range(1, 2, 3, 4) }}",
    "{{ range() }}", "{{ range(true) }}", "{{ range(0.5) }}", "{{ range(1e9) }}", "{{ range(start=1) }}",
    "{{ [1, 2]|join('x' * 9) }}", "{{ 'a'|ljust(1000000000) }}", "{{ 'a'|urlize }}", "{{ 'a'|random }}",
    "{{ 'a'|wordcount }}", "{{ [1]|batch(1000000000)|list }}", "{{ [1]|slice(1000000000)|list }}",
    "{{ [3, 1]|sort }}", "{{ {}|dictsort }}", "{{ {}|items }}", "{{ 'a'|filesizeformat }}", "{{ [[1]]|sum(start=[]) }}",
    "{{ 'a'|forceescape }}", "{{ 'a'|striptags }}", "{{ 'a'|string }}", "{{ 'a'|list }}", "{{ 'a'|unique }}",
    "{{ 'a'|max }}", "{{ 'a'|min }}", "{{ 'a'|reject('callable') }}", "{{ 'a'|rejectattr('__class__') }}",
    "{{ 'a'|select('filter') }}", "{{ 1 is filter }}", "{{ 1 is callable }}", "{{ 1 is sameas(1) }}",
    "{% set x = 'ab' %}" + "{% set x = x ~ x ~ x ~ x %}" * 20 + "{{ x }}",
    "{% set x = [1] %}" + "{% set x = x + x + x %}" * 30 + "{{ x|length }}",
    "{% set x = 99 %}" + "{% set x = x * x %}" * 100 + "{{ x }}",
    "{% set x = 1.5 %}" + "{% set x = x * x %}" * 100 + "{{ x }}",
    "{% for i in range(1000) %}" * 4 + "x" + "{% endfor %}" * 4,
    "{% for i in range(1000) %}{% for j in range(1000) %}" + "x" * 1000 + "{% endfor %}{% endfor %}",
    "{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}{% set x = i * j * k %}"
    + "{% endfor %}" * 3 + "x",
    "{{ '" + "a" * 199_000 + "'|replace('a', '" + "b" * 900 + "') }}",
    "{% if " + "1 == " * 4000 + "1 %}x{% endif %}",
    "{{ " + "{'a': " * 2000 + "1" + "}" * 2000 + " }}",
    "{{ 'a'" + "|replace('a', 'aaaaaaaaaa')" * 40 + " }}",
)  # fmt: skip
SYNTAX = (
    "{% include ['a', 'b'] %}", "{% include 'a' without context %}", "{% import 'a' as a with context %}",
    "{% from customer import x %}", "{% extends customer %}", "{% block a scoped %}{% endblock %}",
    "{% block a required %}{% endblock %}", "{% macro a(b=lipsum) %}{% endmacro %}",
    "{% call(user) a() %}{% endcall %}", "{% set x | upper %}a{% endset %}",
    "{% set customer.first_name = 1 %}", "{% set loop = 1 %}{{ loop.index }}", "{% set self = 1 %}x",
    "{% for a in customer recursive %}{{ loop(a) }}{% endfor %}", "{% for x in self %}x{% endfor %}x",
    "{% for __class__ in [1] %}x{% endfor %}", "{% for k, v in customer.items() %}x{% endfor %}",
    "{% autoescape true %}x{% endautoescape %}", "{% break %}", "{% continue %}", "{% do 1 %}",
    "{% language 'pl' %}", "{% load os %}", "{% csrf_token %}", "{% ssi '/etc/passwd' %}", "{% url 'admin:index' %}",
    "{{ url_for('x') }}", "{{ g }}", "{{ session }}", "{{ app }}", "{{ undefined }}", "{{ None.x }}", "{{ none.__class__ }}",
    "{{ true.__class__ }}", "{{ range.__class__ }}", "{{ segment.__globals__ }}", "{{ segment('a').__class__ }}",
    "{{ segment(segment) }}", "{{ segment('a', 'b') }}", "{{ segment(*['a']) }}", "{{ segment }}",
    "{{ loop.changed(1) }}", "{{ loop.previtem }}", "{{ loop.nextitem }}", "{{ loop.depth0 }}",
    "{{ cycler('a', 'b').next() }}", "{{ joiner(',')() }}", "{{ namespace(a=1).a }}", "{{ dict().__class__ }}",
    "{{ (lipsum)() }}", "{{ [lipsum][0]() }}", "{{ {'a': lipsum}['a']() }}", "{{ (1 if 1 else lipsum).__class__ }}",
    "{{ x.__class__ if x is defined else ''.__class__ }}", "{{ ('a' ~ 'b').__class__ }}", "{{ (-1).__class__ }}",
    "{{ [1, 2][0:1].__class__ }}", "{{ customer.first_name.__class__.__mro__[-1] }}", "{{ 'a'.__add__('b') }}",
    "{{ '{0}'.format(1) }}", "{{ '{0.__class__}'.format_map(customer) }}", "{{ 'a' % customer }}", "{{ '%r' % [1] }}",
    "{{ '%c' % 'a' }}", "{{ customer.__getitem__('x') }}", "{{ customer.pop('first_name') }}",
    "{{ event.items.append(1) }}", "{{ customer.update({}) }}", "{{ customer.setdefault('a', 1) }}",
)  # fmt: skip


def attempts() -> Iterator[str]:
    """Each once."""
    for name in NAMES:
        for place, way in enumerate(WAYS):
            what = OBJECTS[(len(name) + place) % len(OBJECTS)]
            yield "{% for x in [1] %}{{ " + what + way.replace("%s", name) + " }}{% endfor %}"
    yield from BOMBS
    yield from SYNTAX
