#!/usr/bin/env python
"""Make the models old-* of model-core/src/test/resources/goldens/models: tiny graphs as DeePMD-kit 0.12, 1.0, 1.3 and
2.0 made them and `dp convert-from` leaves them, with the numbers of today's DeePMD-kit for the frames of models.py.

    python scripts/goldens/old_graphs.py [NAME ...]

needs deepmd-kit with TensorFlow (made with 3.2.0). Those versions cannot be installed any more, so their graphs are
built here, operation by operation, with random weights and statistics; DeePMD-kit evaluates them as they are packed,
but for the force and virial, which the packed graph does not need.
"""

import sys

import numpy as np

from models import TARGET, TYPE_MAP, Path, evaluate, in_child, json, os, pack, tempfile

# What each version did, as far as numbers or shapes are concerned:
#   bias     shape of the embedding nets' biases is [1, n] in all; they are added, not BiasAdd'ed
#   reshape  the activation function's result is reshaped (from 1.1 on)
#   concat   the nets of all neighbor types are put below each other and multiplied at once (before 2.0)
#   scope    of the embedding nets
MODELS = {
    "old-0.12": {"types": 2, "scope": "DS_layer_type_", "concat": True, "dt": True, "names": ["Ag", "Au"]},
    "old-1.0": {"types": 2, "concat": True, "dt": True, "activation": "tanh"},
    "old-1.0-one-type": {"types": 1, "concat": True, "activation": "gelu"},
    "old-1.3-exclude": {"types": 3, "concat": True, "reshape": True, "exclude": [(0, 1), (1, 0), (2, 2)]},
    "old-1.3-atom-ener": {"types": 2, "concat": True, "reshape": True, "atom_ener": [-1.5, None], "fparam": 2},
    "old-1.3-se-r": {"types": 2, "radial": True, "reshape": True, "exclude": [(0, 1), (1, 0)], "activation": "relu6"},
    "old-2.0": {"types": 3, "reshape": True, "atom_ener": [-1.5, None, 0.25], "dt": True, "one_side": True},
}
SEL = [16, 14, 12]
NEURON = [3, 6, 12]
AXIS = 4
FITTING = [7, 7, 5]
RCUT, SMOOTH = 4.3, 0.7


class Builder:
    def __init__(self, form):
        from deepmd.tf.env import op_module, tf

        self.tf, self.op, self.form = tf, op_module, form
        self.rng = np.random.default_rng(17)
        self.types = form["types"]
        self.sel = SEL[: self.types]
        self.columns = 1 if form.get("radial") else 4

    def constant(self, name, values):
        return self.tf.identity(self.tf.constant(values, name=name), name=name + "/read")

    def weights(self, name, shape, scale=0.6, mean=0.0):
        return self.constant(name, self.rng.normal(mean, scale, shape))

    def activate(self, x):
        tf = self.tf
        kind = self.form.get("activation", "tanh")
        if kind == "gelu":
            return 0.5 * x * (1 + tf.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * tf.pow(x, 3))))
        return {"tanh": tf.nn.tanh, "relu6": tf.nn.relu6}[kind](x)

    def hidden(self, x, w, b):
        h = self.activate(self.tf.matmul(x, w) + b)
        return self.tf.reshape(h, [-1, w.shape[1]]) if self.form.get("reshape") else h

    def embedding(self, x, net):
        tf = self.tf
        before = 1
        for i, n in enumerate(NEURON, 1):
            w = self.weights(f"matrix_{i}_{net}", [before, n])
            b = self.weights(f"bias_{i}_{net}", [1, n])
            h = self.hidden(x, w, b)
            if self.form.get("dt"):
                h = h * self.weights(f"idt_{i}_{net}", [1, n], 0.1, 1.0) if n in (before, 2 * before) else h
            if n == before:
                x = x + h
            elif n == 2 * before:
                x = tf.concat([x, x], 1) + h
            else:
                x = h
            before = n
        return x

    def filter(self, rows, centre):
        """Descriptors of atoms of one type, or of all."""
        tf = self.tf
        nets, products, start = [], [], 0
        size = self.columns
        for n, sel in enumerate(self.sel):
            part = tf.slice(rows, [0, start * size], [-1, sel * size])
            start += sel
            s = tf.reshape(tf.slice(tf.reshape(part, [-1, size]), [0, 0], [-1, 1]), [-1, 1])
            if (centre, n) in self.form.get("exclude", []):
                g = tf.matmul(s, tf.zeros([1, NEURON[-1]], tf.float64))
            else:
                g = self.embedding(s, n)
            g = tf.reshape(g, [-1, sel, NEURON[-1]])
            nets.append(g)
            products.append((part, g))
        if self.form.get("radial"):
            return tf.reduce_mean(tf.concat(nets, 1), axis=1) * (1.0 / 5.0)
        if self.form.get("concat"):
            all_rows = tf.reshape(rows, [-1, start, 4])
            mean = tf.matmul(all_rows, tf.concat(nets, 1), transpose_a=True) * (1.0 / start)
        else:
            total = None
            for part, g in products:
                term = tf.matmul(tf.reshape(part, [tf.shape(part)[0], g.shape[1], 4]), g, transpose_a=True)
                total = term if total is None else total + term
            mean = total * (1.0 / start)
        axis = tf.slice(mean, [0, 0, 0], [-1, -1, AXIS])
        return tf.reshape(tf.matmul(mean, axis, transpose_a=True), [-1, AXIS * NEURON[-1]])

    def descriptor(self, rows, natoms):
        tf = self.tf
        size = sum(self.sel) * self.columns
        scope = self.form.get("scope", "filter_type_")
        if self.form.get("one_side"):
            with tf.variable_scope(scope + "all"):
                return tf.reshape(self.filter(rows, -1), [-1, natoms[0] * AXIS * NEURON[-1]])
        found, start = [], 0
        rows = tf.reshape(rows, [-1, natoms[0] * size])
        for t in range(self.types):
            own = tf.reshape(tf.slice(rows, [0, start * size], [-1, natoms[2 + t] * size]), [-1, size])
            with tf.variable_scope(scope + str(t)):
                layer = self.filter(own, t)
            found.append(tf.reshape(layer, [tf.shape(rows)[0], natoms[2 + t] * layer.shape[1]]))
            start += natoms[2 + t]
        return tf.concat(found, 1)

    def net(self, x, t):
        tf = self.tf
        before = int(x.shape[1])
        for i, n in enumerate(FITTING):
            with tf.variable_scope(f"layer_{i}_type_{t}"):
                made = self.layers.setdefault((t, i), {})
                for key, shape, scale, mean in (
                    ("matrix", [before, n], 0.5, 0), ("bias", [n], 0.5, 0), ("idt", [n], 0.02, 0.1)):
                    if key not in made and (key != "idt" or n == before):
                        made[key] = self.weights(key, shape, scale, mean)
                h = self.hidden(x, made["matrix"], made["bias"])
                h = h * made["idt"] if n == before else h
            x = x + h if n == before else h
            before = n
        with tf.variable_scope(f"final_layer_type_{t}"):
            made = self.layers.setdefault((t, "final"), {})
            for key, shape in (("matrix", [before, 1]), ("bias", [1])):
                if key not in made:
                    made[key] = self.weights(key, shape)
            return tf.matmul(x, made["matrix"]) + made["bias"]

    def fitting(self, descriptors, natoms, fparam):
        tf = self.tf
        self.layers = {}
        width = NEURON[-1] * (1 if self.form.get("radial") else AXIS)
        found, start = [], 0
        for t in range(self.types):
            x = tf.reshape(
                tf.slice(descriptors, [0, start * width], [-1, natoms[2 + t] * width]), [-1, width])
            start += natoms[2 + t]
            more = []
            if fparam is not None:
                more = [tf.reshape(tf.tile(fparam, [1, natoms[2 + t]]), [-1, self.form["fparam"]])]
            energy = self.net(tf.concat([x, *more], 1) if more else x, t)
            level = self.form.get("atom_ener", [None] * self.types)[t]
            if level is not None:
                nothing = tf.zeros_like(x)
                vacuum = self.net(tf.concat([nothing, *more], 1) if more else nothing, t)
                energy = energy + (tf.constant(level, tf.float64, name=f"atom_{t}_ener") - vacuum)
            found.append(tf.reshape(energy, [tf.shape(descriptors)[0], natoms[2 + t]]))
        return tf.reshape(tf.concat(found, 1), [-1])

    def build(self):
        tf, op = self.tf, self.op
        coord = tf.placeholder(tf.float64, [None], name="t_coord")
        kinds = tf.placeholder(tf.int32, [None], name="t_type")
        natoms = tf.placeholder(tf.int32, [self.types + 2], name="t_natoms")
        box = tf.placeholder(tf.float64, [None], name="t_box")
        mesh = tf.placeholder(tf.int32, [None], name="t_mesh")
        names = "" if "names" in self.form else " ".join(TYPE_MAP[: self.types])
        for name, value in {
            "model_attr/tmap": names, "model_attr/model_type": "ener", "model_attr/model_version": "1.1",
            "descrpt_attr/rcut": RCUT, "descrpt_attr/ntypes": self.types,
            "fitting_attr/dfparam": self.form.get("fparam", 0), "fitting_attr/daparam": 0,
        }.items():
            tf.constant(value, tf.float64 if isinstance(value, float) else None, name=name)
        slots = sum(self.sel)
        average = np.zeros((self.types, slots, self.columns))
        average[:, :, 0] = self.rng.normal(0.1, 0.03, (self.types, 1))
        deviation = np.tile(self.rng.uniform(0.2, 0.4, (self.types, 1, self.columns)), (1, slots, 1))
        prefix = "" if "names" in self.form else "descrpt_attr/"  # 0.12 has none
        average = self.constant(prefix + "t_avg", average.reshape(self.types, -1))
        deviation = self.constant(prefix + "t_std", deviation.reshape(self.types, -1))
        fparam = None
        if self.form.get("fparam"):
            given = tf.placeholder(tf.float64, [None], name="t_fparam")
            n = self.form["fparam"]
            mean = self.weights("fitting_attr/t_fparam_avg", [n])
            istd = self.weights("fitting_attr/t_fparam_istd", [n], 0.1, 1.0)
            fparam = (tf.reshape(given, [-1, n]) - mean) * istd
        common = [
            tf.reshape(coord, [-1, natoms[1] * 3]), tf.reshape(kinds, [-1, natoms[1]]), natoms,
            tf.reshape(box, [-1, 9]), mesh, average, deviation]
        if self.form.get("radial"):
            made = op.prod_env_mat_r(*common, rcut=RCUT, rcut_smth=SMOOTH, sel=self.sel)
        else:
            made = op.prod_env_mat_a(
                *common, rcut_a=-1.0, rcut_r=RCUT, rcut_r_smth=SMOOTH, sel_a=self.sel, sel_r=[0] * self.types)
        rows, derivative, rij, nlist = made
        rows = tf.reshape(rows, [-1, slots * self.columns])
        descriptors = tf.reshape(
            self.descriptor(rows, natoms),
            [-1, natoms[0] * (NEURON[-1] * (1 if self.form.get("radial") else AXIS))])
        each = tf.reshape(self.fitting(descriptors, natoms, fparam), [-1, natoms[0]], name="o_atom_energy")
        tf.reduce_sum(each, axis=1, name="o_energy")
        slope = tf.reshape(tf.gradients(each, rows)[0], [-1, natoms[0] * slots * self.columns])
        if self.form.get("radial"):
            force = op.prod_force_se_r(slope, derivative, nlist, natoms)
            virial, atom_virial = op.prod_virial_se_r(slope, derivative, rij, nlist, natoms)
        else:
            counts = {"n_a_sel": slots, "n_r_sel": 0}
            force = op.prod_force_se_a(slope, derivative, nlist, natoms, **counts)
            virial, atom_virial = op.prod_virial_se_a(slope, derivative, rij, nlist, natoms, **counts)
        tf.reshape(force, [-1, 3 * natoms[1]], name="o_force")
        tf.reshape(virial, [-1, 9], name="o_virial")
        tf.reshape(atom_virial, [-1, 9 * natoms[1]], name="o_atom_virial")


def build(form):
    from deepmd.tf.env import tf

    graph = tf.Graph()
    with graph.as_default():
        Builder(form).build()
    Path("graph.pb").write_bytes(graph.as_graph_def().SerializeToString(deterministic=True))


def cut():
    from deepmd.tf.env import tf

    graph = tf.GraphDef()
    graph.ParseFromString(Path("graph.pb").read_bytes())
    wanted = [n.name for n in graph.node if "_attr/" in n.name or n.name == "o_energy"]
    small = tf.graph_util.extract_sub_graph(graph, wanted)
    Path("graph.pb").write_bytes(small.SerializeToString(deterministic=True))


def make(name, form):
    with tempfile.TemporaryDirectory() as temporary:
        os.chdir(temporary)
        in_child(build, form)
        section = {"type_map": TYPE_MAP[: form["types"]], "fitting_net": {"numb_fparam": form.get("fparam", 0)}}
        in_child(evaluate, name, section, form.get("names"))
        in_child(cut)
        pack(name + ".pb.gz", Path("graph.pb").read_bytes())
        os.chdir(TARGET)


if __name__ == "__main__":
    import deepmd.tf.entrypoints.main  # once, before the children

    for name in sys.argv[1:] or MODELS:
        make(name, MODELS[name])
        print(name, "made", flush=True)
