"""Make spark-jobs/src/test/resources/label/vasp-tasks.json with DP-GEN's own writers.

Run with a Python that has dpgen: python scripts/goldens/vasp_tasks.py
POSCAR by dpdata as dpgen simplify's make_fp_configs does, KPOINTS by dpgen's make_fp_vasp_kp.
"""
import json
import os
import tempfile

import dpdata
import dpgen
import numpy as np
import pymatgen.core
from dpgen.generator.run import make_fp_vasp_kp

RANDOM = np.random.default_rng(20240519)
TYPE_MAP = ["Ag", "Au", "Cu"]
CELLS = {
    "cubic": [4.12, 0, 0, 0, 4.12, 0, 0, 0, 4.12],
    "triclinic": [5.1, 0.3, -0.2, -2.4, 4.4, 0.1, 0.7, -1.9, 6.3],
    "needle": [2.5, 0, 0, 0, 2.7, 0, 0, 0, 61.3],
    "left-handed": [0, 4.3, 0.1, 5.2, 0, 0, 0.3, 0.2, 7.7],
    "tiny-numbers": [4 / 3, 1e-17, -3e-9, 0, 17 / 7, 1e-300, -0.0, 0.1, 123.456],
}
INCARS = {
    "plain": "ENCUT = 400\nKSPACING = 0.2\nKGAMMA = .TRUE.\n",
    "lower-case": "encut=400; kspacing = 0.35 ; kgamma = .false.\nediff = 1e-5\n",
    "comments": "# KSPACING = 0.9\nKSPACING = 1.5E-01 ! per angstrom\nKGAMMA = T # KGAMMA = F\n",
    "coarse": "KSPACING = 8\nKGAMMA = F\n",
    "letters": "KGamma = .T.\nKSpacing = .5\n",
}
ANISOTROPIC = [0.2, 0.31, 0.7]


def kpoints(poscar, incar, anisotropic=None):
    with tempfile.TemporaryDirectory() as folder:
        task = os.path.join(folder, "iter.000000", "02.fp", "task.000.000000")
        os.makedirs(task)
        for name, text in (("POSCAR", poscar), ("INCAR", incar)):
            with open(os.path.join(task, name), "w") as file:
                file.write(text)
        before = os.getcwd()
        os.chdir(folder)
        try:
            make_fp_vasp_kp(0, {"fp_aniso_kspacing": anisotropic} if anisotropic else {})
        finally:
            os.chdir(before)
        with open(os.path.join(task, "KPOINTS")) as file:
            return file.read()


def main():
    frames = []
    for name, cell in CELLS.items():
        types = np.array([2, 0, 2, 0, 2]) if name == "needle" else np.array([1, 0, 2, 0, 1, 0])
        cell = np.array(cell, float).reshape(3, 3)
        coord = RANDOM.uniform(-30, 30, (len(types), 3))
        coord[0] = [1.5e-11, -1.5e-11, -0.0]
        coord[1] = [0.00000000005, 2.5, 123456.7]
        system = dpdata.System(
            data={
                "atom_names": TYPE_MAP,
                "atom_numbs": [int((types == i).sum()) for i in range(len(TYPE_MAP))],
                "atom_types": types,
                "orig": np.zeros(3),
                "cells": cell[None],
                "coords": coord[None],
            }
        )
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "POSCAR")
            system.to("vasp/poscar", path)
            with open(path) as file:
                poscar = file.read()
        frames.append(
            {
                "name": name,
                "elements": [TYPE_MAP[t] for t in types],
                "cell": cell.ravel().tolist(),
                "coord": coord.ravel().tolist(),
                "POSCAR": poscar,
                "KPOINTS": {key: kpoints(poscar, incar) for key, incar in INCARS.items()},
                "KPOINTS_anisotropic": kpoints(poscar, INCARS["plain"], ANISOTROPIC),
            }
        )
    target = os.path.join(
        os.path.dirname(__file__), "../../spark-jobs/src/test/resources/label/vasp-tasks.json"
    )
    made_by = (
        f"dpgen {dpgen.__version__}, dpdata {dpdata.__version__}, "
        f"pymatgen {getattr(pymatgen.core, '__version__', '?')}"
    )
    content = {
        "made_by": made_by,
        "type_map": TYPE_MAP,
        "incars": INCARS,
        "anisotropic": ANISOTROPIC,
        "frames": frames,
    }
    with open(target, "w") as file:
        json.dump(content, file, indent=1)
        file.write("\n")


main()
