#!/usr/bin/env python
"""Make spark-jobs/src/test/resources/model-devi: a tree of small systems and what `dp model-devi` writes of it.

    python scripts/goldens/model_devi.py

needs deepmd-kit with TensorFlow (made with 3.2.0). Models: those of the built-in example. Systems: two sets with types in
another order than the models', one without cell or type map, each with other labels missing; the first is an HDF5
file as well. One frame a set: with more, DeePMD-kit 3.2 stumbles over --relative_v. No mixed system: the TensorFlow
operators of se_e2_a refuse them.
"""

import os
import shutil
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_INTER_OP_PARALLELISM_THREADS", "1")
os.environ.setdefault("TF_INTRA_OP_PARALLELISM_THREADS", "1")

import h5py
import numpy as np
from deepmd.infer.model_devi import make_model_devi

ROOT = Path(__file__).resolve().parents[2]
MODELS = [str(ROOT / f"conf/ag-au/models/{i}/graph.pb") for i in range(4)]
TARGET = ROOT / "spark-jobs/src/test/resources/model-devi"
RUNS = {
    "default": {},
    "atomic": dict(atomic=True),
    "real_error": dict(real_error=True),
    "relative": dict(relative=0.5, relative_v=0.25),
    "all": dict(frequency=20, real_error=True, atomic=True, relative=1.0, relative_v=2.0),
}
rng = np.random.default_rng(20261123)


def cells(frames, edge):
    return (np.eye(3) * edge + rng.uniform(-0.4, 0.4, (frames, 3, 3))).reshape(frames, 9)


def coords(frames, atoms, edge):
    grid = np.stack(np.meshgrid([0, 1], [0, 1], [0, 1]), -1).reshape(8, 3)[:atoms] * edge / 2
    return (grid + rng.normal(0, 0.2, (frames, atoms, 3))).reshape(frames, -1)


def write(folder, types, type_map, sets):
    folder.mkdir(parents=True)
    np.savetxt(folder / "type.raw", types, fmt="%d")
    if type_map:
        (folder / "type_map.raw").write_text("\n".join(type_map) + "\n")
    for i, arrays in enumerate(sets):
        (folder / f"set.{i:03d}").mkdir()
        for name, array in arrays.items():
            np.save(folder / f"set.{i:03d}" / f"{name}.npy", array)


def labels(frames, atoms, names):
    shapes = dict(energy=(frames,), force=(frames, 3 * atoms), virial=(frames, 9))
    return {name: rng.normal(0, 1, shapes[name]) for name in names}


def systems(root):
    sets = [
        dict(coord=coords(n, 6, 4.6), box=cells(n, 4.6), **labels(n, 6, ["energy", "force"])) for n in (1, 1)
    ]
    write(root / "deeper/two-sets", [0, 1, 1, 0, 1, 0], ["Au", "Ag"], sets)
    write(root / "cluster", [1, 0, 1], None, [dict(coord=coords(1, 3, 5.0), **labels(1, 3, ["energy", "virial"]))])
    (root / "cluster/nopbc").touch()


def hdf5(folder, file):
    with h5py.File(file, "w") as out:
        group = out.create_group("inside")
        group["type.raw"] = np.loadtxt(folder / "type.raw", dtype=int)
        group["type_map.raw"] = np.array((folder / "type_map.raw").read_text().split(), dtype=h5py.string_dtype())
        for array in sorted(folder.glob("set.*/*.npy")):
            group[f"{array.parent.name}/{array.name}"] = np.load(array)


def main():
    shutil.rmtree(TARGET, ignore_errors=True)
    systems(TARGET / "systems")
    hdf5(TARGET / "systems/deeper/two-sets", TARGET / "two-sets.hdf5")
    os.chdir(TARGET)
    for name, options in RUNS.items():
        arguments = dict(frequency=1, system="systems", output=f"{name}.out") | options
        make_model_devi(models=MODELS, **arguments)
    make_model_devi(models=MODELS, frequency=1, system="two-sets.hdf5", output="hdf5.out")
    (TARGET / "made_by.txt").write_text(f"scripts/goldens/model_devi.py, deepmd-kit {version('deepmd-kit')}\n")


if __name__ == "__main__":
    main()
