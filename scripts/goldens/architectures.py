#!/usr/bin/env python
"""Make model-core/src/test/resources/goldens/architectures: one tiny random model per architecture, in the file formats
of DeePMD-kit (.dp, .pth; with se_e2_a also .yaml, .pt), with DeePMD-kit's own numbers for the frames of models.py.

    python scripts/goldens/architectures.py [NAME ...]

needs deepmd-kit with PyTorch (made with deepmd-kit 3.2.0, torch 2.11.0). Weights, statistics and shifts are random:
arbitrary numbers are what a test wants. NAME.json.gz holds the model section and, per frame, what the PyTorch backend
says of NAME.pth; archives lose their debug records, and everything is gzipped without time stamp.
"""

import gzip
import io
import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DP_INTRA_OP_PARALLELISM_THREADS", "1")
os.environ.setdefault("DP_INTER_OP_PARALLELISM_THREADS", "1")
os.environ.setdefault("DEVICE", "cpu")

import numpy as np

from models import TYPE_MAP, frames, parameters

TARGET = Path(__file__).resolve().parents[2] / "model-core/src/test/resources/goldens/architectures"
RADII = {"rcut": 4.3, "rcut_smth": 0.7}
PLAIN = {"neuron": [3, 6, 12], "precision": "float64", "seed": 1}


def se_e2_a(**more):
    return {"type": "se_e2_a", "sel": [16, 14, 12], **RADII, **PLAIN, "axis_neuron": 4, **more}


def se_e2_r(**more):
    return {"type": "se_e2_r", "sel": [16, 14, 12], **RADII, **PLAIN, **more}


def se_e3(**more):
    return {"type": "se_e3", "sel": [8, 7, 6], **RADII, **PLAIN, **more}


def se_e3_tebd(**more):
    return {"type": "se_e3_tebd", "sel": 20, **RADII, **PLAIN, "tebd_dim": 4, **more}


def se_atten(**more):
    return {
        "type": "se_atten", "sel": 40, **RADII, **PLAIN, "axis_neuron": 4, "tebd_dim": 4, "attn": 8, "attn_layer": 0,
        "attn_dotr": True, "attn_mask": False, "activation_function": "tanh", "set_davg_zero": True, **more,
    }


def model(descriptor, fitting=None, **more):
    return {
        "type_map": TYPE_MAP[:3],
        "descriptor": descriptor,
        "fitting_net": {
            "type": "ener", "neuron": [7, 7], "resnet_dt": True, "precision": "float64", "seed": 2, **(fitting or {})},
        **more,
    }


MODELS = {
    "se_e2_a": model(se_e2_a(type_one_side=False)),
    "se_e2_a-one-side": model(se_e2_a(type_one_side=True, resnet_dt=True, sel=[5, 3, 4])),
    "se_e2_a-exclude": model(se_e2_a(type_one_side=False, exclude_types=[[0, 1], [2, 2]])),
    "se_e2_a-exclude-one-side": model(se_e2_a(type_one_side=True, exclude_types=[[0, 1], [2, 2]])),
    "se_e2_a-exclude-no-mean": model(
        se_e2_a(type_one_side=False, exclude_types=[[0, 1], [2, 2]], set_davg_zero=True)),
    "se_e2_a-env-protection": model(se_e2_a(type_one_side=True, env_protection=0.01)),
    "se_e2_a-float32": model(se_e2_a(type_one_side=True, precision="float32"), {"precision": "float32"}),
    "se_e2_a-silut": model(se_e2_a(type_one_side=True, activation_function="silut:1.5"),
                           {"activation_function": "gelu"}),
    "fparam-aparam": model(se_e2_a(type_one_side=True), {"numb_fparam": 2, "numb_aparam": 1}),
    "default-fparam": model(se_e2_a(type_one_side=True), {"numb_fparam": 2, "default_fparam": [0.3, -0.4]}),
    "case-embedding": model(se_e2_a(type_one_side=True), {"dim_case_embd": 3}),
    "exclude-pairs-and-atoms": model(
        se_e2_a(type_one_side=True), pair_exclude_types=[[0, 1]], atom_exclude_types=[2]),
    "se_e2_r": model(se_e2_r()),
    "se_e2_r-exclude": model(se_e2_r(exclude_types=[[0, 1], [2, 2]], sel=[5, 3, 4])),
    "se_e3": model(se_e3()),
    "se_e3-resnet-dt": model(se_e3(resnet_dt=True, sel=[4, 3, 2], activation_function="gelu")),
    "se_e3_tebd-concat": model(se_e3_tebd(tebd_input_mode="concat")),
    "se_e3_tebd-strip": model(se_e3_tebd(tebd_input_mode="strip", sel=9)),
    "se_atten": model(se_atten()),
    "se_atten-one-side": model(se_atten(type_one_side=True, sel=12, resnet_dt=True)),
    "se_atten-exclude": model(se_atten(exclude_types=[[0, 1], [2, 2]])),
    "se_atten-strip": model(se_atten(tebd_input_mode="strip")),
    "se_atten-attention": model(se_atten(attn_layer=2)),
    "se_atten-attention-sharp": model(
        se_atten(attn_layer=2, smooth_type_embedding=False, attn_dotr=False, sel=15, normalize=False)),
    "se_atten-attention-exclude": model(
        se_atten(attn_layer=1, tebd_input_mode="strip", type_one_side=True, exclude_types=[[0, 1]], temperature=0.7)),
    "se_atten_v2": model({k: v for k, v in se_atten(type="se_atten_v2", attn_layer=1).items() if k != "attn_mask"}),
    "hybrid": model({"type": "hybrid", "list": [
        se_e2_a(type_one_side=True, sel=[6, 5, 4]), se_e2_r(rcut=3.9), se_e3(rcut=3.1)]}),
    "hybrid-mixed": model({"type": "hybrid", "list": [se_atten(sel=14), se_e2_a(type_one_side=True, rcut=3.9)]}),
}
MODELS["zbl"] = model(se_atten(), use_srtab="table.txt", sw_rmin=1.5, sw_rmax=2.5)
MODELS["zbl-exclude"] = model(
    se_e3_tebd(tebd_input_mode="concat", sel=9), use_srtab="table.txt", sw_rmin=0.5, sw_rmax=2.9,
    pair_exclude_types=[[0, 1]], atom_exclude_types=[2])
PAIRTAB = {"type": "pairtab", "tab_file": "table.txt", "rcut": 4.1, "sel": 20, "type_map": TYPE_MAP[:3]}
MODELS["linear_ener"] = {
    "type": "linear_ener", "type_map": TYPE_MAP[:3], "weights": [0.7, -1.3, 0.4],
    "models": [model(se_atten(sel=50)), model(se_e3_tebd(tebd_input_mode="strip", rcut=3.5)), PAIRTAB]}
for name in ("se_atten_v2",):
    MODELS[name]["descriptor"].pop("tebd_input_mode", None)

# Never read: what they are must be said by name.
REFUSED = {
    "spin": {
        **model(se_e2_a(type_one_side=True)), "type_map": TYPE_MAP[:3],
        "spin": {"use_spin": [True, False, False], "virtual_scale": [0.3]}},
    "dipole": model(se_e2_a(type_one_side=True), {"type": "dipole"}),
    "dpa2": model({
        "type": "dpa2",
        "repinit": {"rcut": 4.3, "rcut_smth": 0.7, "nsel": 20, "neuron": [2, 4], "axis_neuron": 2},
        "repformer": {"rcut": 3.5, "rcut_smth": 0.7, "nsel": 10, "nlayers": 1, "g1_dim": 8, "g2_dim": 4,
                      "axis_neuron": 2, "attn1_hidden": 4, "attn1_nhead": 1, "attn2_hidden": 4, "attn2_nhead": 1}}),
}


# Of pair energies, for three types.
TABLE = "\n".join(
    " ".join("%g" % x for x in (r, *(np.array([9, 8, 7, 6, 5, 4]) / r))) for r in np.arange(0.1, 4, 0.3))


def randomise(built, mean, linear):
    """Statistics, shifts and everything else that starts as zeros or ones."""
    import torch

    rng = torch.Generator().manual_seed(5)
    for key, value in built.state_dict().items():
        if not value.is_floating_point() or value.numel() == 0:
            continue
        draw = torch.randn(value.shape, generator=rng, dtype=torch.float64).to(value)
        last = key.split(".")[-1]
        if last == "mean":  # the radial column, one number per type
            value.zero_()
            if mean and "se_atten" not in key and "ttebd" not in key:
                value[..., 0] = 0.1 * draw.reshape(draw.shape[0], -1)[:, :1]
        elif last == "stddev":
            per_type = torch.rand(draw.shape[0], 2, generator=rng, dtype=torch.float64).to(value) * 0.3 + 0.2
            value[..., 0] = per_type[:, :1]
            if value.shape[-1] == 4:
                value[..., 1:] = per_type[:, 1:, None]
        elif key.startswith("atomic_model.models.") and last == "out_bias" and not linear:
            pass  # counts in the PyTorch backend, not in the NumPy one
        elif last in ("out_bias", "bias_atom_e", "fparam_avg", "aparam_avg", "case_embd"):
            value.copy_(draw)
        elif last in ("fparam_inv_std", "aparam_inv_std"):
            value.copy_(1 + 0.1 * draw.abs())
        elif last in ("idt",):
            value.copy_(0.5 + 0.1 * draw)
        elif "attn_layer_norm" in key:
            value.add_(0.3 * draw)
        elif last in ("matrix", "bias") and float(value.abs().max()) < 1e-9:
            value.copy_(0.3 * draw)


def small_archive(content):
    """Without the debug records, which nobody needs; stored, as PyTorch stores."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)), source.read(entry))
    return out.getvalue()


def pack(name, content):
    (TARGET / (name + ".gz")).write_bytes(gzip.compress(content, mtime=0))


def evaluate(name, section, file):
    import deepmd
    import torch
    from deepmd.infer import DeepPot

    potential = DeepPot(file)
    made = [frame for frame in frames(3) if frame["id"] != "left-handed"]  # the PyTorch backend fails at it
    for count, frame in enumerate(made):
        kinds = [TYPE_MAP.index(e) for e in frame["elements"]]
        box = None if frame["box"] is None else np.array([frame["box"]])
        more = parameters(section, count, len(kinds))
        e, f, v, ae, _ = potential.eval(
            np.array([frame["coord"]]), box, kinds, atomic=True,
            **{key: np.array([value]) for key, value in more.items()})
        frame.update(more)
        frame["models"] = [{
            "energy": e.item(), "force": f.ravel().tolist(), "virial": v.ravel().tolist(),
            "atom_energy": ae.ravel().tolist(),
        }]
    return {
        "made_by": f"deepmd-kit {deepmd.__version__} (PyTorch backend, torch {torch.__version__.split('+')[0]}), "
                   "scripts/goldens/architectures.py",
        "models": [name], "model": section, "frames": made,
    }


def make(name, section, refused):
    import torch
    from deepmd.dpmodel.utils.serialization import save_dp_model
    from deepmd.pt.model.model import get_model
    from deepmd.pt.train.wrapper import ModelWrapper

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("table.txt").write_text(TABLE)
        built = get_model(json.loads(json.dumps(section)))
    linear = section.get("type") == "linear_ener"
    randomise(built, not section.get("descriptor", {}).get("set_davg_zero"), linear)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        torch.save({"model": ModelWrapper(built, model_params=json.loads(json.dumps(section))).state_dict()}, "model.pt")
        built.eval()
        torch.jit.save(torch.jit.script(built), "model.pth")
        prefix = "refused-" if refused else ""
        if not refused:
            expected = evaluate(name, section, "model.pth")
            pack(name + ".json", json.dumps(expected).encode())
        every = not refused and section.get("descriptor", {}).get("type") == "se_e2_a"  # keep it small
        if linear:  # frozen it does not say what it is made of, and the NumPy backend has other numbers
            pack(name + ".pt", small_archive(Path("model.pt").read_bytes()))
            os.chdir(TARGET)
            return
        for suffix in ("pth", "pt") if every else ("pth",):
            pack(f"{prefix}{name}.{suffix}", small_archive(Path("model." + suffix).read_bytes()))
        data = {"model": built.serialize(), "model_def_script": section, "backend": "PyTorch"}
        for suffix in ("dp", "yaml") if every else ("dp",):
            save_dp_model("model." + suffix, data)
            pack(f"{prefix}{name}.{suffix}", Path("model." + suffix).read_bytes())
        os.chdir(TARGET)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in sys.argv[1:] or [*MODELS, *REFUSED]:
        try:
            make(name, MODELS.get(name) or REFUSED[name], name in REFUSED)
            print(name, "made", flush=True)
        except Exception as problem:
            os.chdir(TARGET)
            failed.append(name)
            print(name, "failed:", type(problem).__name__, str(problem)[-500:], flush=True)
    sys.exit(f"failed: {failed}" if failed else 0)
