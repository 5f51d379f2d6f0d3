"""Charts of a run: ``run.plot.deviation()`` and so on. Those of ``report.html``, drawn by the same program."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import _service
from .errors import InputError

if TYPE_CHECKING:
    from .run import Run

#: What may be asked for, and the figures of which it is.
GROUPS = {
    "deviation": "deviation",
    "cost": "cost",
    "composition": "composition",
    "picks": "features",
    "features": "features",
    "training": "training",
    "parity": "parity",
    "histogram": "histogram",
    "error_composition": "error-composition",
    "error": "error-deviation",
    "learning": "learning",
    "foretold": "foretold",
    "calibration": "calibration",
    "reliability": "calibration",
    "times": "times",
}


class Chart:
    """A picture of one or several figures. A notebook shows it.

    :ivar names: of its figures
    """

    def __init__(self, folder: Path, group: str, names: list[str]) -> None:
        self._folder = folder
        self._group = group
        self.names = names

    def __repr__(self) -> str:
        return f"Chart({', '.join(self.names)})"

    def _file(self, ending: str) -> Path:
        stem = self.names[0] if len(self.names) == 1 else self._group
        return self._folder / f"{stem}.{ending}"

    @property
    def svg(self) -> str:
        """As SVG."""
        return self._file("svg").read_text(encoding="utf-8")

    @property
    def png(self) -> bytes:
        """As PNG."""
        if not self._file("png").exists():
            raise InputError("Java has drawn no PNG here, as it found no font; SVG is there")
        return self._file("png").read_bytes()

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The numbers of each figure, with units in the columns' names."""
        return {name: pd.read_csv(self._folder / f"{name}.csv") for name in self.names}

    def savefig(self, path: str | os.PathLike[str]) -> None:
        """Writes it.

        :param path: ends in ``.svg`` or ``.png``
        """
        ending = Path(path).suffix.lower()
        if ending == ".svg":
            Path(path).write_text(self.svg, encoding="utf-8")
        elif ending == ".png":
            Path(path).write_bytes(self.png)
        else:
            raise InputError(f"{path}: expected a name that ends in .svg or .png")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str | bytes]:
        shown: dict[str, str | bytes] = {"text/plain": repr(self), "image/svg+xml": self.svg}
        if self._file("png").exists():
            shown["image/png"] = self.png
        return shown


class Plots:
    """The charts of one run, each by a method without arguments: those in :data:`GROUPS`."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._folder = tempfile.TemporaryDirectory(prefix="dpsieve-figures-")

    @cached_property
    def _figures(self) -> list[dict[str, str]]:
        """Drawn all at once, when the first is asked for."""
        drawn: list[dict[str, str]] = _service.ask(
            {"figures": str(self._run.path), "into": self._folder.name}
        )
        return drawn

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *GROUPS]

    def __getattr__(self, name: str) -> Callable[[], Chart]:
        if name not in GROUPS:
            raise AttributeError(f"no chart {name!r}; there are {', '.join(GROUPS)}")
        return lambda: self._chart(GROUPS[name])

    def _chart(self, group: str) -> Chart:
        names = [figure["name"] for figure in self._figures if figure["group"] == group]
        if not names:
            raise InputError(f"nothing to draw for {group} yet; this run: {self._run!r}")
        return Chart(Path(self._folder.name), group, names)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """All of them as files, as ``dpsieve report --figures`` writes them."""
        assert self._figures is not None
        shutil.copytree(self._folder.name, folder, dirs_exist_ok=True)
