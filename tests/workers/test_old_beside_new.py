"""Workers of the release before go on beside new ones while a new release is put in place: its migrations come first.

What an old worker writes are the columns that it knows. So of each of its tables, every column is still there and takes
what it took, and a column that it does not know says for itself what stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

APPS, SINCE = ("messaging", "journeys"), 6  # what came before the first of these was never released
Known = Mapping[str, bool]  # the columns that a worker knows; whether it may write NULL
There = Mapping[str, tuple[bool, bool]]  # whether the column takes NULL; whether it has a default of its own


def migrations() -> list[tuple[str, str]]:
    """Those that may be run while old workers are at work."""
    found = MigrationLoader(None).disk_migrations
    return sorted(key for key in found if key[0] in APPS and int(key[1][:4]) >= SINCE)


def known_before(key: tuple[str, str]) -> dict[str, Known]:
    """The tables of its app as workers know them that were started before this migration."""
    app = MigrationLoader(None).project_state(key, at_end=False).apps.get_app_config(key[0])
    return {
        model._meta.db_table: {field.column: field.null for field in model._meta.local_concrete_fields}
        for model in app.get_models()
    }


def there_now(table: str) -> There:
    """The table as the database has it."""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, table)
    return {one.name: (one.null_ok, one.default is not None) for one in columns}


def broken(known: Known, there: There) -> Iterator[str]:
    """What an old worker's INSERT or UPDATE would fail at."""
    yield from (f"{name} is gone" for name in sorted(known.keys() - there.keys()))
    for name, (takes_null, has_default) in there.items():
        if name not in known and not takes_null and not has_default:
            yield f"{name} is to be given, and old workers do not know it"
        elif known.get(name) and not takes_null:
            yield f"{name} takes no NULL any more"


@pytest.mark.django_db
@pytest.mark.parametrize("key", migrations(), ids=".".join)
def test_what_workers_from_before_it_write_still_fits(key: tuple[str, str]) -> None:
    tables = known_before(key)
    assert len(tables) > 5
    with connection.cursor() as cursor:
        assert tables.keys() <= set(connection.introspection.table_names(cursor))
    wrong = {table: list(broken(known, there_now(table))) for table, known in tables.items()}
    assert {table: found for table, found in wrong.items() if found} == {}


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({"id": (False, True), "cost": (True, False)}, []),
        ({"id": (False, True), "cost": (True, False), "new": (True, False), "newer": (False, True)}, []),
        ({"id": (False, True)}, ["cost is gone"]),
        ({"id": (False, True), "price": (True, False)}, ["cost is gone"]),
        ({"id": (False, True), "cost": (False, True)}, ["cost takes no NULL any more"]),
        (
            {"id": (False, True), "cost": (True, False), "new": (False, False)},
            ["new is to be given, and old workers do not know it"],
        ),
    ],
)
def test_what_does_not_fit_is_named(there: There, words: list[str]) -> None:
    assert list(broken({"id": False, "cost": True}, there)) == words
