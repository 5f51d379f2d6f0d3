"""A calculator for tests: a frame's energy is its first coordinate, and above 500 it makes trouble of several kinds."""

import os
import time

import numpy as np
from ase.calculators.calculator import Calculator, all_changes


class Trouble(Calculator):
    implemented_properties = ["energy", "forces"]

    def __init__(self, scale, table=None):
        super().__init__()
        self.scale = scale
        if table is not None:
            with open(table) as file:
                self.scale *= float(file.read())

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        x = atoms.positions[0, 0]
        if x > 900:
            os._exit(3)
        if x > 800:
            time.sleep(60)
        if x > 700:
            raise RuntimeError("it does not converge")
        if x > 600:
            x = float("nan")
        if x > 500:
            x = 100 * atoms.info["charge"] + atoms.info["spin"]
            for constraint in atoms.info.get("constraints", []):  # and spoils what it was given
                x += 1e4 * constraint.pop("magnetization") + 1e6 * sum(constraint.pop("atoms"))
        self.results = {"energy": self.scale * x, "forces": np.full((len(atoms), 3), x)}


def none():
    return "no calculator"
