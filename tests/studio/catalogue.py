"""The Polish catalogue: what the source says that must stand in it, and how it is compiled.

python -m tests.studio.catalogue      writes new strings into django.po, untranslated, and compiles django.mo
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent / "orchestrator"
PO = ROOT / "locale" / "pl" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}
ERRORS = frozenset({"FileError", "Words", "Wrong"})
Id = str | tuple[str, str]


def read_source() -> dict[Id, str]:
    """Every string of our code and templates that is shown to somebody, with the file it stands in."""
    found: dict[Id, str] = {}
    for path in sorted(ROOT.rglob("*.py")):
        if "migrations" not in path.parts:
            source = path.read_text(encoding="utf-8")
            for said in (*_in_code(source), *_in_errors(source)):
                found.setdefault(said, str(path.relative_to(ROOT)))
    for path in sorted(ROOT.rglob("templates/**/*.html")):
        for said in _in_template(path.read_text(encoding="utf-8")):
            found.setdefault(said, str(path.relative_to(ROOT)))
    return found


def _in_code(source: str) -> Iterator[Id]:
    if "django.utils.translation" not in source:
        return
    for _line, _name, said, _comments in extract_python(io.BytesIO(source.encode()), list(KEYWORDS), [], {}):
        kept = tuple(
            part for part in ((said,) if isinstance(said, str) else said or ()) if isinstance(part, str)
        )
        if kept and kept[0]:
            yield kept[0] if len(kept) == 1 else (kept[0], kept[1])


def _in_errors(source: str) -> Iterator[Id]:
    """Templates of errors, which are said again in the reader's language (`orchestrator/domain/wording.py`)."""
    if "domain.wording" not in source and "FileError" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ERRORS
            and node.args
        ):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                yield first.value


def _in_template(source: str) -> Iterator[Id]:
    from django.utils.translation.template import templatize

    if "i18n" not in source and "_(" not in source:
        return
    spelled = templatize(source)
    call = re.compile(
        r"""\bn?gettext\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))(?:\s*,\s*(u?'(?:[^'\\]|\\.)*'))?"""
    )
    for found in call.finditer(spelled):
        parts = [ast.literal_eval(part) for part in found.groups() if part]
        yield parts[0] if len(parts) == 1 else (parts[0], parts[1])
    for literal in re.finditer(r"""\b_\(("(?:[^"\\]|\\.)*")\)""", spelled):
        yield str(ast.literal_eval(literal.group(1)))


def read_catalogue() -> Catalog:
    """The Polish catalogue as it is committed."""
    with PO.open("rb") as file:
        return read_po(file, locale="pl")


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as programs read it."""
    into = io.BytesIO()
    write_mo(into, catalogue)
    return into.getvalue()


def translated(message: Message) -> bool:
    """Whether every form of a string has words."""
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


def main() -> None:
    """Bring the catalogue up to date."""
    catalogue = read_catalogue()
    for said, file in read_source().items():
        if said not in catalogue:
            catalogue.add(said)
            print(f"{file}: {said!r} waits for its translation")
    with PO.open("wb") as out:
        write_po(out, catalogue, width=110, sort_output=True, no_location=True, include_previous=False)
    MO.write_bytes(compiled(read_catalogue()))


if __name__ == "__main__":
    main()
