"""Writes deepmd/npy systems with as many frames as asked for: the frames of the given systems in turn, their cells
repeated in space where larger frames are wanted, every atom displaced at random. The same arguments give the same bytes.
A frame of 8 atoms takes 264 bytes on disk, 730 with labels."""
import argparse
import shutil
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/replicate", description=__doc__)
    parser.add_argument("-s", "--system", type=Path, default=HERE / "conf/ag-au/pbe",
                        help="folder of deepmd/npy systems; default: the built-in pool")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write, which must not exist")
    parser.add_argument("-n", "--frames", type=int, required=True, help="frames in all")
    parser.add_argument("--most-atoms", type=int, default=0, help="only systems of at most so many atoms; default: all")
    parser.add_argument("--atoms", type=int, default=0,
                        help="repeat every cell until it has at least so many atoms; default: as it is")
    parser.add_argument("--rattle", type=float, default=0.02, help="standard deviation of the displacements, A; default: 0.02")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set-size", type=int, default=10_000, help="frames in one set.*; default: 10000")
    parser.add_argument("--labels", action="store_true",
                        help="write the labels of the frame that each was made from, times the repetitions: a stand-in for tests")
    return parser.parse_args()


class System:
    """One system with all its sets, its cells repeated."""

    def __init__(self, folder, least_atoms):
        self.name = folder.name
        self.types = np.loadtxt(folder / "type.raw", dtype=int, ndmin=1)
        self.type_map = (folder / "type_map.raw").read_text().split()
        sets = sorted(folder.glob("set.*"))
        self.arrays = {}
        for name in ("coord", "box", "energy", "force", "virial"):
            if all((s / f"{name}.npy").exists() for s in sets):
                self.arrays[name] = np.concatenate([np.load(s / f"{name}.npy") for s in sets]).astype(float)
        self.repeat = np.ones(3, int)
        if "box" in self.arrays:
            lengths = np.linalg.norm(self.arrays["box"][0].reshape(3, 3), axis=1)
            while len(self.types) * self.repeat.prod() < least_atoms:
                self.repeat[np.argmin(lengths * self.repeat)] += 1  # towards a cube
        elif len(self.types) < least_atoms:
            sys.exit(f"{folder}: no box.npy: a frame without a cell cannot be repeated")

    def copies(self):
        return int(self.repeat.prod())

    def atom_types(self):
        return np.tile(self.types, self.copies())

    def frames(self, which, rattle, random):
        """Arrays of the frames with these numbers, which go round."""
        taken = {name: array[which % len(array)] for name, array in self.arrays.items()}
        n = len(which)
        coord = taken["coord"].reshape(n, 1, -1, 3)
        if "box" in taken:
            box = taken["box"].reshape(n, 3, 3)
            cells = np.stack(np.meshgrid(*map(np.arange, self.repeat), indexing="ij"), axis=-1).reshape(-1, 3)
            coord = coord + (cells @ box)[:, :, None, :]
            taken["box"] = (box * self.repeat[:, None]).reshape(n, 9)
        coord = coord + random.normal(0, rattle, coord.shape)
        taken["coord"] = coord.reshape(n, -1)
        for name in ("energy", "virial"):
            if name in taken:
                taken[name] = taken[name] * self.copies()
        if "force" in taken:
            taken["force"] = np.tile(taken["force"], (1, self.copies()))
        return taken


def main():
    options = arguments()
    if options.output.exists():
        sys.exit(f"{options.output}: exists; expected a folder to be made")
    folders = sorted(path.parent for path in options.system.rglob("type.raw"))
    systems = [System(folder, options.atoms) for folder in folders
               if not options.most_atoms or len((folder / "type.raw").read_text().split()) <= options.most_atoms]
    if not systems:
        sys.exit(f"{options.system}: no deepmd/npy system of at most {options.most_atoms} atoms (none at all: 0)")
    part = options.output.with_name(options.output.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    for number, system in enumerate(systems):
        frames = options.frames // len(systems) + (number < options.frames % len(systems))
        if frames == 0:
            continue
        target = part / f"{number:03d}.{system.name}"
        random = np.random.default_rng([options.seed, number])
        for index, first in enumerate(range(0, frames, options.set_size)):
            folder = target / f"set.{index:03d}"
            folder.mkdir(parents=True)
            which = np.arange(first, min(first + options.set_size, frames))
            for name, array in system.frames(which, options.rattle, random).items():
                if options.labels or name in ("coord", "box"):
                    np.save(folder / f"{name}.npy", array)
        np.savetxt(target / "type.raw", system.atom_types(), fmt="%d")
        (target / "type_map.raw").write_text("\n".join(system.type_map) + "\n")
    part.rename(options.output)


main()
