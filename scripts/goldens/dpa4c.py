#!/usr/bin/env python
"""Make model-core/src/test/resources/goldens/dpa4c: tiny random models of DPA4C in every file format that holds one, with
DeePMD-kit's own numbers for awkward frames: energies of its NumPy implementation, forces and virials of its backend
pt_expt (PyTorch).

    python scripts/goldens/dpa4c.py [NAME ...]

needs deepmd-kit with PyTorch (made with deepmd-kit 3.2.0, torch 2.11.0). DPA4C has no sel: where DeePMD-kit would make
room for 999,999 neighbors of every atom (linear combinations with what needs a list), it is told 150 here, more than any
frame has. Left-handed cells have two vectors exchanged, for NumPy's implementation misses neighbors in them.
"""

import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DP_INTRA_OP_PARALLELISM_THREADS", "1")
os.environ.setdefault("DP_INTER_OP_PARALLELISM_THREADS", "1")
os.environ.setdefault("DEVICE", "cpu")

import numpy as np

from architectures import TABLE, se_atten, small_archive
from models import TYPE_MAP, frames

TARGET = Path(__file__).resolve().parents[2] / "model-core/src/test/resources/goldens/dpa4c"


def dpa4c(**more):
    return {"type": "dpa4c", "rcut": 4.3, "channels": 8, "lmax": 2, "n_radial": 6, "precision": "float64", "seed": 1,
            **more}


def model(descriptor, fitting=None, **more):
    return {
        "type_map": TYPE_MAP[:3], "descriptor": descriptor,
        "fitting_net": {"neuron": [7, 7], "activation_function": "silu", "precision": "float64", "seed": 2,
                        **(fitting or {})},
        **more}


PAIRTAB = {"type": "pairtab", "tab_file": "table.txt", "rcut": 4.1, "sel": 150, "type_map": TYPE_MAP[:3]}
MODELS = {
    "plain": model(dpa4c()),
    "lmax-3-modes": model(dpa4c(lmax=3, radial_modes=3)),
    "lmax-4-gaussian": model(dpa4c(lmax=4, channels=16, basis_type="gaussian", radial_modes=1)),
    "channels-32": model(dpa4c(channels=32, rcut=3.7)),
    "channels-64": model(dpa4c(channels=64, rcut=3.3), {"neuron": [4]}),
    "channels-128": model(dpa4c(channels=128, lmax=3, rcut=3.1), {"neuron": [3]}),
    "exclude": model(dpa4c(exclude_types=[[0, 1], [2, 2]])),
    "exclude-pairs-and-atoms": model(dpa4c(), pair_exclude_types=[[0, 1]], atom_exclude_types=[2]),
    "float32": model(dpa4c(precision="float32", lmax=3), {"precision": "float32"}),
    "fparam-case": model(dpa4c(), {"numb_fparam": 1, "dim_case_embd": 2}),
    "atom-ener": model(dpa4c(), {"atom_ener": [0.1, None, 0.3]}),
    "hybrid": model({"type": "hybrid", "list": [dpa4c(), se_atten(sel=150, rcut=3.9)]}),
    "zbl": model(dpa4c(), use_srtab="table.txt", smin_alpha=0.4, sw_rmin=0.5, sw_rmax=2.9),
    "linear": {"type": "linear_ener", "type_map": TYPE_MAP[:3], "weights": [0.7, -1.3],
               "models": [model(dpa4c()), model(dpa4c(lmax=3, rcut=3.5))]},
    "linear-table": {"type": "linear_ener", "type_map": TYPE_MAP[:3], "weights": "mean",
                     "models": [model(dpa4c()), PAIRTAB]},
}
LISTED = ("hybrid", "zbl", "linear-table")
REFUSED = {
    "spin": model(dpa4c(), spin={"scheme": "native", "use_spin": [True, False, False]}),
    "charge": model(dpa4c(add_chg_spin_ebd=True, default_chg_spin=[0, 1])),
}


def randomise(data, rng):
    """All that starts as zeros or ones, or the same for all."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, (dict, list)):
            randomise(value, rng)
        elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
            draw = rng.normal(size=value.shape)
            if key in ("mean", "bias_atom_e", "out_bias", "case_embd", "fparam_avg", "b", "adam_type_embedding"):
                value[...] = 0.5 * draw
            elif key in ("stddev", "fparam_inv_std"):
                value[...] = 0.5 + np.abs(draw)
            elif key == "adam_freqs":
                value[...] *= 1 + 0.02 * draw
            elif key == "w" and value.shape[0] == value.shape[1]:
                value[...] = 0.3 * draw
            elif str(key).endswith(".matrix"):
                if value.size > 2000:  # few different numbers, so that large files become small
                    draw = 2 * np.sign(draw) * (rng.uniform(size=draw.shape) < 0.2)
                value[...] = draw * (1.5 / np.sqrt(value.shape[0]))


def pack(name, content):
    (TARGET / (name + ".gz")).write_bytes(gzip.compress(content, mtime=0))


def numbers(built, torched, frame, kinds, more):
    """One frame's energies by NumPy, its forces and virial by PyTorch."""
    import torch

    box = None if frame["box"] is None else np.array([frame["box"]]).reshape(1, 3, 3)
    if box is not None and np.linalg.det(box[0]) < 0:
        box = box[:, [1, 0, 2]]
    coord = np.array([frame["coord"]]).reshape(1, -1, 3)
    method = {"neighbor_graph_method": "dense"} if built.atomic_model.uses_graph_lower() else {}
    said = built.call_common(coord, kinds, box, **method, **more)
    energies = np.asarray(said["energy"]).ravel()
    tensors = {key: torch.tensor(value) for key, value in more.items()}
    pt = torched(
        torch.tensor(coord, requires_grad=True), torch.tensor(kinds), None if box is None else torch.tensor(box.reshape(1, 9)),
        **tensors)
    off = np.abs(pt["atom_energy"].detach().numpy().ravel() - energies).max()
    return {
        "energy": float(energies.sum()), "atom_energy": energies.tolist(),
        "force": pt["force"].detach().numpy().ravel().tolist(), "virial": pt["virial"].detach().numpy().ravel().tolist(),
    }, off


def model_of_program(content):
    """Of an exported program what says that it is one, and the model beside it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            if entry.filename.endswith(("/archive_format", "/extra/model.json", "/extra/model_def_script.json")):
                target.writestr(zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)), source.read(entry))
    return out.getvalue()


def awkward():
    """Those of all architectures, and denser ones, permuted and turned."""
    made = frames(3)
    first = json.loads(json.dumps(made[0]))
    coord = np.array(first["coord"]).reshape(-1, 3)
    box = np.array(first["box"]).reshape(3, 3)
    order = [5, 2, 7, 0, 1, 3, 6, 4]
    made.append({**first, "id": "permuted", "elements": [first["elements"][i] for i in order],
                 "coord": coord[order].ravel().tolist()})
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    made.append({**first, "id": "turned", "coord": (coord @ turn).ravel().tolist(), "box": (box @ turn).ravel().tolist()})
    made.append({**first, "id": "dense", "coord": (0.75 * coord).ravel().tolist(), "box": (0.75 * box).ravel().tolist()})
    return made


def make(name, section, refused):
    import deepmd
    import torch
    from deepmd.dpmodel.descriptor.dpa4c import DescrptDPA4C
    from deepmd.dpmodel.model.model import get_model
    from deepmd.dpmodel.utils.serialization import save_dp_model, traverse_model_dict
    from deepmd.pt_expt.model import BaseModel as TorchBase
    from deepmd.pt_expt.train.wrapper import ModelWrapper

    listed = name in LISTED
    DescrptDPA4C.get_sel = lambda self: [150 if listed else 999999]
    if listed:
        DescrptDPA4C.uses_graph_lower = lambda self: False
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("table.txt").write_text(TABLE)
        built = get_model(json.loads(json.dumps(section)))
        os.chdir(here)
    data = traverse_model_dict(built.serialize(), np.array)
    randomise(data, np.random.default_rng(len(name)))
    built = type(built).deserialize(data)
    whole = {"model": built.serialize(), "model_def_script": section, "backend": "DPModel",
             "@variables": {"min_nbor_dist": np.array(1.5)}}
    prefix = "refused-" if refused else ""
    with tempfile.TemporaryDirectory() as folder:
        suffixes = ("dp", "yaml") if name == "plain" else ("dp",)
        for suffix in suffixes:
            file = Path(folder) / f"model.{suffix}"
            save_dp_model(str(file), whole)
            pack(f"{prefix}{name}.{suffix}", file.read_bytes())
        if refused:
            return
        torched = TorchBase.deserialize(data)
        torched.eval()
        if name in ("plain", "lmax-3-modes", "fparam-case", "linear"):
            file = Path(folder) / "model.pt"
            torch.save({"model": ModelWrapper(torched, model_params=json.loads(json.dumps(section))).state_dict()}, file)
            pack(name + ".pt", small_archive(file.read_bytes()))
        if name == "exclude":
            file = Path(folder) / "tasks.pt"
            params = {"model_dict": {"one": json.loads(json.dumps(MODELS["plain"])), "two": json.loads(json.dumps(section))}}
            other = TorchBase.deserialize(traverse_model_dict(get_model(MODELS["plain"]).serialize(), np.array))
            torch.save({"model": ModelWrapper({"one": other, "two": torched}, model_params=params).state_dict()}, file)
            pack("tasks.pt", small_archive(file.read_bytes()))
            subprocess.run([Path(sys.executable).parent / "dp", "--pt-expt", "freeze", "-c", file, "--head", "two",
                            "-o", Path(folder) / "model.pte"], check=True)
            pack("exclude.pte", model_of_program((Path(folder) / "model.pte").read_bytes()))
    made = awkward()
    worst = 0
    for count, frame in enumerate(made):
        kinds = np.array([[TYPE_MAP.index(e) for e in frame["elements"]]])
        more = {}
        if section.get("fitting_net", {}).get("numb_fparam"):
            frame["fparam"] = [0.3 + 0.1 * count]
            more["fparam"] = np.array([frame["fparam"]])
        said, off = numbers(built, torched, frame, kinds, more)
        frame["models"] = [said]
        worst = max(worst, off)
    expected = {
        "made_by": f"deepmd-kit {deepmd.__version__} (NumPy, torch {torch.__version__.split('+')[0]}), "
                   "scripts/goldens/dpa4c.py",
        "models": [name], "model": section, "frames": made}
    pack(f"{name}.json", json.dumps(expected).encode())
    print(name, "made; NumPy and PyTorch differ by", worst, "eV", flush=True)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in sys.argv[1:] or [*MODELS, *REFUSED]:
        pid = os.fork()  # what is said of sel stays with one model
        if pid == 0:
            try:
                make(name, MODELS.get(name) or REFUSED[name], name in REFUSED)
                os._exit(0)
            except BaseException as problem:
                import traceback
                traceback.print_exc()
                print(name, "failed:", type(problem).__name__, str(problem)[-300:], flush=True)
                os._exit(1)
        if os.waitpid(pid, 0)[1] != 0:
            failed.append(name)
    sys.exit(f"failed: {failed}" if failed else 0)
