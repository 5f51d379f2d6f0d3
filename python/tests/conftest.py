"""What the tests share: one Java, and one small run that whoever starts them made (``DPSIEVE_TEST_RUN``)."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
MODELS = [str(CHECKOUT / f"conf/ag-au/models/{m}/graph.pb") for m in range(2)]


@pytest.fixture(scope="session")
def java() -> None:
    """Skips where Java, Spark or the jar is not there."""
    from dpsieve import InputError, _java

    try:
        _java.local_command(_java.find_java(), _java.MAIN, [])
    except InputError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def run_folder(java: None) -> Path:
    named = os.environ.get("DPSIEVE_TEST_RUN")
    if not named:
        pytest.skip("DPSIEVE_TEST_RUN names no run; scripts/test makes a small one")
    return Path(named)


def needs(*modules: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"no {module} here", allow_module_level=True)
