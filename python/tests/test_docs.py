"""The examples of docs/python.md, one after another as they stand there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import CHECKOUT, needs


def test_the_examples_run(run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("ase", "dpdata", "pyspark")
    monkeypatch.chdir(tmp_path)
    os.symlink(run_folder, "run")
    page = (CHECKOUT / "docs/python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)
    assert len(blocks) >= 5
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    assert Path("small").is_dir() and Path("rattled").is_dir()
