"""What a file's tests share and takes long to make is made once, whichever worker has the file."""

from __future__ import annotations

import re

from tests.dealing import TOGETHER
from tests.environment import ROOT

ELSEWHERE = {"tests/wheel/test_clean_environment.py"}  # `make test-wheel` runs it alone, without workers
# A folder for a whole module is where the work of another process lies.
SHARED = re.compile(r'^@pytest\.fixture\(scope="module"\)\ndef \w+\(.*tmp_path_factory:', re.MULTILINE)


def test_files_whose_tests_share_a_folder_are_dealt_whole() -> None:
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    sharing = {str(one.relative_to(ROOT)) for one in files if SHARED.search(one.read_text(encoding="utf-8"))}
    assert sharing - ELSEWHERE <= set(TOGETHER)
    assert len(sharing) > 5
    assert {name for name in TOGETHER if not (ROOT / name).is_file()} == set()
