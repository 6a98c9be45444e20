"""Chooses the database before the settings load: TEST_DATABASE=sqlite (the default) or postgresql.

Every run has databases of its own, so that two runs side by side on one machine never meet.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import migrated, servers
from tests.environment import read_variables

KIND = os.environ.setdefault("TEST_DATABASE", "sqlite")


def _choose_database() -> None:
    """Point the settings at the database of this run. Workers of xdist inherit the choice of their parent."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    if KIND not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"TEST_DATABASE must be sqlite or postgresql, not {KIND!r}")
    os.environ["TEST_RUN"] = f"run{os.getpid()}"
    if os.environ.get("REDIS_URL"):
        os.environ["TEST_REDIS_URL"] = os.environ["REDIS_URL"]
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.environ["TEST_POSTGRESQL_URL"] = os.environ["DATABASE_URL"]
    # What the shell says about an installation of the developer's own must not reach the tests.
    for name in read_variables():
        os.environ.pop(name, None)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="journeys-tests-", dir=memory))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["VAR_DIR"] = str(folder)
    os.environ["DATABASE_URL"] = (
        servers.postgresql_url() if KIND == "postgresql" else f"sqlite:///{folder / 'main.sqlite3'}"
    )


_choose_database()
os.environ["DJANGO_SETTINGS_MODULE"] = "orchestrator.config.settings"
# Most tests live in one transaction, which no second connection sees; those of turns abreast switch it on.
os.environ["TURNS_ABREAST"] = "false"

import django  # noqa: E402
from django.conf import settings  # noqa: E402

django.setup()
# Nobody signs in by guessing here: PBKDF2 would take 0.4 seconds of each test that makes a user. What is not
# tested for it: that a password is slow to try, which Django's own tests show of its default.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

from tests import emptied  # noqa: E402

emptied.install()


def pytest_report_header() -> str:
    """Say which server the suite runs on."""
    if KIND == "sqlite":
        import sqlite3

        return (
            f"database: SQLite {sqlite3.sqlite_version}, a file of this run's own\n"
            "tests marked postgresql: left to the run with TEST_DATABASE=postgresql"
        )
    import psycopg

    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        version = connection.info.parameter_status("server_version")
        return (
            f"database: PostgreSQL {version} at {connection.info.host}:{connection.info.port}\n"
            "tests that meet no database, or that either would do for: left to the run with TEST_DATABASE=sqlite"
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal as this suite needs it, unless somebody asked for another way with `--dist`."""
    if config.getvalue("dist") != "load":
        return None
    from tests.dealing import Dealer

    return Dealer(config, log)


def pytest_unconfigure() -> None:
    """Drop what installations were copied from, once no worker is left that copies."""
    if KIND == "postgresql" and "PYTEST_XDIST_WORKER" not in os.environ:
        migrated.drop_template()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what exists only on PostgreSQL to the run on it, and what meets no database to the run on SQLite."""
    here = [item for item in items if _meets_a_database(item) or _was_asked_for(config)]
    if KIND != "postgresql":
        here = [item for item in items if not item.get_closest_marker("postgresql")]
    elsewhere = set(items) - set(here)
    if elsewhere:
        config.hook.pytest_deselected(items=list(elsewhere))
        items[:] = here


NO_DATABASE = (
    "domain", "sdk", "contracts", "plugins", "messaging/content", "simulated", "journeys/test_yaml.py",
    "journeys/test_yaml_edit.py", "studio/test_builder_tree.py", "test_deploy.py",
)  # fmt: skip


# They read the site's pages one by one, for what is written there and who may, or files and words: Python alone decides
# that. Each page is asked for on both databases by studio/test_pages.py.
EITHER_DATABASE = (
    "studio/test_matrix.py", "studio/test_policy.py", "studio/test_every_page.py", "studio/test_words.py",
    "studio/test_plain_words.py", "studio/test_editor.py", "studio/test_canvas_forms.py", "studio/test_evidence.py",
    "studio/test_roles.py", "studio/test_rights.py", "accounts/test_account_page.py", "accounts/test_issuer.py",
    "rubbish/test_journey_files.py", "rubbish/test_order_files.py", "test_readme.py", "test_architecture.py",
    "test_repository.py", "studio/test_startplugin.py", "real_data/test_cdnow.py", "real_data/test_demo.py",
    "real_data/test_scores.py",
)  # fmt: skip


def _meets_a_database(item: pytest.Item) -> bool:
    """Whether a test might behave otherwise on another database: all do, but those of these folders that ask for none."""
    if _is_in(item, EITHER_DATABASE):
        return False
    pure = _is_in(item, NO_DATABASE)
    asks = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return not pure or bool(asks) or item.get_closest_marker("django_db") is not None


def _is_in(item: pytest.Item, places: Iterable[str]) -> bool:
    return any(item.path.is_relative_to(Path(__file__).parent / place) for place in places)


def _was_asked_for(config: pytest.Config) -> bool:
    """Whether somebody named files or folders: then they get what they named."""
    return config.args_source is config.ArgsSource.ARGS


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """A page that was asked for in Polish leaves its thread Polish: the next test begins in no language in particular."""
    yield
    if (translation := sys.modules.get("django.utils.translation")) is not None:
        translation.deactivate()


@pytest.fixture(autouse=True)
def _nobody_listens() -> None:
    """No endpoint is known, and nobody looks for one by the clock: statements are counted. Who makes one has it looked for."""
    from orchestrator.webhooks.listening import listening

    listening().assume({}, lasting=float("inf"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A database for each run and worker. SQLite's is a file: threads of one test really meet its one lock."""
    from django.db import connections

    settings = connections["default"].settings_dict
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"{os.environ['TEST_RUN']}_{worker}"
    folder = Path(os.environ["VAR_DIR"])
    settings["TEST"]["NAME"] = (
        str(folder / f"{name}.sqlite3") if KIND == "sqlite" else f"test_journeys_{name}"
    )
