"""Make spark-jobs/src/test/resources/label/bad-box.json with DP-GEN's own check_bad_box.

Run with a Python that has dpgen: python scripts/goldens/bad_box.py
For each frame and measure: the value at which DP-GEN's answer changes, found by bisection.
"""
import json
import math
import os
import tempfile

import dpdata
import dpgen
import numpy as np
from dpgen.generator.run import check_bad_box

CELLS = {
    "cubic": [4, 0, 0, 0, 4, 0, 0, 0, 4],
    "needle": [2.5, 0, 0, 0, 3, 0, 0, 0, 31],
    "sheared": [5, 0, 0, 6.5, 4, 0, -3, 7.5, 6],
    "turned": [1.2, 3.4, -0.7, -2.9, 2.1, 1.3, 4.4, -1.6, 5.2],
    "flat": [6, 0, 0, 5.5, 1.1, 0, 0.4, 5.9, 0.9],
}
FRACTIONS = [[0.02, 0.03, 0.97], [0.51, 0.48, 0.05], [0.93, 0.55, 0.5]]
MEASURES = ["length_ratio", "height_ratio", "wrap_ratio", "tilt_ratio", "min_distance"]


def critical(path, measure):
    """Limit at which the frame stops (ratios) or starts (min_distance) being bad."""
    low, high = 0.0, 200.0 if measure != "min_distance" else 8.0
    bad_above = measure == "min_distance"
    for _ in range(60 if measure != "min_distance" else 34):
        middle = 0.5 * (low + high)
        if check_bad_box(path, f"{measure}:{middle!r}", fmt="vasp/poscar") == bad_above:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


def main():
    frames = []
    for name, cell in CELLS.items():
        cell = np.array(cell, float).reshape(3, 3)
        coord = np.array(FRACTIONS) @ cell
        system = dpdata.System(
            data={
                "atom_names": ["Ag", "Au"],
                "atom_numbs": [2, 1],
                "atom_types": np.array([0, 1, 0]),
                "orig": np.zeros(3),
                "cells": cell[None],
                "coords": coord[None],
            }
        )
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "POSCAR")
            system.to("vasp/poscar", path)
            values = {measure: critical(path, measure) for measure in MEASURES}
        frames.append(
            {"name": name, "cell": cell.ravel().tolist(), "coord": coord.ravel().tolist(), **values}
        )
        assert all(math.isfinite(value) for value in values.values())
    target = os.path.join(
        os.path.dirname(__file__), "../../spark-jobs/src/test/resources/label/bad-box.json"
    )
    with open(target, "w") as file:
        json.dump({"made_by": f"dpgen {dpgen.__version__}", "frames": frames}, file, indent=1)
        file.write("\n")


main()
