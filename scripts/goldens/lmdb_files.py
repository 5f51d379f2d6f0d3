#!/usr/bin/env python3
"""Small LMDB files by the programs that write such: dpdata (deepmd/lmdb) and ase-db-backends (aselmdb).

Needs dpdata 1.1, ase 3.29, ase-db-backends 0.11, lmdb, msgpack. Writes FOLDER/*.gz and expected.json:

    scripts/goldens/lmdb_files.py model-core/src/test/resources/frames/lmdb
"""

import gzip
import json
import pickle
import sys
import tempfile
from pathlib import Path

import lmdb
import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase_db_backends.aselmdb import LMDBDatabase
import dpdata
from dpdata.formats.deepmd.lmdb import dump_systems

rng = np.random.default_rng(1)
expected = {"deepmd": [], "deep": {}, "ase": []}


def system(names, types, frames, pbc=True):
    n = len(types)
    data = {
        "atom_names": names,
        "atom_numbs": [types.count(i) for i in range(len(names))],
        "atom_types": np.array(types),
        "orig": np.zeros(3),
        "cells": np.tile(np.eye(3) * 8, (frames, 1, 1)),
        "coords": rng.random((frames, n, 3)) * 8,
        "energies": rng.random(frames),
        "forces": rng.random((frames, n, 3)),
    }
    if pbc:
        data["virials"] = rng.random((frames, 3, 3))
    else:
        data["nopbc"] = True
    return dpdata.LabeledSystem(data=data)


def flat(array):
    return np.asarray(array, dtype=float).ravel().tolist()


def of_dpdata(folder):
    systems = [
        system(["H", "O"], [0, 0, 1], 3),
        system(["O"], [0, 0], 2, pbc=False),
        system(["O", "C"], [1, 0, 0, 1], 2),
    ]
    dump_systems(systems, str(folder / "dpdata.lmdb"), type_map=["H", "C", "O"], map_size=1 << 20)
    for one in systems:
        names = [one["atom_names"][t] for t in one["atom_types"]]
        for i in range(len(one)):
            expected["deepmd"].append(
                {
                    "symbols": names,
                    "coord": flat(one["coords"][i]),
                    "cell": None if one.data.get("nopbc") else flat(one["cells"][i]),
                    "energy": float(one["energies"][i]),
                    "force": flat(one["forces"][i]),
                    "virial": flat(one["virials"][i]) if "virials" in one.data else None,
                }
            )
    deep = system(["H"], [0], 300)  # a tree of several levels
    dump_systems([deep], str(folder / "deep.lmdb"), type_map=["H"], map_size=1 << 24)
    for i in (0, 1, 9, 10, 99, 150, 299):
        expected["deep"][i] = flat(deep["coords"][i])


def of_ase(folder):
    db = LMDBDatabase(str(folder / "ase.aselmdb"), use_lock_file=False)
    for i in range(12):
        periodic = i != 5
        atoms = Atoms(
            "CuO" if i % 2 else "H2O",
            positions=rng.random((2 + (i + 1) % 2, 3)) * 5,
            cell=[[6, 0, 0], [1, 6, 0], [0, 0, 7]] if periodic else None,
            pbc=periodic,
        )
        results = {"energy": -float(i), "forces": rng.random((len(atoms), 3))}
        if periodic:
            results["stress"] = rng.random(6)
        atoms.calc = SinglePointCalculator(atoms, **results)
        db.write(atoms, data={"source": f"row{i}"})
        if i == 3:
            continue  # removed below
        volume = atoms.get_volume() if periodic else None
        expected["ase"].append(
            {
                "key": str(i + 1),
                "symbols": atoms.get_chemical_symbols(),
                "coord": flat(atoms.positions),
                "cell": flat(atoms.cell.array) if periodic else None,
                "energy": -float(i),
                "force": flat(atoms.get_forces()),
                "virial": flat(-volume * atoms.get_stress(voigt=False)) if periodic else None,
            }
        )
    db.delete([4])
    db.close()


def of_pickles(folder):
    env = lmdb.open(str(folder / "pickled.lmdb"), map_size=1 << 20, subdir=False)
    with env.begin(write=True) as transaction:
        transaction.put(b"0", pickle.dumps({"pos": [1.0], "cls": Path("x")}))
        transaction.put(b"length", pickle.dumps(1))
    env.close()


def main(target):
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        of_dpdata(folder)
        of_ase(folder)
        of_pickles(folder)
        for name in ("dpdata.lmdb", "deep.lmdb", "ase.aselmdb", "pickled.lmdb"):
            file = folder / name
            content = (file / "data.mdb" if file.is_dir() else file).read_bytes()
            (target / (name + ".gz")).write_bytes(gzip.compress(content, mtime=0))
    (target / "expected.json").write_text(json.dumps(expected) + "\n")


main(Path(sys.argv[1]))
