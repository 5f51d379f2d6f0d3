"""Draws the figures of docs/tutorial.md from a finished run of the built-in example.

target/notebook/bin/python scripts/tutorial_figures.py RUN docs/images
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

TRUST_LO = 0.20  # model_devi_f_trust_lo of conf/ag-au/simplify.json
COLOURS = ["#2563eb", "#d97706", "#15803d", "#9333ea", "#dc2626"]


def iterations(run):
    return [folder for folder in sorted(run.glob("iter.*")) if (folder / "01.model_devi/deviation.parquet").exists()]


def deviation(run, target):
    figure, axes = plt.subplots(figsize=(7, 3.6))
    bins = np.linspace(0, 0.8, 65)
    for colour, folder in zip(COLOURS, iterations(run)):
        values = pd.read_parquet(folder / "01.model_devi/deviation.parquet", columns=["max_devi_f"])["max_devi_f"]
        axes.hist(values, bins, histtype="step", linewidth=1.6, color=colour,
                  label=f"iteration {int(folder.name[5:])}: {len(values):,} frames")
    axes.axvline(TRUST_LO, color="#374151", linestyle="--", linewidth=1.2)
    axes.text(TRUST_LO + 0.006, 280, "model_devi_f_trust_lo", fontsize=9, color="#374151")
    axes.set(xlabel="max_devi_f, eV/Å", ylabel="frames", yscale="log", ylim=(0.7, 500), xlim=(0, 0.8))
    axes.legend(frameon=False, fontsize=9)
    save(figure, target)


def picks(run, target):
    figure, axes = plt.subplots(figsize=(7, 3.2))
    bottom = None
    counts = []
    for folder in sorted(run.glob("iter.*")):
        labels = folder / "02.fp/labels.parquet"
        if labels.exists():
            formulas = pd.read_parquet(labels, columns=["formula"])["formula"]
            kinds = formulas.map(lambda f: "Ag-Au" if "Ag" in f and "Au" in f else "Ag" if "Ag" in f else "Au")
            counts.append(kinds.value_counts().rename(f"{int(folder.name[5:])}"))
    table = pd.DataFrame(counts).reindex(columns=["Ag", "Au", "Ag-Au"]).fillna(0)
    for colour, kind in zip(["#9ca3af", "#d97706", "#2563eb"], table.columns):
        axes.bar(table.index, table[kind], bottom=bottom, color=colour, label=kind, width=0.6)
        bottom = table[kind] if bottom is None else bottom + table[kind]
    for at, total in enumerate(bottom):
        axes.text(at, total + 1.5, f"{int(total)}", ha="center", fontsize=9)
    axes.set(xlabel="iteration", ylabel="frames labelled", ylim=(0, 115))
    axes.legend(frameon=False, fontsize=9)
    save(figure, target)


def save(figure, target):
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(target, facecolor="white", metadata={"Date": None})
    text = target.read_text(encoding="utf-8")
    target.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")
    plt.close(figure)


def main():
    run, images = Path(sys.argv[1]), Path(sys.argv[2])
    plt.rcParams["svg.hashsalt"] = "dpsieve"
    plt.rcParams["svg.fonttype"] = "none"
    plt.rcParams["font.family"] = ["DejaVu Sans", "sans-serif"]
    deviation(run, images / "tutorial-deviation.svg")
    picks(run, images / "tutorial-picks.svg")


main()
