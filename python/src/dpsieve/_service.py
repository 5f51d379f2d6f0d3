"""One Java process that answers questions as long as this Python lives, over its standard input and output."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import tempfile
import threading
from typing import IO, Any

from . import _java
from .errors import InputError, JvmError

_LAST_WORDS = 2000


class _Process:
    """Java, started. Belongs to the Python process that started it: a fork starts its own."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.log: IO[bytes] = tempfile.TemporaryFile()
        java = _java.find_java()
        self.java = subprocess.Popen(
            _java.local_command(java, _java.MAIN, ["serve"]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=_java.environment(),
            start_new_session=True,  # Ctrl-C is for Python, which then ends Java
        )

    def ask(self, question: bytes) -> tuple[str, bytes]:
        assert self.java.stdin and self.java.stdout
        try:
            self.java.stdin.write(question + b"\n")
            self.java.stdin.flush()
            head = self.java.stdout.readline().split()
            if len(head) == 2:
                answer = self.java.stdout.read(int(head[1]))
                if len(answer) == int(head[1]):
                    return head[0].decode("ascii"), answer
        except (BrokenPipeError, ConnectionResetError, ValueError):
            pass
        raise JvmError(self._end())

    def _end(self) -> str:
        """How it ended, in a sentence with its last words."""
        self.java.kill()  # where it has not ended, it does not speak our language
        code = self.java.wait()
        self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, self.log.tell() - _LAST_WORDS))
        words = self.log.read().decode("utf-8", "replace").strip()
        ended = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return f"Java ended {ended}{f'; its last words: {words}' if words else ''}"

    def close(self) -> None:
        if self.owner == os.getpid():
            self.java.kill()
            self.java.wait()
        for pipe in (self.java.stdin, self.java.stdout, self.log):
            if pipe:
                try:
                    pipe.close()
                except OSError:
                    pass


_lock = threading.Lock()
_running: _Process | None = None


def ask(question: dict[str, Any]) -> Any:
    """Asks; starts Java where none runs.

    :raises InputError: what the caller can correct
    :raises JvmError: Java ended or failed; the next question starts another
    """
    global _running
    text = json.dumps(question).encode("utf-8")
    with _lock:
        if _running is not None and (
            _running.owner != os.getpid() or _running.java.poll() is not None
        ):
            _running.close()
            _running = None
        if _running is None:
            _running = _Process()
        try:
            kind, answer = _running.ask(text)
        except BaseException:  # Ctrl-C too: the answer that is under way is nobody's then
            _running.close()
            _running = None
            raise
    if kind == "ok":
        return json.loads(answer)
    message = answer.decode("utf-8", "replace")
    if kind == "error":
        raise InputError(message)
    raise JvmError(f"a defect of dpsieve; please report it with these lines:\n{message}")


def _forked() -> None:
    global _lock
    _lock = threading.Lock()  # a thread that is not here may have held it


def close() -> None:
    """Ends Java; the next question starts it again."""
    global _running
    with _lock:
        if _running is not None:
            _running.close()
            _running = None


os.register_at_fork(after_in_child=_forked)
atexit.register(close)
