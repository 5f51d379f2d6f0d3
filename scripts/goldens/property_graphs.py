#!/usr/bin/env python
"""Make the graphs in model-core/src/test/resources/goldens/properties: tiny models of the fittings dipole, polar and dos
frozen by DeePMD-kit's TensorFlow, with its numbers (frame and atoms) for the frames of models.py.

    python scripts/goldens/property_graphs.py [NAME ...]

needs deepmd-kit with TensorFlow (made with 3.2.0), as models.py, whose parts it uses. An atom of a type that is not
selected (sel_type) has zeros.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import models
import numpy as np
from models import TYPE_MAP, build, cut, frames, in_child, model, se_atten

models.TARGET = TARGET = Path(__file__).resolve().parents[2] / "model-core/src/test/resources/goldens/properties"
SMALL = {"neuron": [2, 4], "axis_neuron": 2, "type_one_side": True}
NETS = {"neuron": [5, 5]}

MODELS = {
    "graph-dipole": model(3, SMALL, {"type": "dipole", **NETS}),
    "graph-dipole-selected": model(3, {**SMALL, "type_one_side": False}, {"type": "dipole", "sel_type": [0, 2], **NETS}),
    "graph-polar": model(3, SMALL, {"type": "polar", "fit_diag": True, "scale": [1.5, 0.5, 2.0], **NETS}),
    "graph-polar-full": model(2, SMALL, {"type": "polar", "fit_diag": False, **NETS}),
    "graph-polar-no-shift": model(2, SMALL, {"type": "polar", "fit_diag": True, "shift_diag": False, **NETS}),
    "graph-polar-selected": model(3, SMALL, {"type": "polar", "sel_type": [1], "scale": [1.5, 0.5, 2.0], **NETS}),
    "graph-dos": model(3, SMALL, {"type": "dos", "numb_dos": 3, **NETS}),
    "graph-dos-atten": se_atten({**SMALL, "type_one_side": None}, {"type": "dos", "numb_dos": 3, **NETS}),
    "graph-dipole-atten": se_atten({**SMALL, "type_one_side": None}, {"type": "dipole", **NETS}),
}


def evaluate(name, section):
    import deepmd
    from deepmd.infer.deep_dipole import DeepDipole
    from deepmd.infer.deep_dos import DeepDOS
    from deepmd.infer.deep_polar import DeepPolar

    kind = section["fitting_net"]["type"]
    potential = {"dipole": DeepDipole, "polar": DeepPolar, "dos": DeepDOS}[kind]("graph.pb")
    made = []
    for frame in frames(len(section["type_map"])):
        if frame["id"] == "left-handed":
            continue
        kinds = np.array([TYPE_MAP.index(e) for e in frame["elements"]])
        box = None if frame["box"] is None else np.array([frame["box"]])
        coord = np.array([frame["coord"]])
        try:
            if kind == "dos":
                atomic = potential.eval(coord, box, kinds, atomic=True)[1]
            else:
                atomic = potential.eval(coord, box, kinds, atomic=True)
        except Exception as problem:
            print("  ", name, frame["id"], type(problem).__name__, str(problem)[:200], flush=True)
            continue
        if not np.size(atomic):
            continue  # of a frame without selected atoms DeePMD-kit says nothing
        atomic = np.asarray(atomic).reshape(len(kinds), -1)  # with zeros for atoms that are not selected
        frame["value"] = atomic.sum(axis=0).tolist()
        frame["atomic"] = atomic.ravel().tolist()
        made.append(frame)
    expected = {
        "made_by": f"deepmd-kit {deepmd.__version__} (TensorFlow backend), scripts/goldens/property_graphs.py",
        "model": section, "frames": made,
    }
    models.pack(name + ".json.gz", json.dumps(expected).encode())


if __name__ == "__main__":
    import deepmd.tf.entrypoints.main  # noqa: F401, once, before the children

    for name in sys.argv[1:] or MODELS:
        with tempfile.TemporaryDirectory() as temporary:
            try:
                build(name, json.loads(json.dumps(MODELS[name])), Path(temporary))
                in_child(evaluate, name, MODELS[name])
                in_child(cut, MODELS[name], False)
                models.pack(name + ".pb.gz", Path("graph.pb").read_bytes())
                print(name, "made", flush=True)
            except RuntimeError as problem:
                print(name, problem, flush=True)
            os.chdir(TARGET)
