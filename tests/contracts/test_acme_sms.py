"""The shipped example keeps the contract: its own tests, run here as they stand in its folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

EXAMPLE = Path(__file__).parents[2] / "examples" / "acme_sms"


def load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


load("acme_sms", EXAMPLE / "acme_sms.py")
TestAcmeSms = load("acme_sms_tests", EXAMPLE / "tests" / "test_acme_sms.py").TestAcmeSms


def test_the_example_is_as_short_as_the_guide_says() -> None:
    assert len((EXAMPLE / "acme_sms.py").read_text(encoding="utf-8").splitlines()) <= 35
