#!/usr/bin/env python
"""Make spark-jobs/src/test/resources/checkpoints: what DeePMD-kit's PyTorch backend leaves after a step of training a tiny
DPA-3, on one task (single.pt) and on two (multi.pt), a DPA-2 (dpa2.pt) and a DPA4 (dpa4.pt); optimizer states are left out.

    python scripts/goldens/checkpoints.py [NAME ...]

needs deepmd-kit with PyTorch (made with deepmd-kit 3.2.0, torch 2.11.0).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "spark-jobs/src/test/resources/checkpoints"
DESCRIPTOR = {
    "type": "dpa3", "precision": "float64", "seed": 1,
    "repflow": {
        "n_dim": 4, "e_dim": 3, "a_dim": 2, "nlayers": 1, "e_rcut": 4.0, "e_rcut_smth": 3.0, "e_sel": 30, "a_rcut": 3.2,
        "a_rcut_smth": 2.6, "a_sel": 12, "axis_neuron": 2}}
LOSS = {"type": "ener", "start_pref_e": 1, "limit_pref_e": 1, "start_pref_f": 1, "limit_pref_f": 1}


def fitting(seed):
    return {"neuron": [4, 4], "precision": "float64", "seed": seed}


def data(name):
    return {"training_data": {"systems": [str(ROOT / "conf/ag-au/pbe" / name)], "batch_size": 1}}


COMMON = {"learning_rate": {"type": "exp", "start_lr": 1e-3, "stop_lr": 1e-5, "decay_steps": 1}}
STEPS = {"numb_steps": 1, "seed": 1, "disp_freq": 1, "save_freq": 1}
INPUTS = {
    "single": COMMON | {
        "model": {"type_map": ["Ag", "Au"], "descriptor": DESCRIPTOR, "fitting_net": fitting(1)},
        "loss": LOSS,
        "training": STEPS | data("Ag4Au4")},
    "multi": COMMON | {
        "model": {
            "shared_dict": {"types": ["Ag", "Au"], "descriptor": DESCRIPTOR},
            "model_dict": {
                "Alloy_PBE": {
                    "type_map": "types", "descriptor": "descriptor", "fitting_net": fitting(1), "model_branch_alias": ["alloy"]},
                "Gold_D3": {"type_map": "types", "descriptor": "descriptor", "fitting_net": fitting(2)}}},
        "loss_dict": {"Alloy_PBE": LOSS, "Gold_D3": LOSS},
        "training": STEPS | {
            "model_prob": {"Alloy_PBE": 0.5, "Gold_D3": 0.5},
            "data_dict": {"Alloy_PBE": data("Ag4Au4"), "Gold_D3": data("Au8")}}}}

INPUTS["dpa2"] = INPUTS["single"] | {
    "model": {
        "type_map": ["Ag", "Au"],
        "descriptor": {
            "type": "dpa2", "precision": "float64", "seed": 1,
            "repinit": {"rcut": 4.3, "rcut_smth": 0.7, "nsel": 40, "neuron": [2, 4], "axis_neuron": 2},
            "repformer": {
                "rcut": 3.5, "rcut_smth": 0.7, "nsel": 20, "nlayers": 1, "g1_dim": 8, "g2_dim": 4, "axis_neuron": 2,
                "attn1_hidden": 4, "attn1_nhead": 1, "attn2_hidden": 4, "attn2_nhead": 1}},
        "fitting_net": fitting(1)}}
INPUTS["dpa4"] = INPUTS["single"] | {
    "model": {
        "type": "dpa4", "type_map": ["Ag", "Au"],
        "descriptor": {
            "type": "dpa4", "precision": "float64", "seed": 1, "rcut": 4.0, "sel": 30, "channels": 4, "n_radial": 4, "lmax": 1,
            "n_blocks": 1, "mixing_layers": 1, "use_amp": False},
        "fitting_net": {"type": "dpa4_ener", "neuron": [4], "precision": "float64", "seed": 1}}}

for name, text in INPUTS.items():
    if len(sys.argv) > 1 and name not in sys.argv[1:]:
        continue
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "input.json").write_text(json.dumps(text))
        program = [sys.executable, "-m", "deepmd", "--pt", "train", "input.json", "--skip-neighbor-stat"]
        subprocess.run(program, cwd=folder, check=True)
        state = torch.load(Path(folder) / "model.ckpt-1.pt", weights_only=True)
    TARGET.mkdir(exist_ok=True)
    torch.save({"model": state["model"]}, TARGET / f"{name}.pt")
