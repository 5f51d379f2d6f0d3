"""The paired comparison of scripts/bench. CPU seconds are those of the whole process less those of the same program on
ten frames, its start-up: on a busy machine they say more than the clock does."""
import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent.parent
SHARED = next((path for path in (HERE / "shared", HERE.parent / "shared") if path.exists()), HERE / "shared")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--dp", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--models", type=Path, default=SHARED / "models/seed-size",
                        help="folder of */graph.pb, each with the input.json it was trained by")
    parser.add_argument("--system", type=Path, default=SHARED / "data/ag-au/pbe",
                        help="folder of deepmd/npy systems")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--cores", type=int, default=1)
    return parser.parse_args()


def cpu_seconds(command, log):
    """User and system time of the command and all it starts, and the clock's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = os.times().elapsed
    with open(log, "w") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}, see {log}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, os.times().elapsed - start


def java_version():
    """As java says it; what JAVA_TOOL_OPTIONS and its like hold is printed first."""
    said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    return next(line for line in said.splitlines() if "Picked up" not in line)


def ten_frames(system, target):
    """A copy of the first system with ten frames only."""
    source = sorted(system.rglob("type.raw"))[0].parent
    shutil.rmtree(target, ignore_errors=True)
    (target / "set.000").mkdir(parents=True)
    for name in ("type.raw", "type_map.raw"):
        shutil.copy(source / name, target / name)
    arrays = sorted(source.glob("set.*"))[0]
    for name in ("coord.npy", "box.npy"):
        np.save(target / "set.000" / name, np.load(arrays / name)[:10])


def count(system):
    frames = atoms = 0
    for types in system.rglob("type.raw"):
        here = sum(len(np.load(coord, mmap_mode="r")) for coord in types.parent.glob("set.*/coord.npy"))
        frames += here
        atoms += here * len(types.read_text().split())
    return frames, atoms


def compress(options, work):
    made = []
    for model in sorted(options.models.glob("*/graph.pb")):
        target = work / f"compressed.{model.parent.name}.pb"
        if not target.exists():
            cpu_seconds([options.dp, "compress", "-i", model, "-o", target, "-t", model.parent / "input.json"],
                        work / "compress.log")
        made.append(target)
    return made


def rows(path):
    with open(path) as lines:
        return np.array([[float(x) for x in line.split()[1:]] for line in lines if not line.startswith("#")])


def peak(precision):
    """GFLOP/s of this NumPy's matrix product, on as many cores as BLAS is allowed: the best of ten."""
    a = np.ones((1536, 1536), precision)
    rates = []
    for _ in range(10):
        start = time.process_time()
        a @ a
        rates.append(2 * len(a) ** 3 / (time.process_time() - start) / 1e9)
    return max(rates)


def fitting_flops(options):
    """Of all models' fitting nets, forward and back, for one atom: the least work there is. The symmetric part of the
    descriptor is counted once, as it is computed."""
    flops = 0
    for file in options.models.glob("*/input.json"):
        model = json.loads(file.read_text())["model"]
        width, axis = model["descriptor"]["neuron"][-1], model["descriptor"]["axis_neuron"]
        sizes = [axis * width - axis * (axis - 1) // 2, *model["fitting_net"]["neuron"], 1]
        flops += sum(4 * a * b for a, b in zip(sizes, sizes[1:]))
    return flops


def main():
    options = arguments()
    work = HERE / "target/bench"
    work.mkdir(parents=True, exist_ok=True)
    os.chdir(work)
    cores = sorted(os.sched_getaffinity(0))[:options.cores]
    plain = sorted(options.models.glob("*/graph.pb"))
    if not plain:
        sys.exit(f"{options.models}: no */graph.pb")
    compressed = compress(options, work)
    os.sched_setaffinity(0, cores)
    ten = work / "ten-frames"
    ten_frames(options.system, ten)
    programs = {
        "dp model-devi": [options.dp, "model-devi", "-m", *plain],
        "dp model-devi, compressed": [options.dp, "model-devi", "-m", *compressed],
        "dpsieve model-devi, float64": [HERE / "scripts/dpsieve", "model-devi", "-m", *plain],
        "dpsieve model-devi, float32": [HERE / "scripts/dpsieve", "model-devi", "--precision", "float32", "-m", *plain],
    }
    cpu = {name: [] for name in programs}
    startup = {name: [] for name in programs}
    for _ in range(options.repetitions):
        for name, command in programs.items():
            for system, times in ((ten, startup), (options.system, cpu)):
                out = work / "devi.out"
                out.unlink(missing_ok=True)
                times[name].append(cpu_seconds([*command, "-s", system, "-o", out], work / "run.log"))
            shutil.copy(out, work / f"{name.replace(' ', '-')}.out")
    frames, atoms = count(options.system)
    write(work / "table.md", cpu, startup, frames, atoms, len(plain), cores, fitting_flops(options))
    expected = rows(work / "dp-model-devi.out")
    for name in programs:
        error = np.abs(rows(work / f"{name.replace(' ', '-')}.out") - expected).max()
        print(f"{name}: largest difference from dp model-devi {error:.1e}")


def write(path, cpu, startup, frames, atoms, models, cores, flops):
    net = {name: statistics.median(a[0] - b[0] for a, b in zip(cpu[name], startup[name])) for name in cpu}
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                     platform.processor())
    peaks = {name: peak("float32" if "float32" in name else "float64") for name in cpu}
    text = [
        f"{frames} frames, {atoms} atoms, {models} models; {len(cores)} core(s) of {processor}, load {os.getloadavg()[0]:.1f}; "
        f"DeePMD-kit {version('deepmd-kit')}, {java_version()}; {len(next(iter(cpu.values())))} repetitions in turn, medians; fitting nets {flops / 1e6:.2f} MFLOP an atom, "
        f"matrix products {peaks['dpsieve model-devi, float64']:.0f} GFLOP/s in double, {peaks['dpsieve model-devi, float32']:.0f} in single precision",
        "",
        "| program | CPU s | of it start-up | atoms per CPU second | times dp | times dp compressed | share of the limit | ten frames, whole process, s | CPU s | times dp's |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    dp_clock = statistics.median(t[1] for t in startup["dp model-devi"])
    for name in cpu:
        start = statistics.median(t[0] for t in startup[name])
        clock = statistics.median(t[1] for t in startup[name])
        text.append(
            f"| {name} | {net[name] + start:.1f} | {start:.1f} | {atoms / net[name]:.0f} | "
            f"{net['dp model-devi'] / net[name]:.2f} | {net['dp model-devi, compressed'] / net[name]:.2f} | "
            f"{atoms / net[name] * flops / peaks[name] / 1e9:.0%} | {clock:.1f} | {start:.1f} | {clock / dp_clock:.2f} |")
    path.write_text("\n".join(text) + "\n")
    print(path.read_text())


if __name__ == "__main__":
    main()
