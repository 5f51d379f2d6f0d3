"""Stands in for `dp model-devi` in tests of who calls it: every number is the frame's first coordinate, and it crashes,
as dp does, on a frame whose first coordinate is above 900. Real dp is compared with elsewhere."""

import argparse
import os
import sys

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("command", choices=["model-devi"])
parser.add_argument("-m", nargs="+")
parser.add_argument("-s")
parser.add_argument("-o")
parser.add_argument("--real_error", action="store_true")
arguments = parser.parse_args()
for model in arguments.m:
    if open(model).read() != "a model":
        sys.exit(f"{model}: no model")
with open(os.environ["STARTS"], "a") as starts:
    starts.write("start\n")
names = " ".join(f"{what}_devi_{of}" for of in "vf" for what in ("max", "min", "avg"))
with open(arguments.o, "w") as out:
    for name in sorted(os.listdir(arguments.s)):
        system = os.path.join(arguments.s, name)
        coord = np.load(os.path.join(system, "set.000", "coord.npy"))
        if (coord[:, 0] > 900).any():
            sys.exit("it crashed")
        out.write(f"# {system}\n# step {names} devi_e\n")
        for step, value in enumerate(coord[:, 0] * (2 if arguments.real_error else 1)):
            out.write(f"{step:12d}" + 7 * f"{value:19.6e}" + "\n")
