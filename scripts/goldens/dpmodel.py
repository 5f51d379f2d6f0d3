#!/usr/bin/env python
"""Make model-core/src/test/resources/goldens/dpmodel: tiny random .dp models of variants that architectures.py leaves
out, with the energies of DeePMD-kit's own NumPy implementation, which defines the numbers and has no forces.

    python scripts/goldens/dpmodel.py [NAME ...]

needs deepmd-kit (made with 3.2.0), no TensorFlow and no PyTorch.
"""

import gzip
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from architectures import PAIRTAB, TABLE, model, se_atten, se_e2_a, se_e2_r, se_e3, se_e3_tebd
from models import TYPE_MAP, frames

TARGET = Path(__file__).resolve().parents[2] / "model-core/src/test/resources/goldens/dpmodel"

MODELS = {
    "atom_ener": model(se_e2_a(type_one_side=True), {"atom_ener": [0.1, None, 0.3]}),
    "atom_ener-fparam": model(se_e2_a(type_one_side=True), {"atom_ener": [0.1, None, 0.3], "numb_fparam": 1}),
    "atom_ener-se_atten-case": model(se_atten(), {"atom_ener": [0.1, None, 0.3], "dim_case_embd": 2}),
    "se_e3_tebd-strip-sharp-exclude": model(
        se_e3_tebd(sel=40, tebd_input_mode="strip", smooth=False, exclude_types=[[0, 1]])),
    "se_atten-strip-sharp": model(
        se_atten(tebd_input_mode="strip", smooth_type_embedding=False, concat_output_tebd=False, sel=60)),
    "se_atten-attention-strip-sharp": model(se_atten(
        attn_layer=1, sel=60, type_one_side=True, tebd_input_mode="strip", smooth_type_embedding=False, resnet_dt=True,
        neuron=[9, 9, 18], tebd_dim=2, activation_function="silu")),
    "hybrid-attention": model({"type": "hybrid", "list": [
        se_atten(attn_layer=1, sel=60), se_e3_tebd(rcut=3.9, sel=60, tebd_input_mode="strip"), se_e2_r(rcut=3.5)]}),
    "zbl-hybrid": model(
        {"type": "hybrid", "list": [se_atten(sel=30, rcut=3.9), se_e2_r()]}, use_srtab="table.txt", smin_alpha=0.4,
        sw_rmin=0.5, sw_rmax=2.9),
    # the first layer of the fitting net is as wide as its inputs, or twice, and passes them by
    "first-residual": model(se_e2_r(exclude_types=[[0, 1]]), {"neuron": [12, 7], "atom_ener": [0.1, None, 0.3]}),
    "first-residual-fparam-case": model(
        se_e2_a(type_one_side=True, neuron=[3, 6], axis_neuron=2),
        {"neuron": [16, 16], "numb_fparam": 1, "dim_case_embd": 3}),
    "first-residual-doubled-se_atten": model(
        se_atten(sel=60, neuron=[3, 6], axis_neuron=2), {"neuron": [32, 7], "atom_ener": [0.1, None, 0.3]}),
    "hybrid-nested": model({"type": "hybrid", "list": [
        se_e2_a(type_one_side=True, sel=[6, 5, 4]),
        {"type": "hybrid", "list": [se_e2_r(rcut=3.9), {"type": "hybrid", "list": [se_e3(rcut=3.1)]}]}]}),
    "hybrid-nested-mixed": model({"type": "hybrid", "list": [
        {"type": "hybrid", "list": [se_e2_r(rcut=3.5), se_atten(sel=60, neuron=[3, 6])]},
        se_e2_a(type_one_side=True, neuron=[3, 6], sel=[6, 5, 4])]}),
    "linear_ener": {
        "type": "linear_ener", "type_map": TYPE_MAP[:3], "weights": "mean", "pair_exclude_types": [[0, 1]],
        "atom_exclude_types": [2],
        "models": [{**PAIRTAB, "sel": 60}, model(se_atten(sel=50)), model(se_e3_tebd(rcut=3.5, sel=60))]},
}


def randomise(data, rng):
    """Every parameter of a serialised model; the mean of the environment stays zero."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, (dict, list)):
            randomise(value, rng)
        elif isinstance(value, np.ndarray) and value.dtype.kind == "f" and key not in (
                "davg", "out_std", "vdata", "tab_info"):
            if key == "dstd":
                per_type = rng.uniform(0.1, 0.3, (value.shape[0], 2))
                value[..., 0] = per_type[:, :1]
                if value.shape[-1] == 4:
                    value[..., 1:] = per_type[:, 1:, None]
            elif key.endswith("inv_std"):
                value[...] = rng.uniform(0.8, 1.2, value.shape)
            else:
                value[...] = rng.normal(size=value.shape) * (1.5 / np.sqrt(value.shape[0]) if value.ndim == 2 else 0.3)


def make(name, section):
    import deepmd
    from deepmd.dpmodel.model.model import get_model
    from deepmd.dpmodel.utils.serialization import save_dp_model, traverse_model_dict

    rng = np.random.default_rng(len(name))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("table.txt").write_text(TABLE)
        built = get_model(json.loads(json.dumps(section)))
        os.chdir(TARGET)
    data = traverse_model_dict(built.serialize(), np.array)
    randomise(data, rng)
    built = type(built).deserialize(data)
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "model.dp")
        save_dp_model(file, {
            "model": built.serialize(), "model_def_script": section, "backend": "DPModel",
            "@variables": {"min_nbor_dist": np.array(1.5)}})  # as dp convert-backend carries it over
        (TARGET / f"{name}.dp.gz").write_bytes(gzip.compress(Path(file).read_bytes(), mtime=0))
    # not those whose equally near neighbors sel may cut, and left-handed cells, which are another matter
    made = [frame for frame in frames(3) if frame["id"] not in ("crystal", "left-handed")]
    for count, frame in enumerate(made):
        kinds = np.array([[TYPE_MAP.index(e) for e in frame["elements"]]])
        more = {}
        if section.get("fitting_net", {}).get("numb_fparam"):
            frame["fparam"] = [0.3 + 0.1 * count]
            more["fparam"] = np.array([frame["fparam"]])
        box = None if frame["box"] is None else np.array([frame["box"]])
        said = built(np.array([frame["coord"]]), kinds, box, **more)
        energies = np.asarray(said["atom_energy"] if "atom_energy" in said else said["energy"]).ravel().tolist()
        frame["models"] = [{"energy": sum(energies), "atom_energy": energies}]
    expected = {
        "made_by": f"deepmd-kit {deepmd.__version__} (NumPy), scripts/goldens/dpmodel.py",
        "models": [name], "model": section, "frames": made}
    (TARGET / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(expected).encode(), mtime=0))


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or MODELS:
        make(name, MODELS[name])
        print(name, "made", flush=True)
