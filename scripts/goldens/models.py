#!/usr/bin/env python
"""Make model-core/src/test/resources/goldens/models: one tiny model per option of se_e2_a + ener that
changes numbers, frozen by DeePMD-kit itself, with DeePMD-kit's own energy, force, virial and per-atom energy of a
few awkward frames; and one model per feature that must be refused.

    python scripts/goldens/models.py [NAME ...]

needs deepmd-kit with TensorFlow (made with 3.2.0). The models are trained two steps on random labels: their
statistics and weights are arbitrary, which is what a test wants. Graphs are cut to what the energy, the force and
the attributes are computed from, the training script to the model section, and gzipped without time stamp.
"""

import gzip
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_INTER_OP_PARALLELISM_THREADS", "1")
os.environ.setdefault("TF_INTRA_OP_PARALLELISM_THREADS", "1")

import numpy as np

TARGET = Path(__file__).resolve().parents[2] / "model-core/src/test/resources/goldens/models"
TYPE_MAP = ["Ag", "Au", "Cu", "Pt"]


def model(types=3, descriptor=None, fitting=None, **more):
    """A model section; every net small, every radius one that single precision cannot hold."""
    sel = [16, 14, 12, 10][:types]
    section = {
        "type_map": TYPE_MAP[:types],
        "descriptor": {
            "type": "se_e2_a", "sel": sel, "rcut": 4.3, "rcut_smth": 0.7, "neuron": [3, 6, 12],
            "axis_neuron": 4, "resnet_dt": False, "type_one_side": False, "precision": "float64", "seed": 1,
        },
        "fitting_net": {"neuron": [7, 7, 7], "resnet_dt": True, "precision": "float64", "seed": 2},
        **more,
    }
    section["descriptor"].update(descriptor or {})
    section["descriptor"] = {key: value for key, value in section["descriptor"].items() if value is not None}
    section["fitting_net"].update(fitting or {})
    return section


def activation(embedding, fitting):
    return model(2, {"activation_function": embedding}, {"activation_function": fitting})


def se_atten(descriptor=None, fitting=None, types=3, **more):
    """DPA-1: sel for all types together, a type embedding of its own making."""
    return model(types, {
        "type": "se_atten", "sel": 40, "attn": 5, "attn_layer": 0, "attn_dotr": True, "attn_mask": False,
        **(descriptor or {})}, fitting, **more)


SMALL = {"neuron": [2, 4], "axis_neuron": 2, "type_one_side": True}


def linear_ener(weights, *models):
    return {"type": "linear_ener", "type_map": TYPE_MAP[:2], "weights": weights, "models": list(models)}


PAIRTAB = {"type": "pairtab", "tab_file": "table.txt", "rcut": 4.1, "sel": 30, "type_map": TYPE_MAP[:2]}
RADIAL = {"axis_neuron": None, "type_one_side": None}  # keys that such descriptors do not have

MODELS = {
    "plain": model(2),
    "one-side": model(3, {"type_one_side": True}),
    "exclude-types": model(3, {"exclude_types": [[0, 1], [2, 2]]}),
    "exclude-types-one-side": model(3, {"type_one_side": True, "exclude_types": [[0, 1], [2, 2]]}),
    "exclude-all-of-a-type": model(2, {"exclude_types": [[0, 0], [0, 1]]}),
    "davg-zero": model(2, {"set_davg_zero": True}),
    "atom-ener": model(3, {"set_davg_zero": True}, {"atom_ener": [-1.5, None, 0.25]}),
    "atom-ener-float32": model(
        2, {"set_davg_zero": True, "precision": "float32"}, {"atom_ener": [-1.5, 2.0], "precision": "float32"}),
    "resnet-dt": model(2, {"resnet_dt": True, "neuron": [4, 4, 8, 8]}, {"neuron": [6, 6, 5, 5]}),
    "no-resnet-dt": model(2, {"neuron": [1, 2, 4]}, {"resnet_dt": False}),
    "uneven-widths": model(2, {"neuron": [5, 4, 7], "axis_neuron": 7}, {"neuron": [9, 4, 6]}),
    "one-layer": model(2, {"neuron": [6]}, {"neuron": [5]}),
    "no-hidden-layer": model(2, {"neuron": [4]}, {"neuron": []}),
    "deep": model(2, {"neuron": [2, 2, 4, 4, 8]}, {"neuron": [4, 4, 4, 4, 4], "trainable": False}),
    "relu": activation("relu", "relu6"),
    "relu6": activation("relu6", "relu"),
    "softplus": activation("softplus", "sigmoid"),
    "sigmoid": activation("sigmoid", "softplus"),
    "gelu": activation("gelu", "gelu_tf"),
    "gelu-tf": activation("gelu_tf", "gelu"),
    "silu": activation("silu", "silut:1.5"),
    "silut": activation("silut:0.2", "silu"),
    "silut-default": activation("silut", "silut"),
    "linear": activation("linear", "tanh"),
    "none": activation("tanh", "none"),
    "float32": model(2, {"precision": "float32"}, {"precision": "float32"}),
    "float32-descriptor": model(2, {"precision": "float32", "type_one_side": True, "exclude_types": [[0, 1]]}),
    "float32-fitting": model(2, {}, {"precision": "float32"}),
    "float32-activations": model(
        2, {"precision": "float32", "activation_function": "gelu_tf"},
        {"precision": "float32", "activation_function": "silut:1.5"}),
    "four-types": model(4, {"type_one_side": True, "resnet_dt": True}),
    "one-type": model(1),
    "sel-too-small": model(2, {"sel": [5, 3]}),
    "sel-too-small-one-side": model(3, {"sel": [3, 1, 2], "type_one_side": True}),
    "sel-zero": model(3, {"sel": [6, 0, 5]}),
    "sel-zero-one-side": model(3, {"sel": [0, 9, 5], "type_one_side": True}),
    "sharp-switch": model(2, {"rcut": 3.1, "rcut_smth": 3.1}),
    "type-name-of-old": model(2, {"type": "se_a"}),
    "se-e2-r": model(2, {"type": "se_e2_r", **RADIAL}),
    "se-e2-r-one-side": model(3, {"type": "se_e2_r", "axis_neuron": None, "type_one_side": True, "sel": [5, 3, 4]}),
    "se-e2-r-exclude-types": model(3, {"type": "se_r", **RADIAL, "exclude_types": [[0, 1], [2, 2]]}),
    "se-e2-r-exclude-types-one-side": model(
        3, {"type": "se_e2_r", "axis_neuron": None, "type_one_side": True, "exclude_types": [[0, 1], [2, 2]]}),
    "se-e3": model(2, {"type": "se_e3", "sel": [4, 4], **RADIAL}),
    "se-e3-three-types": model(
        3, {"type": "se_t", "sel": [5, 3, 4], **RADIAL, "resnet_dt": True, "activation_function": "gelu"}),
    "hybrid": model(2),
    "hybrid-three-types": model(3),
    "numb-fparam": model(2, {}, {"numb_fparam": 2}),
    "numb-aparam": model(2, {}, {"numb_aparam": 1}),
    "numb-fparam-and-aparam": model(
        2, {"set_davg_zero": True}, {"numb_fparam": 2, "numb_aparam": 1, "atom_ener": [-1.5, 2.0]}),
    "type-embedding": model(3, type_embedding={"neuron": [2, 4], "precision": "float64"}),
    "type-embedding-one-side": model(
        3, {"type_one_side": True, "exclude_types": [[0, 1], [2, 2]]},
        {"numb_fparam": 2, "numb_aparam": 1}, type_embedding={"neuron": [3], "precision": "float64"}),
    "type-embedding-float32": model(
        2, {"precision": "float32", "set_davg_zero": True}, {"precision": "float32", "atom_ener": [-1.5, 2.0]},
        type_embedding={"neuron": [4, 4], "resnet_dt": True, "precision": "float32"}),
    "se-a-ebd-v2": model(3, {"type": "se_a_ebd_v2", "sel": [6, 5, 4]}, type_embedding={"neuron": [2, 4], "precision": "float64"}),
    "se-a-ebd-v2-one-side": model(
        3, {"type": "se_a_ebd_v2", "type_one_side": True, "exclude_types": [[0, 1], [2, 2]], "resnet_dt": True},
        {"numb_fparam": 2}, type_embedding={"neuron": [3, 6], "precision": "float64"}),
    "se-a-ebd-v2-exclude-types": model(
        2, {"type": "se_a_ebd_v2", "exclude_types": [[0, 1]], "set_davg_zero": True}, {"atom_ener": [-1.5, 2.0]},
        type_embedding={"neuron": [4], "precision": "float64"}),
    "compressed-se-a-ebd-v2": model(
        2, {"type": "se_a_ebd_v2", "neuron": [3, 6], "axis_neuron": 2}, type_embedding={"neuron": [2, 4], "precision": "float64"}),
    "compressed-se-a-ebd-v2-one-side": model(
        3, {"type": "se_a_ebd_v2", "type_one_side": True, "neuron": [3, 6], "axis_neuron": 2},
        type_embedding={"neuron": [2, 4], "precision": "float64"}),
    "se-atten": se_atten(),
    "se-atten-one-side": se_atten(
        {"type_one_side": True, "sel": 14, "exclude_types": [[0, 1], [2, 2]], "resnet_dt": True},
        type_embedding={"neuron": [4, 8], "precision": "float64"}),
    "se-atten-strip": se_atten({"tebd_input_mode": "strip"}),
    "se-atten-attention": se_atten({"attn_layer": 2}),
    "se-atten-attention-exclude": se_atten(
        {"attn_layer": 1, "attn_dotr": False, "exclude_types": [[0, 1], [2, 2]], "tebd_input_mode": "strip"}),
    "srtab": model(2, SMALL, {"neuron": [3]}, use_srtab="table.txt", smin_alpha=0.1, sw_rmin=1.5, sw_rmax=2.5),
    "srtab-hybrid": model(
        2, {}, {"neuron": [3]}, use_srtab="table.txt", smin_alpha=0.2, sw_rmin=0.5, sw_rmax=2.9, srtab_add_bias=False),
    "srtab-se-atten": se_atten(types=2, use_srtab="table.txt", smin_alpha=0.1, sw_rmin=1.5, sw_rmax=2.5),
    "linear-ener": linear_ener(
        [0.7, -1.3, 0.4], model(2, SMALL, {"neuron": [3]}),
        se_atten({"neuron": [2, 4], "axis_neuron": 2}, {"neuron": [3]}, types=2), PAIRTAB),
    "linear-ener-mean": linear_ener(
        "mean", model(2, {**SMALL, "sel": [6, 6]}, {"neuron": [3]}, use_srtab="table.txt", smin_alpha=0.1, sw_rmin=1.5,
                      sw_rmax=2.5),
        model(2, {"type": "se_e2_r", **RADIAL, "neuron": [2, 4], "rcut": 3.9}, {"neuron": [3]})),
    "hybrid-se-atten": model(2, {}, {"neuron": [3]}),
    "se-atten-mean": se_atten({"set_davg_zero": False, "sel": 14}, types=2),
    "se-atten-attention-mean": se_atten({"set_davg_zero": False, "attn_layer": 1, "neuron": [2, 4]}, types=2),
    "se-atten-v2": se_atten({"type": "se_atten_v2", "attn_layer": 1, "neuron": [2, 4]}, {"neuron": [3]}, types=2),
    "compressed": model(2, {"neuron": [2, 4]}),
    "compressed-one-side": model(3, {"neuron": [2, 4], "type_one_side": True, "exclude_types": [[0, 1], [2, 2]]}),
    "compressed-exclude-types": model(2, {"neuron": [2, 4], "exclude_types": [[0, 1]]}),
    "compressed-se-atten": se_atten({"neuron": [3, 6], "axis_neuron": 2, "tebd_input_mode": "strip"}),
    "compressed-se-atten-exclude-types": se_atten(
        {"neuron": [3, 6], "axis_neuron": 2, "tebd_input_mode": "strip", "sel": 14, "exclude_types": [[0, 1], [2, 2]]}),
    "compressed-float32": model(2, {"neuron": [2, 4], "precision": "float32"}, {"precision": "float32"}),
    "compressed-beyond": model(2, {"neuron": [2, 4], "activation_function": "gelu"}),
}

# Options of dp compress; the last one's tables end before the nearest atoms of the frame 'close'.
COMPRESS = {name: ["-s", "0.1"] for name in MODELS if name.startswith("compressed")}
COMPRESS["compressed-beyond"] = ["-s", "0.1", "-e", "2"]

REFUSED = {
    "aparam-as-mask": model(2, {}, {"numb_aparam": 1, "use_aparam_as_mask": True}),
    "se-atten-mask": se_atten({"attn_layer": 1, "attn_mask": True}),
    "se-a-mask": model(2, {"type": "se_a_mask", "sel": [4, 4], **RADIAL, "axis_neuron": 4, "rcut": None, "rcut_smth": None}, {
        "numb_aparam": 1, "use_aparam_as_mask": True}),
    "dipole": model(2, {}, {"type": "dipole"}),
    "dos": model(2, {}, {"type": "dos", "numb_dos": 3}),
    "bfloat16": model(2, {"precision": "bfloat16"}, {"precision": "bfloat16"}),
    "spin": model(2, {"sel": [6, 6]}, {}, spin={"use_spin": [True, False], "virtual_len": [0.4], "spin_norm": [1.2]}),
    "shared-layers": model(2, {"seed": 5}, {"layer_name": ["a", "b", "c", "d"], "seed": 6}),
}
MODELS["hybrid"]["descriptor"] = {
    "type": "hybrid",
    "list": [model(2, {"sel": [6, 5]})["descriptor"], MODELS["se-e2-r"]["descriptor"]],
}
MODELS["srtab-hybrid"]["descriptor"] = {
    "type": "hybrid",
    "list": [
        model(2, {**SMALL, "sel": [6, 5], "rcut": 3.9})["descriptor"],
        model(2, {"type": "se_e2_r", **RADIAL, "neuron": [2, 4]})["descriptor"]],
}
MODELS["hybrid-se-atten"]["descriptor"] = {
    "type": "hybrid",
    "list": [
        se_atten({"neuron": [2, 4], "axis_neuron": 2, "attn_layer": 1}, types=2)["descriptor"],
        model(2, {**SMALL, "sel": [6, 5], "rcut": 3.9})["descriptor"]],
}
MODELS["hybrid-three-types"]["descriptor"] = {
    "type": "hybrid",
    "list": [
        model(3, {"sel": [6, 5, 4], "type_one_side": True, "rcut": 3.9})["descriptor"],
        MODELS["se-e3-three-types"]["descriptor"], model(3, {"exclude_types": [[0, 1]]})["descriptor"],
    ],
}

# Tests hand these back to DeePMD-kit.
WHOLE = ("plain", "float32-fitting", "atom-ener", "compressed", "type-embedding", "se-atten", "shared-layers")


def crystal():
    """Face-centred cubic: shells of neighbors at exactly the same distance."""
    return 3.9 * np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]), 3.9 * np.eye(3)


def frames(types):
    """Awkward frames: cell smaller than the cutoff, equal distances, triclinic, left-handed, none."""
    rng = np.random.default_rng(7)
    pick = lambda n: [TYPE_MAP[i] for i in rng.integers(0, types, n)]
    box = np.array([[4.6, 0.2, -0.3], [1.1, 4.2, 0.4], [-0.7, 0.9, 4.9]])
    grid = np.array([[i, j, k] for i in (0, 0.5) for j in (0, 0.5) for k in (0, 0.5)])
    triclinic = (grid + rng.normal(0, 0.03, grid.shape)) @ box
    made = [
        ("triclinic", pick(8), triclinic, box),
        ("outside", pick(8), triclinic + rng.integers(-2, 3, (8, 1)) * box[0] - rng.integers(0, 2, (8, 1)) * box[2], box),
        ("left-handed", pick(8), triclinic, box[[1, 0, 2]]),
        ("crystal", pick(4), *crystal()),
        ("cluster", pick(6), triclinic[:6] * 1.1, None),
        ("one-element", [TYPE_MAP[types - 1]] * 4, crystal()[0] + rng.normal(0, 0.1, (4, 3)), crystal()[1]),
        ("lonely", [TYPE_MAP[0]], np.zeros((1, 3)), None),
        ("far-apart", pick(3), np.diag([1.0, 9.0, 20.0]), np.diag([30.0, 30.0, 30.0])),
    ]
    return [
        {"id": i, "elements": e, "coord": c.ravel().tolist(), "box": None if b is None else b.ravel().tolist()}
        for i, e, c, b in made
    ]


def parameters(section, count, atoms):
    """Frame and atomic parameters of one frame, from its number."""
    rng = np.random.default_rng(100 + count)
    fitting = section.get("fitting_net", {})
    found = {}
    if fitting.get("numb_fparam") and "default_fparam" not in fitting:
        found["fparam"] = rng.normal(0, 1, fitting["numb_fparam"]).tolist()
    if fitting.get("numb_aparam"):
        found["aparam"] = rng.normal(0, 1, atoms * fitting["numb_aparam"]).tolist()
    return found


def write_system(folder, types, spin):
    """Random frames with random labels, all types but the last of four in them."""
    rng = np.random.default_rng(11)
    atoms, count = 8, 3
    kinds = np.arange(atoms) % min(types, 3)
    box = np.diag([5.1, 5.3, 5.5]).ravel()
    grid = np.array([[i, j, k] for i in (0, 0.5) for j in (0, 0.5) for k in (0, 0.5)]) @ box.reshape(3, 3)
    folder.mkdir(parents=True)
    if spin:  # the last two atoms are the virtual ones of the magnetic type, and have no name
        kinds[:] = [0, 0, 1, 1, 1, 1, 2, 2]
    else:
        (folder / "type_map.raw").write_text("\n".join(TYPE_MAP[:types]))
    np.savetxt(folder / "type.raw", kinds, fmt="%d")
    data = folder / "set.000"
    data.mkdir()
    np.save(data / "box.npy", np.tile(box, (count, 1)))
    np.save(data / "coord.npy", (grid + rng.normal(0, 0.2, (count, atoms, 3))).reshape(count, -1))
    np.save(data / "energy.npy", rng.normal(-12, 1, count))
    np.save(data / "force.npy", rng.normal(0, 1, (count, 3 * atoms)))
    np.save(data / "virial.npy", rng.normal(0, 1, (count, 9)))
    np.save(data / "fparam.npy", rng.normal(0, 1, (count, 2)))
    np.save(data / "aparam.npy", np.ones((count, atoms)))
    np.save(data / "dipole.npy", rng.normal(0, 1, (count, 3)))
    np.save(data / "dos.npy", rng.normal(0, 1, (count, 3)))
    np.save(data / "polarizability.npy", 5 * np.eye(3).ravel() + rng.normal(0, 1, (count, 9)))


def in_child(work, *args):
    """DeePMD-kit's graphs and sessions are global: every step gets a process of its own."""
    pid = os.fork()
    if pid == 0:
        try:
            work(*args)
            sys.stdout.flush()
            os._exit(0)
        except BaseException as problem:
            print("  ", type(problem).__name__, str(problem)[:600], file=sys.stderr)
            os._exit(1)
    if os.waitpid(pid, 0)[1] != 0:
        raise RuntimeError(work.__name__ + " failed")


def dp(*args):
    from deepmd.tf.entrypoints.main import main
    from deepmd.tf.model.pairtab import PairTabModel

    PairTabModel.data_stat = lambda self, data, stat_file_path=None: None  # 3.2.0's takes one argument too few
    main(list(args))


def loss_of(section):
    kind = section.get("fitting_net", {}).get("type", "ener")
    if kind in ("dipole", "polar"):
        return {"type": "tensor", "pref": 1.0, "pref_atomic": 0.0}
    if kind == "dos":
        return {"type": "dos"}
    if "spin" in section:
        return {"type": "ener_spin"}
    return {"type": "ener"}


def build(name, section, folder):
    write_system(folder / "system", len(section["type_map"]), "spin" in section)
    (folder / "table.txt").write_text(
        "\n".join("%g %g %g %g" % (r, 9 / r, 8 / r, 7 / r) for r in np.arange(0.1, 6, 0.3)))
    script = {
        "model": section,
        "learning_rate": {"type": "exp", "start_lr": 0.01, "stop_lr": 1e-3, "decay_steps": 1},
        "loss": loss_of(section),
        "training": {
            "training_data": {"systems": ["system"], "batch_size": 1},
            "numb_steps": 2, "seed": 3, "disp_freq": 1, "save_freq": 2,
        },
    }
    (folder / "input.json").write_text(json.dumps(script))
    os.chdir(folder)
    in_child(dp, "train", "--skip-neighbor-stat", "-v", "ERROR", "input.json")
    in_child(dp, "freeze", "-v", "ERROR", "-o", "graph.pb")
    if name in COMPRESS:
        in_child(
            dp, "compress", "-v", "ERROR", "-i", "graph.pb", "-o", "compressed.pb", "-t", "input.json", *COMPRESS[name])
        os.replace("compressed.pb", "graph.pb")


def cut(section, whole):
    """What the energy and the attributes need; force and virial too where DeePMD-kit is to read the graph again."""
    from deepmd.tf.env import tf

    graph = tf.GraphDef()
    graph.ParseFromString(Path("graph.pb").read_bytes())
    names = [node.name for node in graph.node]
    outputs = ["model_type", "o_energy", "o_dipole", "o_polar", "o_atom_dos"]
    if whole:
        outputs += ["o_atom_energy", "o_force", "o_virial", "o_atom_virial", "t_mesh"]
    wanted = [n for n in names if "_attr/" in n or n in outputs]
    small = tf.graph_util.extract_sub_graph(graph, wanted)
    for node in small.node:
        if node.name == "train_attr/training_script":
            node.attr["value"].tensor.string_val[0] = json.dumps({"model": section}).encode()
    Path("graph.pb").write_bytes(small.SerializeToString(deterministic=True))


def evaluate(name, section, names=None):
    """`names`: elements of the types of a graph that names none."""
    import deepmd
    from deepmd.infer import DeepPot

    potential = DeepPot("graph.pb")
    made = frames(len(section["type_map"]))
    if name in COMPRESS or "srtab" in name or name.startswith("linear-ener"):
        coord = [0, 0, 0, 0.35, 0, 0, 0.1, 0.9, 0.2, 2.1, 0.3, 0.4]
        made.append({"id": "close", "elements": [TYPE_MAP[i] for i in (0, 1, 1, 0)], "coord": coord, "box": None})
    for count, frame in enumerate(made):
        kinds = [TYPE_MAP.index(e) for e in frame["elements"]]
        box = None if frame["box"] is None else np.array([frame["box"]])
        frame.update(parameters(section, count, len(kinds)))
        more = {key: np.array([frame[key]]) for key in ("fparam", "aparam") if key in frame}
        e, f, v, ae, _ = potential.eval(np.array([frame["coord"]]), box, kinds, atomic=True, **more)
        frame["models"] = [{
            "energy": e.item(), "force": f.ravel().tolist(), "virial": v.ravel().tolist(),
            "atom_energy": ae.ravel().tolist(),
        }]
    expected = {
        "made_by": f"deepmd-kit {deepmd.__version__} (TensorFlow backend), scripts/goldens/models.py",
        "models": [name + ".pb.gz"], "model": section, "frames": made,
    }
    if names:
        expected["names"] = names
    pack(name + ".json.gz", json.dumps(expected, indent=1).encode())


def pack(name, content):
    (TARGET / name).write_bytes(gzip.compress(content, mtime=0))


def make(name, section, supported):
    with tempfile.TemporaryDirectory() as temporary:
        build(name, json.loads(json.dumps(section)), Path(temporary))
        if supported:
            in_child(evaluate, name, section)
        in_child(cut, section, name in WHOLE)
        pack(("" if supported else "refused-") + name + ".pb.gz", Path("graph.pb").read_bytes())
        os.chdir(TARGET)


if __name__ == "__main__":
    import deepmd.tf.entrypoints.main  # once, before the children

    TARGET.mkdir(parents=True, exist_ok=True)
    asked = sys.argv[1:] or [*MODELS, *REFUSED]
    failed = []
    for name in asked:
        try:
            make(name, MODELS.get(name) or REFUSED[name], name in MODELS)
            print(name, "made", flush=True)
        except RuntimeError as problem:
            os.chdir(TARGET)
            failed.append(name)
            print(name, problem, flush=True)
    sys.exit(f"failed: {failed}" if failed else 0)
