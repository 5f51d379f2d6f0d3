"""Stands in for DeePMD-kit in tests of who asks it: every number is the frame's first coordinate, and what becomes of a
frame hangs on that, too. The real one is compared with elsewhere."""

__version__ = "3.9.9"
