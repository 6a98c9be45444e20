"""START: a new plugin as a package that works, with the tests that prove it. `manage.py startplugin` writes it down."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.resources import files

KINDS = ("provider", "step", "condition", "filter", "recommender", "source")
# What a message of each content holds, as it stands in a call of a provider.
FIELDS = {
    "SmsContent": ("text",),
    "EmailContent": ("subject", "text", "html"),
    "PushContent": ("title", "body", "url"),
}
HOW = {
    "provider": "It is on once `MY_PLUGIN_URL` and `MY_PLUGIN_TOKEN` say where the API is and who calls.",
    "step": "In a journey: `my_plugin: 3`.",
    "condition": "In a rule: `{my_plugin: 500}`.",
    "filter": "In a template: `{{ customer.first_name | my_plugin }}`.",
    "recommender": "It answers to the name `my_plugin`.",
    "source": "Make a connection of it in the admin, under Trust: it says what to enter at the shop.",
}
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
LONGEST = 40


def wrong_with_name(name: str) -> str:
    """Why a plugin cannot have this name, in words; "" if it can."""
    if not _NAME.match(name):
        return f"“{name}” is no name for a plugin: use small letters, digits and single _, a letter first."
    if len(name) > LONGEST:
        return f"“{name}” is longer than {LONGEST} letters."
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in sys.stdlib_module_names:
        return f"“{name}” is a word of Python's own."
    return ""


def package_of(name: str, kind: str, channel: str = "sms", content: str = "SmsContent") -> dict[str, str]:
    """The files of a new plugin: path within its folder -> text. KeyError for a kind or content there is not."""
    how = HOW[kind]
    templates = {
        "pyproject.toml": "pyproject",
        "README.md": "readme",
        f"{name}.py": f"{kind}/module",
        f"tests/test_{name}.py": f"{kind}/test",
    }
    marks = {"$how": how, "$kind": kind, "$channel": channel, "$fields": _fields(content)} | _names(name)
    return {path: _filled(template, marks) for path, template in templates.items()}


def _fields(content: str) -> str:
    """The words go under `text`, whatever they are called in the content."""
    pairs = (f'"{"text" if field == "body" else field}": content.{field}' for field in FIELDS[content])
    return f",\n{' ' * 12}".join(pairs)


def _names(name: str) -> dict[str, str]:
    """The name in each of its spellings; the templates are written for “my plugin”."""
    camel = "".join(part.title() for part in name.split("_"))
    return {
        "my_plugin": name,
        "my-plugin": name.replace("_", "-"),
        "MY_PLUGIN": name.upper(),
        "MyPlugin": camel,
    }


def _filled(template: str, marks: dict[str, str]) -> str:
    text = (files(__name__) / "templates" / f"{template}.txt").read_text(encoding="utf-8")
    for mark, value in marks.items():
        text = text.replace(mark, value)
    return text
