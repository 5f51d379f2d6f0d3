"""What this package raises."""

from __future__ import annotations


class Error(Exception):
    """Of this package; the message says what to do."""


class InputError(Error, ValueError):
    """A file, a frame or an option that the caller can correct."""


class JvmError(Error, RuntimeError):
    """Java ended, or failed in a way that is a defect of dpsieve."""
