#!/usr/bin/env python
r"""Train what docs/results.md compares with: a small DPA-3, and four fitting nets fine-tuned on its descriptor.

    target/pytorch/bin/python scripts/study_dpa3.py DIR

leaves in DIR the models 0/model.pt … 3/model.pt, and 320 frames of six systems, old labels in frames/pbe and new ones in
frames/pbe-d3; then

    DPSIEVE_DP=target/pytorch/bin/dp scripts/study -m DIR/?/model.pt -s DIR/frames/pbe-d3 --old DIR/frames/pbe -o DIR/study \
        --strategies random --budgets 60,120 --seeds 4

needs deepmd-kit with PyTorch (measured with deepmd-kit 3.2.0, torch 2.11.0) and ../shared/data/ag-au.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared/data/ag-au"
# Frames of each system that are studied: every third but one of 120, every second of 80.
STUDIED = {"Ag4Au4": (0, 1), "Au8": (0, 1), "Ag17": (0,), "Au17": (0,), "Ag4Au13": (0,), "Ag13Au4": (0,)}


def training_input(seed, steps, trainable):
    return {
        "model": {
            "type_map": ["Ag", "Au"],
            "descriptor": {
                "type": "dpa3", "precision": "float64", "seed": 1, "trainable": trainable, "activation_function": "silut:10.0",
                "use_tebd_bias": False, "concat_output_tebd": False,
                "repflow": {
                    "n_dim": 24, "e_dim": 12, "a_dim": 8, "nlayers": 2, "e_rcut": 5.0, "e_rcut_smth": 4.0, "e_sel": 60,
                    "a_rcut": 3.8, "a_rcut_smth": 3.2, "a_sel": 20, "axis_neuron": 4, "fix_stat_std": 0.3,
                    "update_style": "res_residual", "update_residual": 0.1, "update_residual_init": "const",
                    "smooth_edge_update": True, "use_exp_switch": True}},
            "fitting_net": {"neuron": [32, 32, 32], "precision": "float64", "seed": seed, "activation_function": "silut:10.0"}},
        "learning_rate": {"type": "exp", "start_lr": 2e-3, "stop_lr": 1e-5, "decay_steps": max(1, steps // 40)},
        "loss": {
            "type": "ener", "start_pref_e": 0.2, "limit_pref_e": 20, "start_pref_f": 100, "limit_pref_f": 60, "start_pref_v": 0,
            "limit_pref_v": 0},
        "training": {
            "training_data": {"systems": [str(system) for system in sorted((DATA / "pbe").iterdir())], "batch_size": 1},
            "numb_steps": steps, "seed": seed, "disp_freq": 200, "save_freq": steps}}


def train(folder, seed, steps, *options, trainable=True):
    folder.mkdir(parents=True)
    (folder / "input.json").write_text(json.dumps(training_input(seed, steps, trainable), indent=1))
    program = [sys.executable, "-m", "deepmd", "--pt", "train", "input.json", "--skip-neighbor-stat", *options]
    subprocess.run(program, cwd=folder, check=True)
    return (folder / f"model.ckpt-{steps}.pt").resolve()


def frames(target, labels):
    for system, of_three in STUDIED.items():
        source = DATA / labels / system
        chosen = np.arange(len(np.load(source / "set.000/energy.npy")))
        period = 3 if len(of_three) == 2 else 2
        chosen = chosen[np.isin(chosen % period, of_three)]
        (target / labels / system / "set.000").mkdir(parents=True)
        for name in ("type.raw", "type_map.raw"):
            shutil.copy(source / name, target / labels / system)
        for file in (source / "set.000").glob("*.npy"):
            np.save(target / labels / system / "set.000" / file.name, np.load(file)[chosen])


directory = Path(sys.argv[1]).resolve()
for kind in ("pbe", "pbe-d3"):
    frames(directory / "frames", kind)
pretrained = train(directory / "pretrained", 1, 4000)
for k in range(4):
    model = train(directory / str(k), 10 + k, 1000, "--finetune", str(pretrained), "--model-branch", "RANDOM", trainable=False)
    shutil.copy(model, directory / str(k) / "model.pt")
