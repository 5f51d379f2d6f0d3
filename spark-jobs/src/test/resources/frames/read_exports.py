"""Reads exports with dpdata and ASE, compares them with their source, and trains on them for two steps.

Arguments: the source (deepmd/npy), the folder with the exports, the program dp. Written for dpdata 1.1.0,
ASE 3.26 and DeePMD-kit 3.2.0.
"""

import glob
import json
import os
import subprocess
import sys

import ase.io
import dpdata
import numpy as np

source, exports, dp = sys.argv[1:]
expected = dpdata.LabeledSystem(source, fmt="deepmd/npy").data
names = expected["atom_names"]
symbols = [names[t] for t in expected["atom_types"]]


def require_equal(found, array, what):
    np.testing.assert_array_equal(np.asarray(found), np.asarray(array), err_msg=what)


npy = os.path.dirname(glob.glob(exports + "/deepmd-npy/**/type.raw", recursive=True)[0])
hdf5 = glob.glob(exports + "/deepmd-hdf5/*.hdf5")[0]
for what, system in (
    ("npy", dpdata.LabeledSystem(npy, fmt="deepmd/npy")),
    ("hdf5", dpdata.MultiSystems().from_deepmd_hdf5(hdf5)[0]),
):
    data = system.data
    found_symbols = [data["atom_names"][t] for t in data["atom_types"]]
    order = np.lexsort((range(len(symbols)), symbols)), np.lexsort((range(len(symbols)), found_symbols))
    require_equal(sorted(found_symbols), sorted(symbols), what)
    require_equal(data["cells"], expected["cells"], what)
    require_equal(data["energies"], expected["energies"], what)
    require_equal(data["virials"], expected["virials"], what)
    for key in ("coords", "forces"):
        require_equal(data[key][:, order[1]], expected[key][:, order[0]], what + " " + key)

frames = ase.io.read(glob.glob(exports + "/extxyz/*xyz")[0], index=":")
assert len(frames) == len(expected["energies"]), len(frames)
for i, atoms in enumerate(frames):
    require_equal(atoms.get_chemical_symbols(), symbols, "extxyz symbols")
    require_equal(atoms.positions, expected["coords"][i], "extxyz positions")
    require_equal(atoms.cell[:], expected["cells"][i], "extxyz cell")
    require_equal(atoms.get_potential_energy(), expected["energies"][i], "extxyz energy")
    require_equal(atoms.get_forces(), expected["forces"][i], "extxyz forces")

import h5py  # noqa: E402

with h5py.File(hdf5) as file:
    groups = ["" if "type.raw" in file else name for name in file][:1]
parameters = {
    "model": {
        "type_map": names,
        "descriptor": {"type": "se_e2_a", "rcut": 4.0, "rcut_smth": 3.0, "sel": [20] * len(names), "neuron": [4], "seed": 1},
        "fitting_net": {"neuron": [4], "seed": 1},
    },
    "learning_rate": {"type": "exp", "start_lr": 0.001, "stop_lr": 1e-4, "decay_steps": 1},
    "loss": {"type": "ener", "start_pref_v": 1.0, "limit_pref_v": 1.0},
    "training": {
        "training_data": {"systems": [npy, hdf5 + "#/" + groups[0]], "batch_size": 1},
        "numb_steps": 2,
        "disp_freq": 1,
        "seed": 1,
    },
}
work = exports + "/train"
os.makedirs(work)
with open(work + "/input.json", "w") as file:
    json.dump(parameters, file)
subprocess.run([dp, "train", "--skip-neighbor-stat", "input.json"], cwd=work, check=True)
with open(work + "/lcurve.out") as file:
    rows = [line.split() for line in file if not line.startswith("#")]
assert rows and all(np.isfinite(float(x)) for x in rows[-1]), rows
print("ok")
