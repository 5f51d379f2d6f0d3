"""Evaluates frames by DeePMD-kit's models, or by a calculator of ASE, loaded once, for dpsieve's EvaluatingProcess.

Messages go both ways over stdin and stdout, each: the length of a JSON object (4 bytes, little-endian), the object, then
the bytes of its "arrays", a list of [name, type, shape], one after the other: little-endian, row-major. Before the first
answer stand eight bytes, MAGIC, whose last is the version. Requests:
  {"op": "load", "models": [path ...], "branch": name, "layers": whether their output layers are asked about,
   "property": whether they are of another quantity than energies}      answer: what they are
  {"op": "load", "calculator": an import path, "arguments": {...}, "files": [path ...], "symbols": [...], "info": {...},
   "one_at_a_time": true or false}                     answer: what it is
  {"op": "deviation", "calls": [{"real", "atomic", "relative", "relative_v"} ...]}   answer: an array for each call
  {"op": "outputs", "names": [energy, force, virial, atom_energy ...]}     answer: of each name an array [F, models, ...]
  {"op": "values"}     of models of a property: value [F, models, components]
  {"op": "layers", "model": its place}     answer: energy [F, L], force [F, L, N, 3], virial [F, L, 9] of that model with each of
      the output layers in the array layers [L, weights of all nets, then energies by type]
  {"op": "hidden", "model": its place}     answer: hidden [F, N, width], that model's last hidden layer
all but the first two with the arrays coord [F, N, 3], type [F, N], and cell [F, 9], fparam [F, n], aparam [F, N, n], and for
"real" energy [F, 1], force [F, N, 3], virial [F, 9], where there are such. In "problems" an answer says of single frames, by
their numbers, why they have no numbers. An answer with "error" has its "kind": memory (of
which there is too little), import (of what is not installed), or other. At the end of stdin, when its other end is gone,
and after IDLE seconds without a request, this ends, whatever it does.
"""

import json
import os
import select
import shutil
import signal
import struct
import sys
import tempfile

MAGIC = b"dpsieve\x01"
IDLE = 120
ATOMS_AT_ONCE = {"cpu": 1024, "gpu": 32768}  # of the first: DeePMD-kit's own

requests = os.fdopen(os.dup(0), "rb")
answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)  # whatever else prints to stdout goes to stderr
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def end_with_who_asks():
    """Starts a process that kills this one and its children once the pipe of requests has no other end: also while
    this one is lost in a library. It is nobody's child, so that whoever kills this one leaves it to remove the folder
    for this one's files, whose path is returned."""
    try:
        os.setpgid(0, 0)
    except OSError:
        pass  # it leads a session
    group = os.getpgrp()
    folder = tempfile.mkdtemp(prefix="dpsieve-python-")
    mine, its = os.pipe()
    child = os.fork()
    if child > 0:
        os.close(mine)
        os.waitpid(child, 0)
        return folder
    answers.close()
    os.close(its)
    os.setsid()
    if os.fork() > 0:
        os._exit(0)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    watch = select.poll()
    watch.register(requests.fileno(), 0)  # no event but the hang-up
    watch.register(mine, 0)
    watch.poll()
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it has ended
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def receive():
    """The next request, with its arrays by name; nothing at the end."""
    if not select.select([requests], [], [], IDLE)[0]:
        return None
    head = requests.read(4)
    if len(head) < 4:
        return None
    message = json.loads(requests.read(struct.unpack("<I", head)[0]))
    if message.get("arrays"):  # the first has none: who has no NumPy is told so in an answer
        import numpy as np
    for name, kind, shape in message.pop("arrays", []):
        count = int(np.prod(shape, dtype=np.int64))
        data = requests.read(count * np.dtype(kind).itemsize)
        message[name] = np.frombuffer(data, dtype=kind).reshape(shape).copy()
    return message


def send(message, arrays=()):
    if arrays:
        import numpy as np
    arrays = [(name, np.ascontiguousarray(array, dtype="<f8")) for name, array in arrays]
    message["arrays"] = [[name, "<f8", list(array.shape)] for name, array in arrays]
    head = json.dumps(message, default=int).encode()
    answers.write(struct.pack("<I", len(head)) + head)
    for _, array in arrays:
        answers.write(array.tobytes())
    answers.flush()


def without_history():
    """PyTorch's just-in-time compiler rewrites a model in its first two evaluations, seconds each, and gives other last
    bits afterwards: a frame's numbers would hang on what was evaluated before."""
    if "torch" in sys.modules:
        import torch

        torch._C._set_graph_executor_optimize(False)


def device():
    if "torch" in sys.modules:
        from deepmd.pt.utils.env import DEVICE

        return "gpu" if DEVICE.type == "cuda" else "cpu"
    if "tensorflow" in sys.modules and "jax" not in sys.modules:
        import tensorflow

        return "gpu" if tensorflow.config.list_physical_devices("GPU") else "cpu"
    if "jax" in sys.modules:
        import jax

        return "gpu" if jax.default_backend() == "gpu" else "cpu"
    return "cpu"


class Models:
    def __init__(self, paths, branch="", layers=False):
        head = {"head": branch} if branch else {}
        self.all = [self.read(of_pytorch(path) if layers else path, head) for path in paths]
        without_history()
        self.layers_of = [OutputLayer(model) for model in self.all] if layers else []
        self.type_map = [str(name) for name in self.all[0].get_type_map() or []]
        for path, model in zip(paths, self.all):
            if [str(name) for name in model.get_type_map() or []] != self.type_map:
                raise ValueError(
                    f"the models have different type maps: {' '.join(self.type_map)} and, of {os.path.basename(path)}, "
                    + " ".join(model.get_type_map()))

    @staticmethod
    def read(path, head):
        from deepmd.infer import DeepPot

        return DeepPot(path, auto_batch_size=True, **head)

    def answer(self):
        first = self.all[0]
        backend = type(getattr(first, "deep_eval", first)).__module__.split(".")[1]
        where = device()
        at_once = int(os.environ.get("DP_INFER_BATCH_SIZE", 0)) or ATOMS_AT_ONCE[where]
        for model in self.all:
            batches = getattr(getattr(model, "deep_eval", model), "auto_batch_size", None)
            if batches is not None and where == "gpu":
                batches.current_batch_size = at_once  # else it grows from call to call, and last bits with it
        return {
            "version": version(),
            "backend": backend,
            "device": where,
            "type_map": self.type_map,
            "fparam": first.get_dim_fparam(),
            "aparam": first.get_dim_aparam(),
            "default_fparam": bool(getattr(first, "has_default_fparam", lambda: False)()),
            "mixed": backend not in ("tf", "infer"),  # TensorFlow sorts the atoms of all frames by those of the first
            "atoms_at_once": at_once,
        }

    def evaluate(self, request, atomic=False, only=None, whole=False):
        types = request["type"]
        mixed = bool((types != types[0]).any())
        return [
            model.eval(
                request["coord"].reshape(len(types), -1), request.get("cell"), types if mixed else types[0],
                fparam=request.get("fparam"), aparam=request.get("aparam"), mixed_type=mixed,
                **({"atomic": atomic} if atomic or whole else {}))
            for model in (self.all if only is None else [self.all[only]])
        ]

    def deviation(self, request):
        """What dp model-devi computes, by its own function; the models are evaluated once for all calls."""
        from deepmd.infer.model_devi import calc_model_devi

        evaluated = [Evaluated(result) for result in self.evaluate(request)]
        types = request["type"]
        rows = []
        for call in request["calls"]:
            real = None
            if call["real"]:
                atoms = types.shape[1]
                real = {
                    "energy": request["energy"] / atoms,
                    "force": request["force"],
                    "virial": request["virial"] / atoms,
                }
            rows.append(calc_model_devi(
                request["coord"].reshape(len(types), -1), request.get("cell"), types, evaluated, mixed_type=True, real_data=real,
                atomic=call["atomic"], relative=call["relative"], relative_v=call["relative_v"])[:, 1:])
        return {}, [(str(k), array) for k, array in enumerate(rows)]

    def outputs(self, request):
        import numpy as np

        names = request["names"]
        atomic = any(name.startswith("atom_") for name in names)
        results = self.evaluate(request, atomic)
        places = {"energy": 0, "force": 1, "virial": 2, "atom_energy": 3, "atom_virial": 4}
        return {}, [(name, np.stack([result[places[name]] for result in results], axis=1)) for name in names]

    def layers(self, request):
        """PyTorch's models are evaluated with every layer in turn: whatever they are made of."""
        import numpy as np

        place = request["model"]
        results = [[], [], []]
        with self.layers_of[place] as own:
            for layer in request["layers"]:
                own.set(layer)
                result = self.evaluate(request, only=place)[0]
                for kind, numbers in zip(results, result):
                    kind.append(numbers)
        energy, force, virial = (np.stack(kind, axis=1) for kind in results)
        return {}, [("energy", energy), ("force", force), ("virial", virial)]

    def hidden(self, request):
        """By a forward pass alone, where the model can be asked for it; else by energies with unit output layers."""
        types = request["type"]
        try:
            layer = self.all[request["model"]].eval_fitting_last_layer(
                request["coord"].reshape(len(types), -1), request.get("cell"), types,
                fparam=request.get("fparam"), aparam=request.get("aparam"), mixed_type=True)
        except (AttributeError, NotImplementedError):
            layer = self.by_units(request, request["model"])
        return {}, [("hidden", layer.reshape(*types.shape, -1))]

    def by_units(self, request, place):
        import numpy as np

        with self.layers_of[place] as own:
            energies = []
            for unit in own.units():
                own.set(unit)
                energies.append(self.evaluate(request, atomic=True, only=place)[0][3].reshape(request["type"].shape))
        return np.stack([energy - energies[0] for energy in energies[1:]], axis=2)


class Properties(Models):
    """Models of another quantity than energies."""

    NAMES = {"DeepDipole": "dipole", "DeepPolar": "polarizability", "DeepDOS": "dos"}

    @staticmethod
    def read(path, head):
        from deepmd.infer.deep_eval import DeepEval

        return DeepEval(path, auto_batch_size=True, **head)

    def name(self, model):
        kind = type(model).__name__
        if kind == "DeepProperty":
            return model.get_var_name() + (":intensive" if model.get_intensive() else ":extensive")
        if kind not in self.NAMES:
            raise ValueError(f"a model that DeePMD-kit evaluates by {kind}, expected one of a property, dos, dipole or polar")
        return self.NAMES[kind] + ":extensive"

    def answer(self):
        names = [self.name(model) for model in self.all]
        if len(set(names)) > 1:
            raise ValueError("the models are of different properties: " + ", ".join(names))
        return super().answer() | {"property": names[0]}

    def values(self, request):
        import numpy as np

        frames = len(request["type"])
        results = [result[0] if isinstance(result, (list, tuple)) else result for result in self.evaluate(request, whole=True)]
        return {}, [("value", np.stack([np.asarray(result).reshape(frames, -1) for result in results], axis=1))]


def of_pytorch(path):
    """The model in PyTorch's own format, which has derivatives; converted once in a file of this process's folder."""
    if path.endswith((".pt", ".pth")):
        return path
    if not path.endswith((".dp", ".yaml", ".yml")):
        raise ValueError(f"the output layer of a model *.{path.rsplit('.', 1)[-1]} cannot be exchanged; convert it: dp convert-backend")
    from deepmd.dpmodel.utils.serialization import load_dp_model
    from deepmd.pt.utils.serialization import deserialize_to_file

    target = os.path.join(folder, f"{len(os.listdir(folder))}.pth")
    deserialize_to_file(target, load_dp_model(path))
    return target


class OutputLayer:
    """The weights of the last layer of a model's fitting nets, and the energies it adds by type; put back at the end."""

    def __init__(self, model):
        import re

        module = model.deep_eval.dp.model["Default"]
        tensors = dict(module.named_parameters()) | dict(module.named_buffers())
        last = {}
        for name in tensors:
            found = re.search(r"fitting_net\.filter_layers\.networks\.(\d+)\.(?:layers\.(\d+)|output_layer)\.matrix$", name)
            if found:
                net, layer = int(found[1]), int(found[2] or 0)
                last[net] = max(last.get(net, (-1, "")), (layer, name))
        if not last or "atomic_model.out_bias" not in tensors:
            raise ValueError("no fitting net with an output layer found in the model")
        self.places = [tensors[last[net][1]] for net in sorted(last)] + [tensors["atomic_model.out_bias"]]

    def __enter__(self):
        self.before = [place.detach().clone() for place in self.places]
        return self

    def units(self):
        """Nothing, then each weight by itself, of all nets at once."""
        import numpy as np

        nets = [place.numel() for place in self.places[:-1]]
        shape = len(nets), max(nets)
        for k in range(-1, shape[1]):
            weights = np.zeros(shape)
            weights[:, k:k + 1] = 1  # nothing of -1
            yield np.concatenate([weights.ravel(), np.zeros(self.places[-1].numel())])

    def set(self, numbers):
        import torch

        if len(numbers) != sum(place.numel() for place in self.places):
            raise ValueError(f"{len(numbers)} numbers for an output layer of {[tuple(place.shape) for place in self.places]}")
        at = 0
        with torch.no_grad():
            for place in self.places:
                part = torch.as_tensor(numbers[at:at + place.numel()], dtype=place.dtype, device=place.device)
                place.copy_(part.reshape(place.shape))
                at += place.numel()

    def __exit__(self, *_):
        import torch

        with torch.no_grad():
            for place, before in zip(self.places, self.before):
                place.copy_(before)


FRAMES_AT_ONCE = 1024  # atoms of frames that a calculator is given one after the other
NOT_DATA = (".py", ".pyc", ".pyi", ".so")
MOST_HASHED = 20


class Opened:
    """Which files Python opens meanwhile."""

    def __init__(self):
        self.paths = []
        self.on = False
        sys.addaudithook(self.hear)

    def hear(self, event, arguments):
        if self.on and event == "open" and isinstance(arguments[0], (str, bytes)):
            self.paths.append(os.fsdecode(arguments[0]))

    def checksums(self):
        """Of those that hold data."""
        import hashlib

        sums = {}
        for path in dict.fromkeys(os.path.realpath(path) for path in self.paths):
            if path.endswith(NOT_DATA) or path.startswith(("/proc/", "/sys/", "/dev/", "/etc/")) or not os.path.isfile(path):
                continue
            if len(sums) < MOST_HASHED:
                digest = hashlib.sha256()
                with open(path, "rb") as file:
                    while block := file.read(1 << 20):
                        digest.update(block)
                sums[f"{os.path.basename(path)}, sha256"] = digest.hexdigest()
        return sums


def imported(path):
    """What an import path leads to: a.b.c is the attribute c of the module a.b, or c of the attribute b of a."""
    import importlib

    parts = path.split(".")
    if not all(part.isidentifier() for part in parts) or len(parts) < 2:
        raise ImportError(f"{path!r} is no import path, as ase.calculators.emt.EMT is one")
    for count in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:count])
        try:
            found = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and (name == error.name or name.startswith(error.name + ".")) and count > 1:
                continue
            raise
        for part in parts[count:]:
            if not hasattr(found, part):
                raise ImportError(f"there is no {part} in {getattr(found, '__name__', name)}")
            found = getattr(found, part)
        return found


class Calculator:
    def __init__(self, request):
        import numpy  # noqa: F401, before it is watched what is opened
        from ase import Atoms  # noqa: F401

        self.files = request["files"]
        self.symbols = request["symbols"]
        self.info = request["info"]
        self.alone = request["one_at_a_time"]
        kind = imported(request["calculator"])
        opened = Opened()
        opened.on = True
        os.chdir(folder)  # some write files
        self.calculator = kind(**{name: self.argument(value) for name, value in request["arguments"].items()})
        opened.on = False
        if not hasattr(self.calculator, "get_property"):
            raise TypeError(f"{request['calculator']} makes a {type(self.calculator).__name__}, which is no calculator of ASE")
        without_history()
        self.about = self.versions(request["calculator"]) | opened.checksums()

    def argument(self, value):
        """{"file": k} is the path of a file, {"call": import path, "arguments": {...}} what that makes."""
        if isinstance(value, dict) and set(value) == {"file"}:
            return self.files[value["file"]]
        if isinstance(value, dict) and "call" in value and set(value) <= {"call", "arguments"}:
            return imported(value["call"])(**{k: self.argument(v) for k, v in value.get("arguments", {}).items()})
        if isinstance(value, dict):
            return {k: self.argument(v) for k, v in value.items()}
        return [self.argument(v) for v in value] if isinstance(value, list) else value

    @staticmethod
    def versions(path):
        from importlib import metadata

        top = path.split(".")[0]
        names = {"ase", "numpy"} | set(metadata.packages_distributions().get(top, []))
        if "torch" in sys.modules:
            names.add("torch")
        found = {"python": ".".join(map(str, sys.version_info[:3]))}
        for name in sorted(names):
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                pass
        return found

    def answer(self):
        return {
            "version": self.about.get("ase"),
            "device": torch_device(),
            "type_map": [],
            "fparam": max(own_parameters(self.info), default=-1) + 1,
            "aparam": 0,
            "default_fparam": False,
            "mixed": True,
            "atoms_at_once": 1 if self.alone else FRAMES_AT_ONCE,
            "about": self.about,
        }

    def frame(self, request, k):
        """Energy, forces and virial of a frame; the virial is NaN where the calculator has no stress for it."""
        import numpy as np
        from ase import Atoms
        from ase.calculators.calculator import PropertyNotImplementedError

        cell = request["cell"][k].reshape(3, 3) if "cell" in request else None
        atoms = Atoms(
            [self.symbols[t] for t in request["type"][k]], positions=request["coord"][k], cell=cell, pbc=cell is not None)
        atoms.info.update(with_parameters(self.info, request["fparam"][k] if "fparam" in request else ()))
        if "charge" in atoms.info:
            atoms.set_initial_charges([float(atoms.info["charge"])] + [0.0] * (len(atoms) - 1))  # some take their sum
        if isinstance(atoms.info.get("spin"), (int, float)):  # a multiplicity; some count unpaired electrons
            atoms.set_initial_magnetic_moments([(atoms.info["spin"] - 1.0) / len(atoms)] * len(atoms))
        if hasattr(self.calculator, "reset"):
            self.calculator.reset()  # what it remembers of other frames is none of this one's
        atoms.calc = self.calculator
        forces = atoms.get_forces(apply_constraint=False)
        energy = atoms.get_potential_energy()
        free = getattr(self.calculator, "results", {}).get("free_energy")
        energy = energy if free is None else free  # what forces are derivatives of
        virial = np.full(9, np.nan)
        numbers = [energy, *np.ravel(forces)]
        if cell is not None:
            try:
                virial = -atoms.get_stress(voigt=False, apply_constraint=False).ravel() * atoms.get_volume()
                numbers += list(virial)
            except PropertyNotImplementedError:
                pass
        if np.shape(forces) != (len(atoms), 3):
            raise ValueError(f"forces of shape {np.shape(forces)}, expected {(len(atoms), 3)}")
        if not np.all(np.isfinite(np.asarray(numbers, dtype=float))):
            raise ArithmeticError("the calculator gives NaN or infinity")
        return float(energy), np.asarray(forces, dtype=float), virial

    def outputs(self, request):
        import numpy as np

        frames, atoms = request["type"].shape
        energy = np.full((frames, 1), np.nan)
        force = np.full((frames, 1, atoms, 3), np.nan)
        virial = np.full((frames, 1, 9), np.nan)
        problems = {}
        for k in range(frames):
            try:
                energy[k, 0], force[k, 0], virial[k, 0] = self.frame(request, k)
            except Exception as error:
                if is_memory(error):
                    raise
                import traceback

                traceback.print_exc()
                problems[str(k)] = f"{type(error).__name__}: {error}".strip()[:500]
        return {"problems": problems}, [("energy", energy), ("force", force), ("virial", virial)]


def is_parameter(value):
    """{"fparam": k}, at any depth, stands for the frame's own parameter k."""
    return isinstance(value, dict) and set(value) == {"fparam"}


def own_parameters(value):
    if is_parameter(value):
        return [value["fparam"]]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [k for one in inner for k in own_parameters(one)]


def with_parameters(value, parameters):
    """A copy of its own: calculators change what they are given."""
    if is_parameter(value):
        return plain(float(parameters[value["fparam"]]))
    if isinstance(value, dict):
        return {name: with_parameters(one, parameters) for name, one in value.items()}
    return [with_parameters(one, parameters) for one in value] if isinstance(value, list) else value


def plain(number):
    """Charges and multiplicities are whole numbers, which calculators look for."""
    return int(number) if number == int(number) else number


def torch_device():
    if "torch" in sys.modules:
        import torch

        return "gpu" if torch.cuda.is_available() else "cpu"
    return "cpu"


class Evaluated:
    """A model that was evaluated."""

    def __init__(self, result):
        self.result = result

    def eval(self, *_, **__):
        return self.result


def is_memory(error):
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"MemoryError", "OutOfMemoryError", "ResourceExhaustedError"}) or "out of memory" in str(error).lower() \
        or "RESOURCE_EXHAUSTED" in str(error)


def version():
    deepmd = sys.modules.get("deepmd")
    return getattr(deepmd, "__version__", None)


def free_memory():
    if "torch" in sys.modules:
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def main():
    models = None
    while True:
        request = receive()
        if request is None:
            return
        try:
            if request["op"] == "load":
                if "calculator" in request:
                    models = Calculator(request)
                else:
                    kind = Properties if request.get("property") else Models
                    models = kind(request["models"], request.get("branch", ""), request.get("layers", False))
                send(models.answer())
            else:
                send(*getattr(models, request["op"])(request))
        except Exception as error:
            import traceback

            traceback.print_exc()
            text = f"{type(error).__name__}: {error}".strip()
            kind = "memory" if is_memory(error) else "import" if isinstance(error, ImportError) else "other"
            del request
            free_memory()
            send({"error": text, "kind": kind, "version": version()})


folder = end_with_who_asks()
answers.write(MAGIC)
answers.flush()
main()
