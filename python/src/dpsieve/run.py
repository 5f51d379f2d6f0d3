"""A run of ``dpsieve simplify``: what it says of itself, and its tables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import _service
from .errors import InputError
from .frames import to_atoms

if TYPE_CHECKING:
    import dpdata
    from ase import Atoms

    from .plot import Plots

_WHERE = ["frame_id", "system", "index", "formula", "natoms"]
_ERRORS = ("energy", "force", "virial")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


class Run:
    """The work directory of a run, complete or under way.

    What is read is kept; ``Run(path)`` again sees what has been added since.

    :param path: the work directory
    :param verify: compare every file with its checksum first
    :raises InputError: no run is there, or a file of it is damaged
    """

    def __init__(self, path: str | os.PathLike[str], *, verify: bool = False) -> None:
        self.path = Path(path).absolute()
        #: What ``dpsieve status --json`` says (docs/reference/files.md).
        self.status: dict[str, Any] = _service.ask({"status": str(self.path), "verify": verify})

    def __repr__(self) -> str:
        state = self.verdict or f"next: {self.status['next']}"
        return f"Run({str(self.path)!r}): {_counted(len(self.status['iterations']), 'iteration')}, {_counted(self.labelled, 'label')}, {state}"

    @property
    def verdict(self) -> str | None:
        """How it ended: ``converged`` ...; None before."""
        verdict: str | None = self.status["verdict"]
        return verdict

    @property
    def labelled(self) -> int:
        """Frames with a new label."""
        return int(self.status["labelled"])

    @property
    def warnings(self) -> list[str]:
        """What to know before using the models."""
        return list(self.status["warnings"])

    @property
    def type_map(self) -> list[str]:
        """The names of types 0, 1, ..."""
        return str(self.status["identity"].get("type_map", "")).split()

    @cached_property
    def iterations(self) -> pd.DataFrame:
        """A row for each iteration: frames by class, labels so far, quantiles of max_devi_f (eV/Å), trust levels,
        seconds."""
        rows = []
        for iteration in self.status["iterations"]:
            picks, labels = iteration["picks"], iteration["labels"] or {}
            deviation = (iteration["deviation"] or {}).get("max_devi_force", {})
            levels = iteration["trust_f"] or {}
            rows.append(
                {
                    "iteration": iteration["number"],
                    "frames": picks["frames"],
                    "accurate": picks["accurate"],
                    "candidate": picks["candidate"],
                    "failed": picks["failed"],
                    "picked": picks["picked"],
                    "labelled": labels.get("labelled", 0),
                    "labelled_so_far": iteration["labelled_so_far"],
                    "median": deviation.get("median"),
                    "p90": deviation.get("p90"),
                    "p99": deviation.get("p99"),
                    "max": deviation.get("max"),
                    "trust_lo": levels.get("lo"),
                    "trust_hi": levels.get("hi"),
                    "seconds": sum(iteration["seconds"].values()),
                }
            )
        table = pd.DataFrame(rows)
        numbers = ["median", "p90", "p99", "max", "trust_lo", "trust_hi"]
        if rows:
            table[numbers] = table[numbers].astype(float)
            table = table.set_index("iteration")
        return table

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Errors of each model before and after the run on frames never labelled: energy and virial in eV per atom,
        force in eV/Å. Empty as long as they are not known."""
        errors = (self.status["result"] or {}).get("errors")
        columns = [f"{kind}_{when}" for kind in _ERRORS for when in ("before", "after")]
        rows = [
            {f"{kind}_{when}": model[when][kind] for kind in _ERRORS for when in ("before", "after")}
            for model in (errors or {}).get("models", [])
        ]
        names = [f"graph.{m:03d}" for m in range(len(rows))]
        return pd.DataFrame(rows, columns=columns, index=pd.Index(names, name="model"), dtype=float)

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table of the run, as ``frames/pool.parquet`` (docs/reference/files.md).

        :param columns: those to read; by default all
        """
        folder = self.path / name
        if not (folder / "_manifest.json").exists() and not (folder / "_stage.json").exists():
            raise InputError(f"{folder}: not there, or not complete; this run: {self!r}")
        return pd.read_parquet(folder, columns=None if columns is None else list(columns))

    def _by_iteration(self, name: str) -> pd.DataFrame:
        tables = []
        for number, folder in self.folders():
            if (folder / name / "_stage.json").exists():
                table = self.table(f"{folder.name}/{name}")
                table.insert(0, "iteration", number)
                tables.append(table)
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"iteration": []})

    def folders(self) -> Iterator[tuple[int, Path]]:
        """Number and folder of each iteration."""
        for folder in sorted(self.path.glob("iter.[0-9]*")):
            if folder.name[5:].isdigit():
                yield int(folder.name[5:]), folder

    def _with_place(self, table: pd.DataFrame) -> pd.DataFrame:
        """With ``system``, ``index``, ``formula`` and ``natoms`` of each frame."""
        if "frame_id" not in table:
            return table
        return table.merge(self.table("frames/pool.parquet", _WHERE), on="frame_id", how="left")

    @cached_property
    def deviation(self) -> pd.DataFrame:
        """The deviation of every frame that was left, by iteration, and where the frame is from."""
        return self._with_place(self._by_iteration("01.model_devi/deviation.parquet"))

    @cached_property
    def picks(self) -> pd.DataFrame:
        """Class and decision of every frame that was left, by iteration, and where the frame is from."""
        return self._with_place(self._by_iteration("01.model_devi/picks.parquet"))

    @cached_property
    def labels(self) -> pd.DataFrame:
        """The labelled frames with their new labels, by iteration."""
        return self._by_iteration("02.fp/labels.parquet")

    @property
    def models(self) -> list[str]:
        """The newest models: of the last training, else those that the run was given."""
        trained = [f / "00.train" for _, f in self.folders() if (f / "00.train/_stage.json").exists()]
        return self.models_in(trained[-1] if trained else self.path / "models")

    def models_in(self, folder: str | os.PathLike[str]) -> list[str]:
        """The models in a folder of the run, as ``models`` or ``iter.000001/00.train``, in order."""
        place = self.path / folder
        found = sorted(str(file) for file in place.glob("graph.[0-9][0-9][0-9].*"))
        if not found:
            raise InputError(f"{place}: no models (graph.000.*) are there")
        return found

    def atoms(self, table: str | pd.DataFrame | None = None) -> list[Atoms]:
        """Frames as ASE's Atoms with their labels; by default those with new labels.

        :param table: rows of a table of frames (``run.labels[...]``), or the name of one, as
            ``frames/pool.parquet`` or ``result/held_out.parquet``
        """
        rows = self.labels if table is None else self.table(table) if isinstance(table, str) else table
        return [to_atoms(row, self.type_map) for row in rows.to_dict("records")]

    def dpdata(self) -> dpdata.MultiSystems:
        """The relabelled dataset, ``result/data``, as dpdata's MultiSystems."""
        import dpdata

        data = self.path / "result/data"
        folders = sorted(file.parent for file in data.rglob("type.raw"))
        if not folders:
            raise InputError(f"{data}: no dataset is there; this run: {self!r}")
        systems = dpdata.MultiSystems()
        for folder in folders:
            systems.append(dpdata.LabeledSystem(str(folder), fmt="deepmd/npy"))
        return systems

    def unseen(self, most: int = 300) -> tuple[pd.DataFrame, list[str]]:
        """Frames that the newest models were not trained on, with labels, and these models.

        Those of ``result/held_out.parquet`` where it is there. Else the labels of the last iteration and the models
        that picked them, for which they are the hardest.
        """
        if (self.path / "result/held_out.parquet").exists():
            frames, models = self.table("result/held_out.parquet"), self.models
        else:
            last = [
                (n, f)
                for n, f in self.folders()
                if (f / "00.train/_stage.json").exists() and (f / "02.fp/labels.parquet/_stage.json").exists()
            ]
            if not last:
                raise InputError(f"no labels yet that models were not trained on; this run: {self!r}")
            folder = last[-1][1]
            frames = self.table(f"{folder.name}/02.fp/labels.parquet")
            models = self.models_in(folder / "00.train")
        labelled = frames[frames["energy"].notna() & frames["force"].notna()]
        return labelled.sort_values("frame_id").head(most).reset_index(drop=True), models

    @cached_property
    def plot(self) -> Plots:
        """Charts, those of the report: ``run.plot.parity()``."""
        from .plot import Plots

        return Plots(self)
