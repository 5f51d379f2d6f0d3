"""How the deviation stage scales. Each part makes its pools by scripts/replicate, runs the program as users do and adds to
target/bench/scale.md. Times of Spark's stages are those of its event log: from the first task's start to the last one's end.

executors  rescreen by one and by more executors of one core, in turn, each pinned to its own; the driver is on the cores
           that none of them has, or on theirs where there are no others
sizes      model-devi on frames of 8 to 2,000 atoms: CPU time of an atom more, from a pool to one four times as large
frames     model-devi on 1,000 to 1,000,000 frames of 8 atoms, heap 2 GB: CPU time of an atom more, memory
memory     rescreen of 1,000,000 frames of 8 atoms, driver and executors in one JVM, heap 2 GB
skew       rescreen of 10,000 frames of 8 atoms and one of 5,000: when cores have nothing left to do"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

from bench import java_version

HERE = Path(__file__).resolve().parent.parent
WORK = HERE / "target/bench"
PARTS = ("executors", "sizes", "frames", "memory", "skew")


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/bench-scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help="which parts; default: all")
    parser.add_argument("--models", type=Path, default=HERE / "conf/ag-au/models", help="folder of */graph.pb")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--executors", type=int, nargs="+", default=[1, 2], help="how many, for that part; default: 1 2")
    parser.add_argument("--million", type=int, default=1_000_000, help="frames of the largest pool")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: expected some of {', '.join(PARTS)}")
    options.parts = options.parts or PARTS
    if "executors" in options.parts and not 1 <= min(options.executors) <= max(options.executors) <= len(physical_cores()):
        parser.error(f"--executors {options.executors}: expected from 1 to the {len(physical_cores())} cores of this machine")
    return options


def physical_cores():
    """One of the hardware threads of each core that this process may run on."""
    found = {}
    for thread in sorted(os.sched_getaffinity(0)):
        siblings = Path(f"/sys/devices/system/cpu/cpu{thread}/topology/thread_siblings_list")
        found.setdefault(siblings.read_text() if siblings.exists() else thread, thread)
    return list(found.values())


def pool(name, *replicate):
    """A pool, made once."""
    target = WORK / "pools" / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, HERE / "scripts/replicate.py", "-o", target, *map(str, replicate)], check=True)
    return target


def atoms_of(target):
    return sum(
        len(types.read_text().split()) * sum(len(np.load(c, mmap_mode="r")) for c in types.parent.glob("set.*/coord.npy"))
        for types in target.rglob("type.raw"))


def pin_executors(driver, cores):
    """Every executor of a local cluster to a core of its own, as the processes of `products`; what it starts later inherits
    that, so nothing is looked for any more once all are there."""
    pinned = {}
    while driver.returncode is None and len(pinned) < len(cores):
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if int((process / "stat").read_text().rsplit(")", 1)[1].split()[1]) != driver.pid:
                    continue
                words = (process / "cmdline").read_text().split("\0")
                if "--executor-id" in words:
                    pinned[process] = cores[int(words[words.index("--executor-id") + 1]) % len(cores)]
            except OSError:
                pass  # it has ended
        time.sleep(0.5)
    for _ in range(2):  # twice, for threads started meanwhile
        for process, core in pinned.items():
            for thread in process.glob("task/*"):  # none where it has ended
                try:
                    os.sched_setaffinity(int(thread.name), {core})
                except OSError:
                    pass


def run(command, environment=(), cores=None, executors=()):
    """CPU seconds of the command and all it starts, the clock's, and the largest resident set in MB. The command runs on
    `cores`, each of its executors on its own of `executors`."""
    log = WORK / "run.log"
    start = time.monotonic()
    with open(log, "w") as out:
        process = subprocess.Popen(
            list(map(str, command)), stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **dict(environment)},
            preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None)
        if executors:
            threading.Thread(target=pin_executors, args=(process, executors), daemon=True).start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}, see {log}")
    return used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024


PRODUCTS = """
import time, numpy
a, done, end = numpy.ones((512, 512)), 0, time.monotonic() + 5
while time.monotonic() < end:
    a @ a
    done += 1
print(done)
"""


def products(cores):
    """Matrix products in five seconds by one process of one thread on each core."""
    processes = [
        subprocess.Popen([sys.executable, "-c", PRODUCTS], stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"},
                         preexec_fn=lambda core=core: os.sched_setaffinity(0, {core}))
        for core in cores]
    return sum(int(process.communicate()[0]) for process in processes)


class Scale:
    def __init__(self, options):
        self.options = options
        self.models = sorted(options.models.glob("*/graph.pb"))
        if not self.models:
            sys.exit(f"{options.models}: no */graph.pb")
        self.text = []

    def say(self, line=""):
        self.text.append(line)
        print(line, flush=True)

    def model_devi(self, system, heap):
        out = WORK / "scale.out"
        out.unlink(missing_ok=True)
        return run(
            [HERE / "scripts/dpsieve", "model-devi", "-m", *self.models, "-s", system, "-o", out],
            {"DPSIEVE_MEMORY": heap}.items())

    def rescreen(self, frames, master, heap="2g", cores=None, executors=()):
        """Start and end of every task of the evaluation, in seconds, by the event log; with the process's own numbers."""
        target = HERE / "spark-jobs/target"
        jars = f"{target / 'dpsieve.jar'}:{(target / 'spark.classpath').read_text().strip()}"
        home = WORK / "spark-home"
        (home / "jars").mkdir(parents=True, exist_ok=True)
        for jar in jars.split(":"):
            link = home / "jars" / Path(jar).name
            if not link.exists():
                link.symlink_to(jar)
        events, result = WORK / "events", WORK / "scale.rescreen"
        for folder in (events, result, WORK / "_staged-scale.rescreen"):
            shutil.rmtree(folder, ignore_errors=True)
        events.mkdir()
        settings = {
            "spark.executor.extraClassPath": jars, "spark.ui.enabled": "false", "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": f"file://{events}", "spark.eventLog.rolling.enabled": "false",
            "spark.eventLog.compress": "false"}
        used = run(
            ["java", f"-Xmx{heap}", "-XX:+UseParallelGC", f"@{HERE / 'conf/jvm.flags'}",
             *(f"-D{key}={value}" for key, value in settings.items()), "-cp", jars, "org.dpsieve.cli.Dpsieve", "rescreen",
             "-m", *self.models, "--frames", frames, "-o", result, "--master", master],
            {"SPARK_HOME": str(home), "SPARK_SCALA_VERSION": "2.13", "SPARK_LOCAL_IP": "127.0.0.1"}.items(), cores, executors)
        return tasks(next(events.iterdir()), "rescreen: deviation of"), used

    def executors(self):
        frames = pool("executors-150000", "-n", 150_000)
        cores, numbers = physical_cores()[:max(self.options.executors)], sorted(self.options.executors)
        others = os.sched_getaffinity(0).difference(cores)
        found = {number: ([], [], []) for number in numbers}  # matrix products, seconds, seconds after the first quarter
        for _ in range(self.options.repetitions):
            for number, (machine, times, later) in found.items():
                machine.append(products(cores[:number]))
                done, _ = self.rescreen(
                    frames, f"local-cluster[{number},1,2048]", cores=others or cores[:number], executors=cores[:number])
                times.append(max(e for _, e in done) - min(s for s, _ in done))
                later.append(sum(e - s for s, e in sorted(done)[len(done) // 4:]) / number)
        self.say(f"Executors of one core, {atoms_of(frames)} atoms. Later: after the first quarter of the tasks, in which every "
                 "executor compiles its code. Products: matrix products by one process on each of the same cores.")
        self.say()
        self.say("| executors | seconds | times as fast | later, times | products, times |")
        self.say("|---|---|---|---|---|")
        first = None
        for number, measured in found.items():
            machine, seconds, later = map(statistics.median, measured)
            first = first or (machine, seconds, later)
            self.say(f"| {number} | {seconds:.1f} | {first[1] / seconds:.2f} | {first[2] / later:.2f} | "
                     f"{machine / first[0]:.2f} |")

    def sizes(self):
        self.say()
        self.say("| atoms a frame | atoms | CPU s | atoms | CPU s | CPU µs an atom more |")
        self.say("|---|---|---|---|---|---|")
        per_atom = []
        for size in (8, 32, 128, 500, 2000):
            most = ["--most-atoms", "8"] if size == 8 else ["--atoms", size]
            frames = 400_000 // size
            pools = [pool(f"size-{size}-{times}", "-n", times * frames, *most) for times in (1, 4)]
            atoms = [atoms_of(target) for target in pools]
            cpu = [statistics.median(self.model_devi(target, "4g")[0] for _ in range(self.options.repetitions))
                   for target in pools]
            per_atom.append((cpu[1] - cpu[0]) / (atoms[1] - atoms[0]) * 1e6)
            self.say(f"| {atoms[0] / frames:.0f} | {atoms[0]} | {cpu[0]:.1f} | {atoms[1]} | {cpu[1]:.1f} | {per_atom[-1]:.1f} |")
        self.spread(per_atom)

    def frames(self):
        self.say()
        self.say("| frames of 8 atoms | CPU s | CPU µs an atom more | clock, s | resident, MB (heap 2 GB) |")
        self.say("|---|---|---|---|---|")
        per_atom = []
        before = None
        frames = 1000
        while frames <= self.options.million:
            target = pool(f"frames-{frames}", "-n", frames, "--most-atoms", 8)
            cpu, clock, resident = self.model_devi(target, "2g")
            if before is not None:
                per_atom.append((cpu - before) / (frames - frames / 10) / 8 * 1e6)
            before = cpu
            more = f"{per_atom[-1]:.1f}" if per_atom else ""
            self.say(f"| {frames} | {cpu:.1f} | {more} | {clock:.1f} | {resident:.0f} |")
            frames *= 10
        self.spread(per_atom)

    def spread(self, per_atom):
        self.say()
        self.say("Most and least time of an atom more, relative to the median: "
                 + " and ".join(f"{end(per_atom) / statistics.median(per_atom) - 1:+.0%}" for end in (max, min))
                 + " (so start-up is left out, and the compiler but for what it does after the smallest pool).")

    def memory(self):
        frames = self.options.million
        done, (cpu, clock, resident) = self.rescreen(
            pool(f"frames-{frames}", "-n", frames, "--most-atoms", 8), "local[*]", "2g")
        self.say()
        self.say(f"rescreen of {frames} frames of 8 atoms, -Xmx2g: {len(done)} tasks, {clock:.0f} s, {cpu:.0f} CPU s, "
                 f"resident {resident:.0f} MB.")

    def skew(self):
        target = WORK / "pools/skew"
        if not target.exists():
            part = target.with_name("skew.part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            shutil.copytree(pool("skew-small", "-n", 10_000, "--most-atoms", 8), part / "small")
            shutil.copytree(pool("skew-large", "-n", 1, "--atoms", 5000, "--most-atoms", 48), part / "zlarge")
            part.rename(target)
        frames = WORK / "pools/skew.parquet"
        if not frames.exists():
            run([HERE / "scripts/dpsieve", "import", "-s", target, "-o", frames])
        cores = len(os.sched_getaffinity(0))
        self.say()
        for library, what in ((target, "a tree"), (frames, "a frames dataset")):
            done, _ = self.rescreen(library, f"local[{cores}]")
            start, end = min(s for s, _ in done), max(e for _, e in done)
            idle = end - idle_from(done, cores)
            self.say(f"Skewed pool (10,000 frames of 8 atoms, one of {atoms_of(WORK / 'pools/skew-large')}), {what}, on "
                     f"{cores} cores, {len(done)} tasks: {end - start:.1f} s, some core without work for the last "
                     f"{idle / (end - start):.0%}.")


def idle_from(done, cores):
    """When fewer tasks than cores run for the first time after which no task starts."""
    last_start = max(start for start, _ in done)
    ends = sorted(end for _, end in done)
    running = [end for end in ends if end > last_start]
    return last_start if len(running) < cores else running[len(running) - cores]


def tasks(log, description):
    stages, found = set(), []
    for line in open(log):
        event = json.loads(line)
        if event["Event"] == "SparkListenerJobStart":
            if (event.get("Properties") or {}).get("spark.job.description", "").startswith(description):
                stages.update(event["Stage IDs"])
        elif event["Event"] == "SparkListenerTaskEnd" and event["Stage ID"] in stages:
            info = event["Task Info"]
            found.append((info["Launch Time"] / 1000, info["Finish Time"] / 1000))
    if not found:
        sys.exit(f"{log}: no task of a job '{description}'")
    return found


def main():
    options = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    scale = Scale(options)
    processor = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    scale.say(f"{len(os.sched_getaffinity(0))} core(s) of {processor.group(1) if processor else '?'}, load "
              f"{os.getloadavg()[0]:.1f}; {java_version()}; {len(scale.models)} models of {options.models.name}; "
              f"medians of {options.repetitions}")
    scale.say()
    for part in options.parts:
        getattr(scale, part)()
    (WORK / "scale.md").write_text("\n".join(scale.text) + "\n")


if __name__ == "__main__":
    main()
