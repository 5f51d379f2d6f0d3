"""Charts of a run, with matplotlib: ``run.plot.deviation()`` and so on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .errors import InputError
from .models import evaluate
from .run import forces

if TYPE_CHECKING:
    from .run import Run

INK, PICK = "#33658a", "#c8553d"
_PER_DECADE = 20
_MARKS = "osD^v<>ph*" * 10
_MOST_DOTS = 4000


def _logarithmic(*axes: Axis) -> None:
    """0.02, 0.05, 0.1 ... instead of powers of ten."""
    for axis in axes:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        axis.set_minor_formatter(NullFormatter())


def _figure(rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:
    # no rc_context: what a notebook's backend sets when it is first used would be undone with it
    figure, axes = plt.subplots(rows, columns, **{"figsize": (7, 4), "dpi": 110, **options})
    for axis in np.ravel(axes):
        axis.grid(True, alpha=0.3)
    return figure, axes


def _positive(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["max_devi_f"] > 0]


class Plots:
    """The charts of one run. They show what the run's tables and models say; nothing is fitted here."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def _picks(self) -> pd.DataFrame:
        """Of the iterations that asked the models."""
        picks = self._run.picks
        asked = picks[picks["max_devi_f"].notna()] if "max_devi_f" in picks else picks.iloc[:0]
        if asked.empty:
            raise InputError(f"no iteration has asked the models yet; this run: {self._run!r}")
        return asked

    def _levels(self, axis: Axes, iteration: int) -> None:
        for name in ("trust_lo", "trust_hi"):
            level = self._run.iterations.loc[iteration, name]
            low, high = axis.get_xlim()
            if low < level < high:
                axis.axvline(float(level), color="black", linestyle="--", linewidth=1)

    def deviation(self) -> Figure:
        """max_devi_f by iteration: frames left, frames picked, trust levels."""
        picks = _positive(self._picks)
        iterations = sorted(picks["iteration"].unique())
        figure, axes = _figure(
            len(iterations), sharex=True, squeeze=False, figsize=(7, 1.2 + 1.8 * len(iterations))
        )
        logs = np.floor(np.log10(picks["max_devi_f"]) * _PER_DECADE)
        edges = 10 ** (np.arange(logs.min(), logs.max() + 2) / _PER_DECADE)
        for axis, iteration in zip(axes[:, 0], iterations):
            some = picks[picks["iteration"] == iteration]
            axis.hist(some["max_devi_f"], edges, facecolor="white", edgecolor=INK, label="left in the pool")
            picked = some[some["decision"] == "picked"]
            axis.hist(picked["max_devi_f"], edges, color=PICK, hatch="//", edgecolor="white", label="picked")
            axis.set_xscale("log")
            _logarithmic(axis.xaxis)
            axis.set_ylabel("frames")
            axis.set_title(f"iteration {iteration}", loc="left", fontsize=9)
            self._levels(axis, iteration)
        axes[0, 0].legend(fontsize=8)
        axes[-1, 0].set_xlabel("max_devi_f, eV/Å")
        figure.tight_layout()
        return figure

    def composition(self, most: int = 40) -> Figure:
        """Median, 90 % and 99 % of max_devi_f by formula, in the first iteration that asked the models."""
        picks = self._picks
        first = int(picks["iteration"].min())
        groups = picks[picks["iteration"] == first].groupby("formula")["max_devi_f"]
        table = groups.quantile([0.5, 0.9, 0.99]).unstack().assign(frames=groups.size())
        table = table.sort_values(0.5, ascending=False).head(most)
        q = table[[0.5, 0.9, 0.99]].to_numpy()
        rows = np.arange(len(q))
        figure, axis = _figure(figsize=(7, 1.2 + 0.22 * len(q)))
        axis.hlines(rows, q[:, 0], q[:, 2], color=INK, linewidth=1)
        axis.hlines(rows, q[:, 0], q[:, 1], color=INK, linewidth=4)
        axis.plot(q[:, 0], rows, "o", color="white", markeredgecolor=INK)
        axis.set_yticks(rows, [f"{f} ({n:,})" for f, n in table["frames"].items()], fontsize=8)
        axis.set_xscale("log")
        _logarithmic(axis.xaxis)
        axis.set_xlabel(f"max_devi_f, eV/Å (iteration {first})")
        axis.set_ylabel("formula (frames)")
        self._levels(axis, first)
        figure.tight_layout()
        return figure

    def picks(self) -> Figure:
        """Where the picks lie: share of the type map's last type against the deviation, picks in front of the pool."""
        picks = _positive(self._picks)
        last = self._run.type_map[-1]
        count = picks["formula"].str.extract(rf"(?:^|\d){re.escape(last)}(\d+)", expand=False)
        picks = picks.assign(share=count.fillna(0).astype(float) / picks["natoms"])
        some = picks.sample(min(len(picks), _MOST_DOTS), random_state=0)
        figure, axis = _figure()
        axis.plot(some["share"], some["max_devi_f"], ".", color=INK, alpha=0.25, markersize=3, label="left in the pool")
        chosen = picks[picks["decision"] == "picked"]
        for mark, (iteration, rows) in zip(_MARKS, chosen.groupby("iteration")):
            axis.plot(
                rows["share"], rows["max_devi_f"], mark, markerfacecolor="none", color=PICK, markersize=5,
                label=f"picked, iteration {iteration}",
            )  # fmt: skip
        axis.set_yscale("log")
        _logarithmic(axis.yaxis)
        axis.set_xlabel(f"share of {last} among the atoms")
        axis.set_ylabel("max_devi_f, eV/Å")
        axis.legend(fontsize=8)
        return figure

    def features(self) -> Figure:
        """Where the picks lie in feature space: two principal components of the first model's features."""
        figure, axis = _figure()
        name = "01.model_devi/picks.parquet/_feature_map.json"
        maps = [(n, f / name) for n, f in self._run.folders() if (f / name).exists()]
        if not maps:
            raise InputError(f"no feature map is there; this run: {self._run!r}")
        for mark, (iteration, file) in zip(_MARKS, maps):
            places = json.loads(file.read_text())
            if file == maps[0][1]:
                axis.plot(*np.array(places["sample"]).T, ".", color=INK, alpha=0.3, markersize=3, label="pool, a sample")
            if places["picked"]:
                axis.plot(
                    *np.array(places["picked"]).T, mark, markerfacecolor="none", color=PICK, markersize=5,
                    label=f"picked, iteration {iteration}",
                )  # fmt: skip
        axis.set_xlabel("first principal component of the features (no unit)")
        axis.set_ylabel("second principal component (no unit)")
        axis.legend(fontsize=8)
        return figure

    @cached_property
    def errors(self) -> pd.DataFrame:
        """Frames that the newest models were not trained on: labels beside the mean of the models before the run and
        of the newest ones. Energies in eV per atom, forces in eV/Å as [nAtoms, 3]."""
        frames, after = self._run.unseen()
        atoms = self._run.atoms(frames)
        table = pd.DataFrame({"frame_id": frames["frame_id"], "energy": frames["energy"] / frames["natoms"]})
        table["force"] = forces(frames["force"])
        for name, models in (("before", self._run.models_in("models")), ("after", after)):
            said = evaluate(atoms, models)
            table[f"energy_{name}"] = [e.energy.mean() for e in said] / frames["natoms"]
            table[f"force_{name}"] = [e.forces.mean(axis=0) for e in said]
            table[f"max_devi_f_{name}"] = [e.deviation["max_devi_f"] for e in said]
        return table

    def _worst(self) -> tuple[Any, Any, list[tuple[float, float]]]:
        """Deviation and largest force error of each frame, and the medians of eighths."""
        errors = self.errors
        devi = errors["max_devi_f_after"].to_numpy()
        worst = np.array(
            [np.linalg.norm(f - g, axis=1).max() for f, g in zip(errors["force_after"], errors["force"])]
        )
        good = (devi > 0) & (worst > 0)
        devi, worst = devi[good], worst[good]
        edges = np.quantile(devi, np.linspace(0, 1, 9))
        which = np.clip(np.digitize(devi, edges) - 1, 0, 7)
        middle = [
            (float(np.median(devi[which == k])), float(np.median(worst[which == k])))
            for k in range(8)
            if (which == k).any()
        ]
        return devi, worst, middle

    def error(self) -> Figure:
        """The largest force error of a frame against its deviation, on frames that the models do not know."""
        devi, worst, middle = self._worst()
        figure, axis = _figure()
        axis.loglog(devi, worst, ".", color=INK, alpha=0.5)
        axis.loglog(*zip(*middle), "-o", color=PICK, markerfacecolor="white", label="medians")
        ends = np.array([devi.min(), devi.max()])
        axis.loglog(ends, ends, ":", color="black", label="error = deviation")
        _logarithmic(axis.xaxis, axis.yaxis)
        rank = np.corrcoef(pd.Series(devi).rank(), pd.Series(worst).rank())[0, 1]
        axis.set_title(f"rank correlation {rank:.2f}", loc="left", fontsize=9)
        axis.set_xlabel("max_devi_f, eV/Å")
        axis.set_ylabel("largest error of a force, eV/Å")
        axis.legend(fontsize=8)
        return figure

    def cost(self) -> Figure:
        """How many frames lie above a lower trust level, and how wrong those at it are."""
        picks = _positive(self._picks)
        first = int(picks["iteration"].min())
        devi = np.sort(picks[picks["iteration"] == first]["max_devi_f"].to_numpy())
        figure, axis = _figure()
        axis.step(devi, np.arange(len(devi), 0, -1), where="pre", color=INK)
        axis.set_xscale("log")
        axis.set_yscale("log")
        _logarithmic(axis.xaxis, axis.yaxis)
        axis.set_xlabel("model_devi_f_trust_lo, eV/Å")
        axis.set_ylabel(f"frames above it, iteration {first}", color=INK)
        right = axis.twinx()
        right.plot(*zip(*self._worst()[2]), "--s", color=PICK, markerfacecolor="white")
        right.set_yscale("log")
        _logarithmic(right.yaxis)
        right.grid(False)
        right.set_ylabel("median of the largest force error, eV/Å", color=PICK)
        self._levels(axis, first)
        return figure

    def parity(self) -> Figure:
        """The models' mean against the labels, before and after the run, on frames that the models do not know."""
        errors = self.errors

        def flat(column: str) -> Any:
            values: Iterable[Any] = errors[column]
            return np.concatenate([np.ravel(v) for v in values])

        figure, axes = _figure(2, 2, figsize=(8, 7.4))
        for column, (what, unit) in enumerate((("energy", "eV/atom"), ("force", "eV/Å"))):
            label = flat(what)
            made = {when: flat(f"{what}_{when}") for when in ("before", "after")}
            low, high = min(label.min(), *(m.min() for m in made.values())), max(label.max(), *(m.max() for m in made.values()))
            for row, (when, prediction) in enumerate(made.items()):
                axis = axes[row, column]
                axis.hexbin(label, prediction, gridsize=60, bins="log", cmap="Greys", extent=(low, high, low, high))
                axis.plot([low, high], [low, high], ":", color=PICK)
                rmse = np.sqrt(np.mean((prediction - label) ** 2))
                axis.set_title(f"{what} {when}: RMS error {rmse:.3g} {unit}", fontsize=9)
                axis.set_xlabel(f"label, {unit}")
                axis.set_ylabel(f"models, {unit}")
                axis.set_aspect("equal")
        figure.tight_layout()
        return figure

    def learning(self) -> Figure:
        """Errors of every training on the same frames, over the labels it had; dashed: what the last training expects
        of a hundred more."""
        frames, _ = self._run.unseen()
        atoms, natoms = self._run.atoms(frames), frames["natoms"].to_numpy()
        label_e, label_f = frames["energy"].to_numpy() / natoms, np.concatenate(forces(frames["force"]))

        def rms(models: list[str]) -> tuple[float, float]:
            said = evaluate(atoms, models)
            e = np.array([x.energy.mean() for x in said]) / natoms - label_e
            f = np.concatenate([x.forces.mean(axis=0) for x in said]) - label_f
            return float(np.sqrt(np.mean(e**2))), float(np.sqrt(np.mean(f**2)))

        budget = [(0, rms(self._run.models_in("models")))]
        labelled = {i["number"]: (i["labels"] or {}).get("labelled", 0) for i in self._run.status["iterations"]}
        for number, folder in self._run.folders():
            if number > 0 and (folder / "00.train/_stage.json").exists():
                total = sum(n for i, n in labelled.items() if i < number)
                budget.append((total, rms(self._run.models_in(folder / "00.train"))))
        says = self._says()
        figure, axes = _figure(1, 2, figsize=(8, 3.4))
        for k, (axis, key, unit, scale) in enumerate(zip(axes, ("energy", "force"), ("meV/atom", "eV/Å"), (1000, 1))):
            axis.plot([n for n, _ in budget], [scale * e[k] for _, e in budget], "-o", color=INK, markerfacecolor="white")
            if says and says["curve"] and budget[-1][0]:
                c = says["curve"][key]
                n = budget[-1][0] + np.arange(0, 101, 10)
                square = np.sqrt((c["floor"] + c["slope"] / n + c["bend"] / n**2) * (c["limit"] + c["fall"] / n))
                axis.plot(n, scale * budget[-1][1][k] * np.sqrt(square / square[0]), "--", color=PICK, label="expected")
                axis.legend(fontsize=8)
            axis.set_yscale("log")
            _logarithmic(axis.yaxis)
            axis.set_xlabel("labels trained on")
            axis.set_ylabel(f"RMS error of the {key}, {unit}")
        figure.tight_layout()
        return figure

    def _says(self) -> dict[str, Any] | None:
        """``uncertainty.json`` of the last training by the output layer."""
        found = [f / "00.train/uncertainty.json" for _, f in self._run.folders()]
        found = [file for file in found if file.exists()]
        says: dict[str, Any] | None = json.loads(found[-1].read_text()) if found else None
        return says

    def reliability(self) -> Figure:
        """Found errors against expected ones, on labels that models were not trained on for the purpose."""
        says = self._says()
        if not says:
            raise InputError(f"no training said how far off it may be; this run: {self._run!r}")
        figure, axes = _figure(1, 2, figsize=(8, 3.8))
        for axis, key, unit, scale in zip(axes, ("energy", "force"), ("meV/atom", "eV/Å"), (1000, 1)):
            found = says["reliability"][key]
            sigma, error = scale * np.array([[b["sigma"], b["error"]] for b in found["bins"]]).T
            axis.loglog(sigma, error, "o", color=INK)
            ends = np.array([min(sigma.min(), error.min()), max(sigma.max(), error.max())])
            axis.loglog(ends, ends, ":", color="black", label="error = standard deviation")
            _logarithmic(axis.xaxis, axis.yaxis)
            axis.set_title(f"{key}: 95 % interval covers {100 * found['coverage']:.1f} % of {found['errors']:,}", fontsize=9)
            axis.set_xlabel(f"standard deviation of the {key}, {unit}")
            axis.set_ylabel(f"RMS error of the {key}, {unit}")
            axis.legend(fontsize=8)
        figure.tight_layout()
        return figure
