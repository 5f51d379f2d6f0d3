"""The paired comparison of scripts/bench-dpa4c: four DPA4C models of random numbers, of the size that DeePMD-kit's
example for water has (examples/water/dpa4c: the grade neo), for Ag and Au. CPU seconds are those of the whole process
less those of the same program on ten frames."""
import argparse
import json
import os
import shutil
import statistics
from importlib.metadata import version
from pathlib import Path

import numpy as np

from bench import HERE, SHARED, count, cpu_seconds, peak, rows, ten_frames

CHANNELS, NEURON = 64, [256, 256, 256]
INVARIANTS = 144  # of the descriptor's 208 numbers those that are not of the centre's type


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench-dpa4c", description=__doc__)
    parser.add_argument("--dp", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--system", type=Path, default=SHARED / "data/ag-au/pbe", help="folder of deepmd/npy systems")
    parser.add_argument("--dp-frames", type=int, default=8, help="of each system, that dp evaluates; ours are all")
    parser.add_argument("--precision", default="float64", choices=["float64", "float32"])
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--forms", nargs="+", default=["checkpoint", "pte"], choices=["checkpoint", "pte", "pt2"],
                        help="of dp's models; pt2 is compiled by AOTInductor, which takes minutes")
    parser.add_argument("--dpsieve", nargs="+", default=[HERE / "scripts/dpsieve"], help=argparse.SUPPRESS)
    return parser.parse_args()


def models(options, folder):
    """Checkpoints as dp --pt-expt train leaves them, and what ours reads."""
    import torch
    from deepmd.dpmodel.utils.serialization import save_dp_model, traverse_model_dict
    from deepmd.pt_expt.model.get_model import get_model
    from deepmd.pt_expt.train.wrapper import ModelWrapper

    made = []
    for k in range(4):
        section = {
            "type_map": ["Ag", "Au"],
            "descriptor": {"type": "dpa4c", "rcut": 6.0, "channels": CHANNELS, "lmax": 2, "basis_type": "bessel",
                           "n_radial": 16, "radial_modes": 0, "precision": options.precision, "seed": k + 1},
            "fitting_net": {"type": "ener", "neuron": NEURON, "resnet_dt": False, "activation_function": "silu",
                            "precision": options.precision, "seed": k + 1}}
        made.append(folder / f"{options.precision}.{k}")
        if (made[-1] / "model.ckpt.pt").exists():
            continue
        made[-1].mkdir(parents=True, exist_ok=True)
        model = get_model(json.loads(json.dumps(section)))
        save_dp_model(str(made[-1] / "model.dp"), {
            "model": traverse_model_dict(model.serialize(), np.array), "model_def_script": section,
            "backend": "DPModel", "@variables": {}})
        torch.save({"model": ModelWrapper(model, model_params=section).state_dict()}, made[-1] / "model.ckpt.pt")
    return made


def frozen(options, made, suffix):
    targets = []
    for folder in made:
        targets.append(folder / f"model.{suffix}")
        if not targets[-1].exists():
            cpu_seconds([options.dp, "--pt-expt", "freeze", "-c", folder / "model.ckpt.pt", "-o", targets[-1]],
                        folder / "freeze.log")
    return targets


def some_frames(system, target, frames):
    """The first frames of every system."""
    shutil.rmtree(target, ignore_errors=True)
    for types in sorted(system.rglob("type.raw")):
        copy = target / types.parent.relative_to(system)
        (copy / "set.000").mkdir(parents=True)
        for name in ("type.raw", "type_map.raw"):
            shutil.copy(types.parent / name, copy / name)
        for name in ("coord.npy", "box.npy"):
            arrays = [np.load(one / name) for one in sorted(types.parent.glob("set.*"))]
            np.save(copy / "set.000" / name, np.concatenate(arrays)[:frames])


def main():
    options = arguments()
    work = HERE / "target/bench/dpa4c"
    work.mkdir(parents=True, exist_ok=True)
    os.chdir(work)
    made = models(options, work)
    forms = {form: [folder / "model.ckpt.pt" for folder in made] if form == "checkpoint" else frozen(options, made, form)
             for form in options.forms}
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    ten, some = work / "ten-frames", work / "some-frames"
    ten_frames(options.system, ten)
    some_frames(options.system, some, options.dp_frames)
    programs = {f"dp model-devi, {form}": ([options.dp, "--pt-expt", "model-devi", "-m", *files], some)
                for form, files in forms.items()}
    programs["dpsieve model-devi, float64"] = (
        [*options.dpsieve, "model-devi", "-m", *(folder / "model.dp" for folder in made)], options.system)
    rates = {name: [] for name in programs}
    start = {name: [] for name in programs}
    for _ in range(options.repetitions):
        for name, (command, system) in programs.items():
            out = work / f"{name.replace(' ', '-').replace(',', '')}.out"
            cpu = []
            for frames in (ten, system):
                out.unlink(missing_ok=True)
                cpu.append(cpu_seconds([*command, "-s", frames, "-o", out], work / "run.log")[0])
            rates[name].append((count(system)[1] - count(ten)[1]) / (cpu[1] - cpu[0]))
            start[name].append(cpu[0])
    flops = 4 * sum(4 * a * b for a, b in zip([INVARIANTS, *NEURON], [*NEURON, 1]))
    best = max(statistics.median(rates[name]) for name in programs if name.startswith("dp "))
    limit = peak("float64")
    text = [
        f"{len(made)} DPA4C models ({CHANNELS} channels, fitting {NEURON}, {options.precision}); one core, load {os.getloadavg()[0]:.1f}; "
        f"DeePMD-kit {version('deepmd-kit')}, torch {version('torch')}; {options.repetitions} repetitions in turn, medians; dp on "
        f"{count(some)[1]} atoms, ours on {count(options.system)[1]}; fitting nets {flops / 1e6:.2f} MFLOP an atom, matrix products "
        f"{limit:.0f} GFLOP/s",
        "",
        "| program | start-up, CPU s | atoms per CPU second | times dp's fastest | share of the limit |",
        "|---|---|---|---|---|"]
    for name in programs:
        rate = statistics.median(rates[name])
        text.append(f"| {name} | {statistics.median(start[name]):.1f} | {rate:.0f} | {rate / best:.2f} | "
                    f"{rate * flops / limit / 1e9:.0%} |")
    Path(work.parent / "dpa4c.md").write_text("\n".join(text) + "\n")
    print("\n".join(text))
    ours = rows(work / "dpsieve-model-devi-float64.out")
    theirs = rows(work / f"dp-model-devi-{options.forms[0]}.out")
    starts = [here[0] for here in systems(options.system)]
    lengths = [min(length, options.dp_frames) for _, length in systems(options.system)]
    same = np.concatenate([ours[first:first + length] for first, length in zip(starts, lengths)])
    print(f"largest difference from dp model-devi {np.abs(same - theirs).max():.1e}")


def systems(folder):
    """First row and number of frames of each system, in the order of their names."""
    found, first = [], 0
    for types in sorted(folder.rglob("type.raw")):
        length = sum(len(np.load(coord, mmap_mode="r")) for coord in types.parent.glob("set.*/coord.npy"))
        found.append((first, length))
        first += length
    return found


if __name__ == "__main__":
    main()
