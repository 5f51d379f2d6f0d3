"""Transfer learning for Deep Potentials: runs, models and frames of dpsieve in Python.

The numbers are those of the Java program, which does the work; docs/python.md is the manual.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calculator import Calculator
    from .errors import Error, InputError, JvmError
    from .frames import to_atoms
    from .models import Evaluation, Sigma, evaluate, model_devi
    from .run import Run
    from .spark import read, session, write

# Loaded when first asked for: the command starts at once, and ASE is needed by those alone who use it.
_FROM = {
    "Calculator": "calculator",
    "Error": "errors",
    "Evaluation": "models",
    "InputError": "errors",
    "JvmError": "errors",
    "Run": "run",
    "Sigma": "models",
    "evaluate": "models",
    "model_devi": "models",
    "read": "spark",
    "session": "spark",
    "to_atoms": "frames",
    "write": "spark",
}

__all__ = [
    "Calculator",
    "Error",
    "Evaluation",
    "InputError",
    "JvmError",
    "Run",
    "Sigma",
    "__version__",
    "evaluate",
    "model_devi",
    "read",
    "session",
    "to_atoms",
    "write",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("dpsieve")
    if name not in _FROM:
        raise AttributeError(f"module 'dpsieve' has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_FROM[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
