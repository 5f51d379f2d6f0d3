"""The command ``dpsieve``: becomes the Java program."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from . import _java
from .errors import InputError


def command(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """What to start, and with which environment."""
    environment = _java.environment()
    java = _java.find_java()
    home = os.environ.get("SPARK_HOME")
    if home:
        if not java.vectors:
            raise InputError(
                f"{java.program} has no module {_java.VECTORS}, which spark-submit asks for; set JAVA_HOME to a whole"
                " JDK, or unset SPARK_HOME"
            )
        environment["JAVA_HOME"] = str(java.home)
        return _java.submit_command(home, arguments), environment
    return _java.local_command(java, _java.MAIN, arguments), environment


def main() -> int:
    """Does not return where Java starts: it takes the place of this process, with its signals and exit code."""
    try:
        words, environment = command(sys.argv[1:])
    except InputError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    sys.stdout.flush()
    try:
        os.execve(words[0], words, environment)
    except OSError as problem:
        print(f"error: {words[0]} does not start: {problem.strerror}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
