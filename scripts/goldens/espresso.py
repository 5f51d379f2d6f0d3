#!/usr/bin/env python
"""Make conf/espresso/pbe and conf/espresso/models: 64 frames of two and four atoms of Ag and Au, strained and rattled,
labelled by pw.x with PBE (the example's own settings without D3), and four small models that dp train makes of them.

    python scripts/goldens/espresso.py [WORK]

needs numpy, dp and pw.x on PATH (made with deepmd-kit 3.2.0, TensorFlow, and pw.x 6.7); the labels are had by
`dpsieve iterate` in WORK, which goes on where it was stopped.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "conf/espresso"
SYSTEMS = (("Ag2", [0, 0], 14), ("Ag1Au1", [0, 1], 18), ("Au2", [1, 1], 14),
           ("Ag2Au2", [0, 0, 1, 1], 10), ("Ag3Au1", [0, 0, 0, 1], 4), ("Ag1Au3", [0, 1, 1, 1], 4))
STEPS = 4000
ONE_THREAD = {"OMP_NUM_THREADS": "1", "DP_INTRA_OP_PARALLELISM_THREADS": "1", "DP_INTER_OP_PARALLELISM_THREADS": "1"}


def frames(target):
    random = np.random.default_rng(20261126)
    for name, types, count in SYSTEMS:
        coords, boxes = [], []
        for _ in range(count):
            a = 4.13 * (1 + random.uniform(-0.04, 0.05))
            if len(types) == 2:
                cell, sites = np.diag([a / np.sqrt(2), a / np.sqrt(2), a]), [[0, 0, 0], [0.5, 0.5, 0.5]]
            else:
                cell, sites = np.eye(3) * a, [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
            cell = cell @ (np.eye(3) + random.uniform(-0.04, 0.04, (3, 3)))
            coords.append((sites @ cell + random.normal(0, random.choice([0.03, 0.08, 0.14]), (len(types), 3))).ravel())
            boxes.append(cell.ravel())
        folder = target / name / "set.000"
        folder.mkdir(parents=True, exist_ok=True)
        (folder.parent / "type_map.raw").write_text("Ag\nAu\n")
        (folder.parent / "type.raw").write_text("\n".join(map(str, types)) + "\n")
        np.save(folder / "coord.npy", np.array(coords))
        np.save(folder / "box.npy", np.array(boxes))


def commented(path):
    return json.loads("\n".join(line for line in path.read_text().splitlines() if not line.startswith("#")))


def label(work):
    simplify = commented(EXAMPLE / "simplify.json")
    system = simplify["user_fp_params"]["system"]
    for key in [key for key in system if key.startswith(("vdw", "dftd3"))]:
        del system[key]
    count = sum(count for _, _, count in SYSTEMS)
    descriptor = {"type": "se_e2_a", "rcut": 6.0, "rcut_smth": 2.0, "sel": [120, 120], "neuron": [10, 20, 40],
                  "axis_neuron": 8, "trainable": False}
    simplify["default_training_param"]["model"] = {
        "descriptor": descriptor, "fitting_net": {"neuron": [80] * 3, "trainable": [False] * 3 + [True]}}
    simplify.update(
        pick_data=str(work / "frames"), init_pick_number=count, iter_pick_number=count, fp_task_max=count,
        fp_pp_path=str(EXAMPLE), training_iter0_model_path=[str(REPOSITORY / "conf/ag-au/models/[0-3]")])
    machine = {"train": {"engine": "output-layer"}, "model_devi": {},
               "fp": {"command": commented(EXAMPLE / "machine.json")["fp"]["command"], "backend": "local"}}
    (work / "simplify.json").write_text(json.dumps(simplify))
    (work / "machine.json").write_text(json.dumps(machine))
    run([REPOSITORY / "scripts/dpsieve", "iterate", "simplify.json", "machine.json", "--workdir", "run"], work,
        GFORTRAN_UNBUFFERED_ALL="1")
    run([REPOSITORY / "scripts/dpsieve", "labels", "--style", "pwscf", "run/iter.000000/02.fp", "-o", "pbe"], work)
    shutil.rmtree(EXAMPLE / "pbe", ignore_errors=True)
    shutil.copytree(work / "pbe", EXAMPLE / "pbe")


def train(work, number):
    model = commented(EXAMPLE / "simplify.json")["default_training_param"]["model"]
    for net in ("descriptor", "fitting_net"):
        del model[net]["trainable"]
        model[net].update(seed=100 * number + len(net), precision="float64")
    model["type_map"] = ["Ag", "Au"]
    folder = work / f"model.{number}"
    folder.mkdir(exist_ok=True)
    systems = sorted(str(path.parent) for path in (EXAMPLE / "pbe").rglob("type.raw"))
    (folder / "input.json").write_text(json.dumps({
        "model": model,
        "learning_rate": {"type": "exp", "start_lr": 0.005, "stop_lr": 1e-6, "decay_steps": 50},
        "loss": {"start_pref_e": 1, "limit_pref_e": 10, "start_pref_f": 100, "limit_pref_f": 10,
                 "start_pref_v": 0, "limit_pref_v": 0},
        "training": {"training_data": {"systems": systems, "batch_size": 4}, "numb_steps": STEPS, "seed": number,
                     "disp_freq": 500, "save_freq": STEPS}}, indent=1))
    run(["dp", "train", "input.json"], folder)
    target = EXAMPLE / "models" / str(number)
    target.mkdir(parents=True, exist_ok=True)
    run(["dp", "freeze", "-o", target / "graph.pb"], folder)


def run(command, folder, **environment):
    with open(folder / "log", "a", encoding="utf-8") as log:
        subprocess.run([str(word) for word in command], cwd=folder, env={**os.environ, **ONE_THREAD, **environment},
                       stdout=log, stderr=log, check=True)


def main():
    work = Path(sys.argv[1] if sys.argv[1:] else tempfile.mkdtemp(prefix="espresso-")).resolve()
    work.mkdir(parents=True, exist_ok=True)
    print(f"working in {work}", flush=True)
    frames(work / "frames")
    label(work)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: train(work, number), range(4)))


if __name__ == "__main__":
    main()
