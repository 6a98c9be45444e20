"""What no line of the house may do, read from the syntax tree. Each rule answers `line: what is wrong`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator

SIGNALS = ("django.db.models.signals", "django.dispatch", "django.core.signals", "django.test.signals")
DELAYS = frozenset({"eta", "countdown", "autoretry_for", "default_retry_delay", "retry_backoff"})
ROW_BY_ROW = frozenset({"save", "create", "get_or_create", "update_or_create", "delete", "refresh_from_db"})
PURE_PACKAGES = frozenset(
    {"pydantic", "pydantic_core", "holidays", "numpy", "scipy"}
)  # tables, checks, sums: no I/O
COMPUTES = ("urllib.parse.",)  # of a module that is impure otherwise, the part that only computes
PURE = ("orchestrator.domain", "orchestrator.sdk")
LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
CLOCKS = frozenset({"now", "utcnow", "today"})  # those of the module `time` are out with their import
IMPURE = frozenset(
    {
        "os",
        "io",
        "socket",
        "random",
        "secrets",
        "subprocess",
        "threading",
        "asyncio",
        "time",
        "logging",
        "shutil",
    }
    | {"tempfile", "sqlite3", "urllib", "http", "pathlib", "multiprocessing", "concurrent", "signal"}
)


def find_signals(tree: ast.AST) -> Iterator[str]:
    """Django's signals: a verb that does more than it says. Register a handler instead."""
    for line, name in imports(tree):
        if name.startswith(SIGNALS):
            yield f"{line}: imports {name}"


def find_delays(tree: ast.AST) -> Iterator[str]:
    """Celery's delays, which a broker delivers again and again. A `due_at` column says when."""
    for call in _calls(tree):
        for keyword in call.keywords:
            if keyword.arg in DELAYS:
                yield f"{call.lineno}: passes {keyword.arg}="
        function = call.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr == "retry"
            and isinstance(function.value, ast.Name)
            and function.value.id == "self"
        ):
            yield f"{call.lineno}: calls self.retry()"


def find_row_by_row(tree: ast.AST) -> Iterator[str]:
    """Writes row by row in an engine that works in batches, and `bulk_update`, whose CASE grows with each row."""
    for call in _calls(tree):
        if _method(call) == "bulk_update":
            yield f"{call.lineno}: calls bulk_update()"
    found = {
        f"{call.lineno}: calls {_method(call)}() in a loop"
        for loop in ast.walk(tree)
        if isinstance(loop, LOOPS)
        for call in _calls(loop)
        if _method(call) in ROW_BY_ROW and _looks_like_a_row_or_manager(call)
    }
    yield from sorted(found)


def find_impurities(tree: ast.AST) -> Iterator[str]:
    """A clock, chance, I/O or a foreign package in the pure middle; a few packages only compute."""
    allowed = (sys.stdlib_module_names - IMPURE) | PURE_PACKAGES | {"orchestrator"}
    for line, name in imports(tree):
        outside = name.split(".")[0] not in allowed and not name.startswith(COMPUTES)
        above = name.startswith("orchestrator.") and not name.startswith(PURE)
        if outside or above:
            yield f"{line}: imports {name}"
    for call in _calls(tree):
        if isinstance(call.func, ast.Attribute) and _method(call) in CLOCKS:
            yield f"{call.lineno}: reads a clock, {_method(call)}()"
        elif isinstance(call.func, ast.Name) and call.func.id in ("open", "print", "input"):
            yield f"{call.lineno}: calls {call.func.id}()"


def find_inner_imports(tree: ast.AST) -> Iterator[str]:
    """Imports by a plugin of more than the sdk, which alone is kept stable for it."""
    for line, name in imports(tree):
        inner = name == "orchestrator" or name.startswith("orchestrator.")
        if inner and not (name == "orchestrator.sdk" or name.startswith("orchestrator.sdk.")):
            yield f"{line}: imports {name}"


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported; `from a import b` gives `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _calls(tree: ast.AST) -> Iterable[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _looks_like_a_row_or_manager(call: ast.Call) -> bool:
    """`row.save()` or `Model.objects.create()`: not the `delete` of a set of rows, made by a filter."""
    assert isinstance(call.func, ast.Attribute)
    owner = call.func.value
    if call.func.attr in ("save", "delete", "refresh_from_db"):
        return isinstance(owner, ast.Name | ast.Attribute | ast.Subscript)
    return isinstance(owner, ast.Attribute | ast.Call) and "objects" in ast.unparse(owner)
