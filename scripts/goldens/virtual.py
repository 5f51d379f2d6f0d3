#!/usr/bin/env python
"""Make model-core/src/test/resources/goldens/virtual: a mixed system with virtual atoms (type -1), and what DeePMD-kit
says of it by models of models.py and architectures.py.

    python scripts/goldens/virtual.py

needs deepmd-kit with TensorFlow, and run again with PyTorch (made with 3.2.0 of both): each adds its own models.
"""

import gzip
import importlib.util
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DEVICE", "cpu")

import numpy as np

from models import TYPE_MAP

GOLDENS = Path(__file__).resolve().parents[2] / "model-core/src/test/resources/goldens"
TARGET = GOLDENS / "virtual"
TORCH = [
    "se_e2_a", "se_e2_r", "se_e3", "se_e3_tebd-concat", "se_atten", "se_atten-attention", "hybrid", "zbl"]
TENSORFLOW = ["se-atten"]  # mixed systems are only for those whose sel is for all types
BOX = np.array([[6.6, 0.2, -0.3], [1.1, 6.2, 0.4], [-0.7, 0.9, 6.9]])


def system():
    """Three frames of nine places, of which two to four are virtual, some of those on top of an atom."""
    rng = np.random.default_rng(3)
    kinds = rng.integers(0, 2, (3, 9))
    grid = np.array([[i, j, k] for i in (0, 1 / 3, 2 / 3) for j in (0, 1 / 3, 2 / 3) for k in (0.5,)])
    coord = (grid + rng.normal(0, 0.03, (3, 9, 3))) @ BOX
    for frame, places in enumerate(([0, 4], [2, 3, 8], [0, 1, 2, 3])):
        kinds[frame, places] = -1
        coord[frame, places[0]] = coord[frame, 5] + 0.01
    return kinds, coord


def expected(file, kinds, coord):
    from deepmd.infer import DeepPot

    potential = DeepPot(file)
    e, f, v, ae, _ = potential.eval(
        coord.reshape(3, -1), np.tile(BOX.ravel(), (3, 1)), kinds, atomic=True, mixed_type=True)
    return [
        {"energy": e[i].item(), "force": f[i].ravel().tolist(), "virial": v[i].ravel().tolist(),
         "atom_energy": ae[i].ravel().tolist()} for i in range(3)]


if __name__ == "__main__":
    kinds, coord = system()
    data = TARGET / "set.000"
    data.mkdir(parents=True, exist_ok=True)
    (TARGET / "type_map.raw").write_text("\n".join(TYPE_MAP[:2]) + "\n")
    (TARGET / "type.raw").write_text("0\n" * 9)
    np.save(data / "coord.npy", coord.reshape(3, -1))
    np.save(data / "box.npy", np.tile(BOX.ravel(), (3, 1)))
    np.save(data / "real_atom_types.npy", kinds)
    said = TARGET / "expected.json.gz"
    models = json.loads(gzip.decompress(said.read_bytes())) if said.exists() else {}
    for package, folder, names, suffix in (
            ("torch", "architectures", TORCH, "pth"), ("tensorflow", "models", TENSORFLOW, "pb")):
        for name in names if importlib.util.find_spec(package) else ():
            with tempfile.TemporaryDirectory() as temporary:
                file = Path(temporary) / f"model.{suffix}"
                file.write_bytes(gzip.decompress((GOLDENS / folder / f"{name}.{suffix}.gz").read_bytes()))
                try:
                    models[f"{folder}/{name}.{suffix}"] = expected(str(file), kinds, coord)
                    print(name, "evaluated", flush=True)
                except Exception as problem:
                    print(name, "failed:", type(problem).__name__, str(problem)[-400:], flush=True)
    said.write_bytes(gzip.compress(json.dumps(models).encode(), mtime=0))
