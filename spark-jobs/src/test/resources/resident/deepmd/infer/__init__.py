import os
import signal
import sys
import time

import numpy as np

print("this goes to stdout")


class DeepPot:
    def __init__(self, path, auto_batch_size=True):
        with open(path) as file:
            self.text = file.read()
        if not self.text.startswith("a model"):
            raise ValueError(f"{path}: no model")
        with open(os.environ["STARTS"], "a") as starts:
            starts.write(f"{os.getpid()}\n")
        os.write(1, b"so does this\n")

    def get_type_map(self):
        return ["Ag", "Au"]

    def get_dim_fparam(self):
        return 2 if "fparam" in self.text else 0

    def get_dim_aparam(self):
        return 0

    def eval(self, coords, cells, atom_types, fparam=None, aparam=None, mixed_type=False, atomic=False):
        first = coords.reshape(len(coords), -1)[:, 0]
        with open(os.environ["STARTS"] + ".batches", "a") as batches:
            batches.write(f"{len(first)}\n")
        if (first > 900).any():
            os.kill(os.getpid(), signal.SIGSEGV)
        if (first > 800).any():
            time.sleep(1000)
        if (first > 700).any():
            raise MemoryError("a frame too large")
        if (first > 600).any():
            raise RuntimeError("it does not like it")
        if (first > 500).any():
            sys.exit("it ends")  # no Exception
        atoms = np.shape(atom_types)[-1]
        if fparam is not None:
            first = first + fparam[:, 0]
        return (
            first[:, None], np.repeat(first, 3 * atoms).reshape(-1, atoms, 3), np.repeat(first, 9).reshape(-1, 9))
