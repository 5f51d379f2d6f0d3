"""Makes model-core/src/test/resources/org/dpsieve/d3/d3.json: DFT-D3 of awkward frames by dftd3 1.7.0.

    OMP_NUM_THREADS=1 python scripts/goldens/d3.py > model-core/src/test/resources/org/dpsieve/d3/d3.json

Å, eV, eV/Å; virial positive under compression (minus the library's); cutoffs in bohr.
"""

import importlib.metadata
import json
import sys

import numpy as np
from ase.data import chemical_symbols
from dftd3.interface import DispersionModel, RationalDampingParam, ZeroDampingParam

BOHR, HARTREE = 0.529177210903, 27.211386245988
PAIR, CN = float(np.sqrt(9000.0)), 40.0
random = np.random.default_rng(94)


def damping_function(damping, functional):
    # two-body only
    return (ZeroDampingParam if damping == "zero" else RationalDampingParam)(method=functional, atm=False)


def dispersion(numbers, coord, box, damping, functional, pair=PAIR, cn=CN):
    periodic = {} if box is None else {"lattice": box / BOHR, "periodic": np.array([True] * 3)}
    model = DispersionModel(np.array(numbers), coord / BOHR, **periodic)
    model.set_realspace_cutoff(pair, 40.0, cn)
    r = model.get_dispersion(damping_function(damping, functional), grad=True)
    return float(r["energy"]) * HARTREE, -r["gradient"] * HARTREE / BOHR, -r["virial"] * HARTREE


def digits(array, n=12):
    """Enough digits for 1e-10, and no more: the file is committed."""
    return [float(f"{x:.{n}g}") for x in np.ravel(array)]


frames = []


def frame(name, numbers, coord, box=None, functional="pbe", dampings=("zero", "bj"), pair=PAIR, cn=CN):
    coord = np.round(np.asarray(coord, float).reshape(-1, 3), 6)
    box = None if box is None else np.round(np.asarray(box, float), 6)
    entry = {
        "id": name,
        "elements": [chemical_symbols[z] for z in numbers],
        "coord": coord.ravel().tolist(),
        "box": None if box is None else box.ravel().tolist(),
        "functional": functional,
        "pair_cutoff": pair,
        "cn_cutoff": cn,
    }
    for damping in dampings:
        e, f, v = dispersion(numbers, coord, box, damping, functional, pair, cn)
        entry[damping] = {"energy": e, "force": digits(f), "virial": digits(v, 14)}
    frames.append(entry)


def jitter(n, amplitude):
    return random.uniform(-amplitude, amplitude, (n, 3))


# every element with every other: coordination numbers near none, usual, high
grid = np.array([(i, j, k) for i in range(5) for j in range(5) for k in range(4)])[:94]
numbers = random.permutation(np.arange(1, 95))
frame("all elements, sparse", numbers, grid * 5.5 + jitter(94, 0.4), functional="r2scan", dampings=("bj",))
frame("all elements, solid", numbers, grid * 2.9 + jitter(94, 0.3))
frame("all elements, periodic", numbers[::3], grid[:32] * 3.1 + jitter(32, 0.3), np.diag([6.3, 15.6, 12.5]) + jitter(3, 0.6))
frame("all elements, dense", numbers, grid * 1.9 + jitter(94, 0.2), functional="scan", dampings=("zero",))

# weights beside and beyond what exponentials can hold: all vanish, or their derivative does
fcc = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
for a in (0.9, 0.94, 0.98, 1.02, 1.1):
    frame(f"hydrogen pressed to {a} Å", [1], jitter(1, 0.3), fcc * a + jitter(3, 0.01), pair=12.0, cn=8.0)
frame("helium and cerium pressed", [2, 58, 6], jitter(3, 0.05) + [[0, 0, 0], [1.1, 0.9, 0.8], [0.2, 1.3, 1.2]], np.eye(3) * 2.1, pair=20.0, cn=15.0)

# cells
frame("one atom alone", [79], [[1, 2, 3]])
frame("dimer", [1, 17], [[0, 0, 0], [0, 0, 1.27]])
frame("water far from the origin", [8, 1, 1], np.array([[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]]) + 40)
frame("gold, primitive cell", [79], [[0.3, 0.1, 0.2]], fcc * 4.08)
frame("strongly skewed cell", [47, 79, 79], jitter(3, 3.0) + [[0, 0, 0], [2.4, 0, 2.1], [0, 5.2, 0]], [[4.2, 0, 0], [9.7, 4.9, 0.1], [-7.3, 11.1, 5.3]])
frame("left-handed cell", [29, 8, 22, 8], [[0, 0, 0], [1.9, 0.1, 0], [2, 2, 2], [0.1, 1.9, 2.0]], [[0, 4.1, 0.2], [3.9, 0, 0], [0.1, 0.3, 4.4]])
frame("atoms outside the cell", [14, 8, 8], [[-30.1, 2, 50.7], [17.3, -40, 1.1], [2.2, 1.4, -90.3]], [[4.9, 0, 0], [-2.4, 4.3, 0], [0, 0, 5.4]], "blyp")
frame("slab", [47] * 4 + [79] * 4, np.vstack([np.array([[0, 0, z], [1.45, 1.45, z + 2]]) for z in (0, 4.1, 8.2, 12.3)]) + jitter(8, 0.1), np.diag([2.9, 2.9, 35.0]), "pbesol")
frame("molecule in a wide box", [6, 1, 1, 1, 1], np.array([[0, 0, 0], [0.63, 0.63, 0.63], [-0.63, -0.63, 0.63], [-0.63, 0.63, -0.63], [0.63, -0.63, -0.63]]) + jitter(5, 0.05), np.diag([60.0, 30.0, 110.0]), "b3lyp")
frame("salt", [11, 17], [[0, 0, 0], [2.8, 0.1, 0]], fcc * 5.6, "rpbe")
frame("cutoffs of dftd3", [92, 8, 8], [[0, 0, 0], [1.4, 1.3, 1.4], [4.0, 4.1, 4.2]], fcc * 5.5, "revpbe", pair=60.0, cn=40.0)
frame("short cutoffs", [26, 16, 16], [[0, 0, 0], [2.1, 0.2, 0], [0.1, 2.2, 1.9]], [[5.4, 0, 0.3], [0, 3.4, 0], [0, 0.2, 3.6]], pair=9.3, cn=7.7)
frame("coordination beyond the pairs", [50, 82], [[0, 0, 0], [3.1, 0.2, 0.1]], [[5.9, 0, 0], [0.4, 4.1, 0], [0, 0.2, 3.9]], pair=8.1, cn=21.3)
cell = np.array([[8.1, 0.2, 0], [-0.3, 7.9, 0.1], [0.4, 0, 8.3]])
frame("hot alloy", random.choice([47, 79], 32), (np.vstack([np.array(s) + [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]] for s in np.ndindex(2, 2, 2)]) / 2) @ cell + jitter(32, 0.4), cell)

# every functional that resource functionals.txt names, energies of one cluster
cluster = np.round(np.array([[0, 0, 0], [0, 0, 2.9], [2.6, 0.4, 1.1], [-0.3, 3.3, 0.7]]), 6)
elements = [6, 8, 47, 17]
renamed = {"b971": "b97-1", "b3lyp631gd": "b3lyp/631gd", "hfminis": "hf/minis", "hfmixed": "hf/mixed", "hfsv": "hf/sv",
           "dsdblyp2013": "dsdblyp_2013", "dsdpbep862011": "dsdpbep86_2011", "slaterdirac": "slaterdiracexchange"}
functionals, unnamed = {}, []
for line in open(__file__.replace("scripts/goldens/d3.py", "model-core/src/main/resources/org/dpsieve/d3/functionals.txt")):
    word = line.split()
    if word[0] in ("bj", "zero"):
        try:
            functionals[f"{word[1]} {word[0]}"] = dispersion(elements, cluster, None, word[0], renamed.get(word[1], word[1]))[0]
        except RuntimeError:
            # dftd3 lists its parameters in parameters.toml but does not find them by name
            unnamed.append(f"{word[1]} {word[0]}")
print("not known to dftd3 by name:", unnamed, file=sys.stderr)

versions = {name: importlib.metadata.version(name) for name in ("dftd3", "numpy")}
out = {"made_by": "scripts/goldens/d3.py", "versions": versions, "units": "eV, Å, eV/Å; cutoffs bohr; virial positive under compression",
       "frames": frames, "functional_elements": [chemical_symbols[z] for z in elements], "functional_coord": cluster.ravel().tolist(), "functionals": functionals}
text = json.dumps(out, ensure_ascii=False)
print(text.replace('{"id"', '\n{"id"').replace(', "zero"', ',\n"zero"').replace(', "bj"', ',\n"bj"'))
