"""Types, and the wheel."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import CHECKOUT, needs

PACKAGE = CHECKOUT / "python"


def test_mypy_strict_has_nothing_to_say() -> None:
    needs("mypy")
    said = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir", os.devnull],
        cwd=PACKAGE, capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout


def test_spark_and_version_are_those_of_the_pom() -> None:
    pom = (CHECKOUT / "pom.xml").read_text()
    project = (PACKAGE / "pyproject.toml").read_text()
    spark = re.search(r"<spark.version>(.*?)<", pom)
    version = re.search(r"<artifactId>dpsieve</artifactId>\s*<version>(.*?)<", pom)
    assert spark and f'"pyspark=={spark[1]}"' in project
    assert version and f'version = "{version[1]}"' in project


@pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="no hatchling here")
def test_the_wheel_has_the_jar_and_starts_it(java: None, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, PACKAGE],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    assert re.fullmatch(r"dpsieve-[\d.]+-py3-none-(linux|macosx)_\w+\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        with archive.open("dpsieve/app/dpsieve.jar") as jar:
            found = hashlib.file_digest(jar, "sha256") if hasattr(hashlib, "file_digest") else None
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    if found and "DPSIEVE_JAR" not in os.environ:
        with (CHECKOUT / "spark-jobs/target/dpsieve.jar").open("rb") as jar:
            assert found.digest() == hashlib.file_digest(jar, "sha256").digest()
    assert "dpsieve/py.typed" in names and "dpsieve/app/jvm.flags" in names
    assert "dpsieve/schema/simplify.json" in names and "dpsieve/schema/machine.json" in names
    assert not [name for name in names if "tests" in name]
    environment = {k: v for k, v in os.environ.items() if k != "DPSIEVE_JAR"}
    said = subprocess.run(
        [sys.executable, "-m", "dpsieve", "--version"],
        env={**environment, "PYTHONPATH": str(tmp_path / "site")},
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("dpsieve ")
