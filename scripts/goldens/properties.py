#!/usr/bin/env python
"""Make model-core/src/test/resources/goldens/properties: tiny random models of the fittings property, dos, dipole and
polar, in the file formats of DeePMD-kit, with DeePMD-kit's own numbers (frame and atoms) for the frames of models.py.

    python scripts/goldens/properties.py [NAME ...]

needs deepmd-kit with PyTorch (made with deepmd-kit 3.2.0, torch 2.11.0), as architectures.py, whose parts it uses.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import architectures
import numpy as np
from architectures import model, randomise, se_atten, se_e2_a, se_e3, small_archive
from models import TYPE_MAP, frames, parameters

architectures.TARGET = TARGET = Path(__file__).resolve().parents[2] / (
    "model-core/src/test/resources/goldens/properties")
SMALL = {"neuron": [2, 4], "axis_neuron": 2}


def of(kind, **more):
    return {"type": kind, "neuron": [5, 5], **more}


MODELS = {
    "property": model(se_e2_a(type_one_side=True, **SMALL), of(
        "property", property_name="gap", task_dim=2, intensive=True, distinguish_types=False)),
    "property-types": model(se_e2_a(type_one_side=False, **SMALL), of(
        "property", property_name="volume", task_dim=1, intensive=False, distinguish_types=True)),
    "property-mixed": model(se_atten(**SMALL), of(
        "property", property_name="gap", task_dim=3, intensive=True, distinguish_types=True, numb_fparam=1),
        atom_exclude_types=[2]),
    "property-se_e3": model(se_e3(neuron=[2, 4]), of(
        "property", property_name="gap", task_dim=1, intensive=True, distinguish_types=True)),
    "dos": model(se_e2_a(type_one_side=True, **SMALL), of("dos", numb_dos=4)),
    "dipole": model(se_e2_a(type_one_side=True, **SMALL), of("dipole")),
    "dipole-attention": model(se_atten(attn_layer=1, **SMALL), of("dipole")),
    "dipole-hybrid": model({"type": "hybrid", "list": [
        se_e2_a(type_one_side=True, **SMALL), se_atten(sel=14, rcut=3.9, **{**SMALL, "neuron": [3, 6]})]}, of("dipole")),
    "polar": model(se_e2_a(type_one_side=True, **SMALL), of("polar", fit_diag=True, scale=[1.5, 0.5, 2.0])),
    "polar-full": model(se_atten(**SMALL), of("polar", fit_diag=False, shift_diag=True)),
    "polar-no-shift": model(se_e2_a(type_one_side=True, **SMALL), of("polar", fit_diag=True, shift_diag=False)),
}


def evaluate(name, section, file):
    import deepmd
    import torch
    from deepmd.infer.deep_eval import DeepEval

    potential = DeepEval(file)
    made = [frame for frame in frames(3) if frame["id"] != "left-handed"]
    for count, frame in enumerate(made):
        kinds = [TYPE_MAP.index(e) for e in frame["elements"]]
        box = None if frame["box"] is None else np.array([frame["box"]])
        more = parameters(section, count, len(kinds))
        given = {key: np.array([value]) for key, value in more.items()}
        coord = np.array([frame["coord"]])
        if section["fitting_net"]["type"] in ("dipole", "polar"):
            atomic = potential.eval(coord, box, kinds, atomic=True, **given)
            value = np.sum(atomic, axis=1)
        else:
            value, atomic = potential.eval(coord, box, kinds, atomic=True, **given)[:2]
        frame.update(more)
        frame["value"] = np.ravel(value).tolist()
        frame["atomic"] = np.ravel(atomic).tolist()
    return {
        "made_by": f"deepmd-kit {deepmd.__version__} (PyTorch backend, torch {torch.__version__.split('+')[0]}), "
                   "scripts/goldens/properties.py",
        "model": section, "frames": made,
    }


def statistics(built, constants):
    """Standard deviations of labels, which start as ones, and what a polar fitting adds (not in PyTorch)."""
    import torch

    rng = torch.Generator().manual_seed(8)
    for key, value in built.state_dict().items():
        if key.split(".")[-1] == "out_std":
            value.copy_(0.5 + torch.rand(value.shape, generator=rng, dtype=torch.float64).to(value))
    fitting = built.atomic_model.fitting_net
    if constants and hasattr(fitting, "constant_matrix"):
        fitting.constant_matrix = torch.tensor([0.3, -0.2, 0.7], dtype=torch.float64)


def make(name, section):
    import torch
    from deepmd.dpmodel.utils.serialization import save_dp_model
    from deepmd.pt.model.model import get_model
    from deepmd.pt.train.wrapper import ModelWrapper

    built = get_model(json.loads(json.dumps(section)))
    randomise(built, not section["descriptor"].get("set_davg_zero"), False)
    statistics(built, name != "polar")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        wrapper = ModelWrapper(built, model_params=json.loads(json.dumps(section)))
        torch.save({"model": wrapper.state_dict()}, "model.pt")
        built.eval()
        data = {"model": built.serialize(), "model_def_script": section, "backend": "PyTorch"}
        for suffix in ("dp", "yaml") if name == "property" else ("dp",):
            save_dp_model("model." + suffix, data)
            architectures.pack(f"{name}.{suffix}", Path("model." + suffix).read_bytes())
        expected = evaluate(name, section, "model.dp")
        architectures.pack(name + ".json", json.dumps(expected).encode())
        if name in ("property", "dos", "polar"):
            torch.jit.save(torch.jit.script(built), "model.pth")
            torch_says = evaluate(name, section, "model.pth")
            for ours, theirs in zip(expected["frames"], torch_says["frames"]):
                np.testing.assert_allclose(ours["value"], theirs["value"], rtol=1e-9, atol=1e-9)
            architectures.pack(f"{name}.pth", small_archive(Path("model.pth").read_bytes()))
        if name == "property":
            architectures.pack(f"{name}.pt", small_archive(Path("model.pt").read_bytes()))
        os.chdir(TARGET)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or MODELS:
        make(name, MODELS[name])
        print(name, "made", flush=True)
