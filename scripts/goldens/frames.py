#!/usr/bin/env python3
"""Small systems in every layout, written by dpdata, h5py, ASE and NumPy themselves, and what they hold.

Usage: frames.py OUT   (OUT = model-core/src/test/resources/frames)

All layouts hold the same few random frames where they can, so one expected.json serves them all. Deterministic but for
versions, which expected.json names.
"""
import json
import shutil
import sys
from pathlib import Path

import ase
import ase.io
import dpdata
import h5py
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

out = Path(sys.argv[1])
shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)
rng = np.random.default_rng(20)
N = 4  # frames
SYMBOLS = ["Au", "Ag", "Au"]
TYPE_MAP = ["Ag", "Cu", "Au"]  # Cu unused


def system(symbols, frames):
    n = len(symbols)
    return {
        "symbols": symbols,
        "coord": rng.uniform(-3, 9, (frames, n * 3)),
        "box": (np.eye(3) * 8 + rng.uniform(-1, 1, (frames, 3, 3))).reshape(frames, 9),
        "energy": rng.uniform(-20, -10, frames),
        "force": rng.normal(size=(frames, n * 3)),
        "virial": rng.normal(size=(frames, 9)),
    }


def types(symbols):
    return [TYPE_MAP.index(s) for s in symbols]


def write_npy(folder, s, sets=((0, None, "set.000"),), dtype=float, order="C", nopbc=False, labels=True, extra=None, type_map=True):
    folder = out / folder
    folder.mkdir(parents=True)
    np.savetxt(folder / "type.raw", types(s["symbols"]), fmt="%d")
    if type_map:
        (folder / "type_map.raw").write_text("\n".join(TYPE_MAP) + "\n")
    if nopbc:
        (folder / "nopbc").touch()
    for start, stop, name in sets:
        d = folder / name
        d.mkdir()
        arrays = {k: s[k] for k in (("coord", "box", "energy", "force", "virial") if labels else ("coord", "box"))}
        if nopbc:
            arrays.pop("box")
            arrays.pop("virial", None)
        arrays.update(extra or {})
        for k, v in arrays.items():
            np.save(d / k, np.asarray(v[start:stop], dtype=dtype, order=order))


s = system(SYMBOLS, N)
expected = {"versions": {"dpdata": dpdata.__version__, "ase": ase.__version__, "numpy": np.__version__, "h5py": h5py.__version__}}
expected["base"] = {k: v if k == "symbols" else v.tolist() for k, v in s.items()}

# deepmd/npy by hand: what DeePMD-kit accepts
write_npy("npy/plain", s)
write_npy("npy/fortran", s, order="F")
write_npy("npy/bigendian", s, dtype=">f8")
write_npy("npy/float32", s, dtype=np.float32)
write_npy("npy/nopbc", s, nopbc=True)
write_npy("npy/unlabelled", s, labels=False)
write_npy("npy/no_type_map", s, type_map=False)
# lexicographic: set.10 before set.9
write_npy("npy/sets", s, sets=((0, 1, "set.000"), (1, 3, "set.10"), (3, 4, "set.9")))
fparam = rng.normal(size=(N, 2))
aparam = rng.normal(size=(N, len(SYMBOLS) * 2))
expected["fparam"], expected["aparam"] = fparam.tolist(), aparam.tolist()
write_npy("npy/params", s, extra={"fparam": fparam, "aparam": aparam, "dipole": np.zeros((N, 3))})
d = out / "npy/shapes"  # (n, natoms, 3), (n, 3, 3), (n, 1), Fortran order in three axes
write_npy("npy/shapes", s)
for k, shape in (("coord", (N, 3, 3)), ("box", (N, 3, 3)), ("energy", (N, 1))):
    np.save(d / "set.000" / k, np.asfortranarray(s[k].reshape(shape)))
with open(d / "set.000/virial.npy", "wb") as f:
    np.lib.format.write_array(f, s["virial"], version=(2, 0))
with open(d / "set.000/force.npy", "wb") as f:
    np.lib.format.write_array(f, s["force"], version=(3, 0))

# dpdata's own files
data = dpdata.LabeledSystem()
data.data.update(
    atom_names=TYPE_MAP,
    atom_numbs=[types(SYMBOLS).count(t) for t in range(3)],
    atom_types=np.array(types(SYMBOLS)),
    orig=np.zeros(3),
    cells=s["box"].reshape(-1, 3, 3),
    coords=s["coord"].reshape(N, -1, 3),
    energies=s["energy"],
    forces=s["force"].reshape(N, -1, 3),
    virials=s["virial"].reshape(-1, 3, 3),
)
data.to("deepmd/npy", str(out / "dpdata/npy"), prec=np.float64, set_size=3)
data.to("deepmd/hdf5", str(out / "dpdata/root.hdf5"), comp_prec=np.float64, set_size=3)
other = system(["Ag", "Ag"], 2)
expected["other"] = {k: v if k == "symbols" else v.tolist() for k, v in other.items()}
second = dpdata.LabeledSystem()
second.data.update(
    atom_names=TYPE_MAP,
    atom_numbs=[2, 0, 0],
    atom_types=np.zeros(2, dtype=int),
    orig=np.zeros(3),
    cells=other["box"].reshape(-1, 3, 3),
    coords=other["coord"].reshape(2, -1, 3),
    energies=other["energy"],
    forces=other["force"].reshape(2, -1, 3),
    virials=other["virial"].reshape(-1, 3, 3),
)
with h5py.File(out / "dpdata/groups.hdf5", "w") as f:
    for name, sys_ in (("Ag1Cu0Au2", data), ("Ag2", second)):
        dpdata.formats.deepmd.hdf5.dump(f, name, sys_.data, comp_prec=np.float64)
    # chunked and compressed, as other writers make them
    x = f["Ag2/set.000"]["coord.npy"][:]
    del f["Ag2/set.000/coord.npy"]
    f["Ag2/set.000"].create_dataset("coord.npy", data=x, chunks=(1, 6), compression="gzip")
mixed = dpdata.formats.deepmd.mixed.mix_system(data, second, type_map=TYPE_MAP, atom_numb_pad=4)
for natoms, m in mixed.items():
    m.to("deepmd/npy/mixed", str(out / "dpdata/mixed" / natoms), prec=np.float64)

# ASE's own file: both systems, stress in place of virial; the last frame without a cell
frames = []
for part in (s, other):
    for i in range(len(part["energy"])):
        atoms = ase.Atoms(part["symbols"], part["coord"][i].reshape(-1, 3), cell=part["box"][i].reshape(3, 3), pbc=True)
        v = part["virial"][i].reshape(3, 3)
        stress = -(v + v.T) / 2 / atoms.get_volume()
        atoms.calc = SinglePointCalculator(
            atoms,
            energy=part["energy"][i] + 1,
            free_energy=part["energy"][i],
            forces=part["force"][i].reshape(-1, 3),
            stress=stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],
        )
        frames.append(atoms)
free = ase.Atoms("H2", [[0, 0, 0], [0, 0, 0.75]])
frames.append(free)
ase.io.write(out / "ase.extxyz", frames, format="extxyz")
read = ase.io.read(out / "ase.extxyz", ":")
expected["ase"] = []
for atoms in read:
    e = {"symbols": atoms.get_chemical_symbols(), "coord": atoms.positions.ravel().tolist()}
    if atoms.pbc.any():
        e["box"] = atoms.cell[:].ravel().tolist()
    if atoms.calc is not None:
        e["energy"] = atoms.get_potential_energy(force_consistent=True)
        e["force"] = atoms.get_forces().ravel().tolist()
        e["virial"] = (-atoms.get_volume() * atoms.get_stress(voigt=False)).ravel().tolist()
    expected["ase"].append(e)

(out / "expected.json").write_text(json.dumps(expected, indent=0) + "\n")
