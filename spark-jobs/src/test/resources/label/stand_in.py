"""stand_in.py [--crash N] [--unconverged N]: labels the frame in this folder as a plane-wave program with these files
would: reads POSCAR, INCAR, KPOINTS, POTCAR and writes OUTCAR and vasprun.xml. Energy and forces are those of ASE's
effective-medium potential and, as IVDW of INCAR says, DFT-D3 (11: zero damping, 12: Becke-Johnson). The task whose
number is N fails in that way. Needs ase and dftd3."""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.calculators.emt import EMT
from dftd3.interface import DispersionModel, RationalDampingParam, ZeroDampingParam

HARTREE, BOHR, KILOBAR = 27.211386245988, 0.529177210903, 1602.1766208


def read_poscar(lines):
    scale = float(lines[1])
    cell = np.array([line.split() for line in lines[2:5]], float) * scale
    symbols, counts = lines[5].split(), [int(n) for n in lines[6].split()]
    if lines[7].strip()[0] not in "Cc":
        sys.exit("only Cartesian positions")
    positions = np.array([line.split()[:3] for line in lines[8 : 8 + sum(counts)]], float)
    return symbols, counts, cell, positions


def read_incar(text):
    pairs = [line.split("#")[0].split("!")[0].partition("=") for line in text.splitlines()]
    return {key.strip().upper(): value.strip() for key, equals, value in pairs if equals}


def evaluate(atoms, ivdw):
    atoms.calc = EMT()
    energy, forces = atoms.get_potential_energy(), atoms.get_forces()
    virial = -atoms.get_stress(voigt=False) * atoms.get_volume()
    if ivdw:
        model = DispersionModel(
            atoms.numbers, atoms.positions / BOHR, lattice=atoms.cell[:] / BOHR, periodic=np.array([True] * 3)
        )
        model.set_realspace_cutoff(9000**0.5, 40, 1600**0.5)
        damping = {11: ZeroDampingParam, 12: RationalDampingParam}[ivdw]
        more = model.get_dispersion(damping(method="pbe", atm=False), grad=True)
        energy += more["energy"] * HARTREE
        forces = forces - more["gradient"] * HARTREE / BOHR
        virial = virial - more["virial"] * HARTREE
    return energy, forces, virial / atoms.get_volume() * KILOBAR


def outcar_head(symbols, counts, nelm, iterations):
    yield " stand.in vasp.0 files"
    for symbol in symbols:
        yield f"   TITEL  = PAW_PBE {symbol} 01Jan2000"
    yield f"   NELM   = {nelm:6d};   NELMIN=  2; NELMDL= -5     # of ELM steps"
    yield "   ions per type = " + "".join(f"{n:4d}" for n in counts)
    for i in range(iterations):
        yield f"--------------------------------------- Iteration      1({i + 1:4d})  ----------------------"


def outcar_step(atoms, energy, forces, kilobars):
    six = [kilobars[i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0))]
    yield "  in kB  " + "".join(f"{x:14.7f}" for x in six)
    yield " VOLUME and BASIS-vectors are now :"
    yield "      direct lattice vectors                 reciprocal lattice vectors"
    for row, reciprocal in zip(atoms.cell[:], atoms.cell.reciprocal()[:]):
        yield "  " + "".join(f"{x:15.9f}" for x in (*row, *reciprocal))
    yield " POSITION                                       TOTAL-FORCE (eV/Angst)"
    yield " " + "-" * 83
    for position, force in zip(atoms.positions, forces):
        yield "".join(f"{x:13.5f}" for x in position) + "".join(f"{x:14.7f}" for x in force)
    yield " " + "-" * 83
    yield f"  free  energy   TOTEN  = {energy:18.8f} eV"
    yield " General timing and accounting informations for this job:"


def vasprun(atoms, nelm, iterations, energy, forces, kilobars):
    def matrix(name, rows):
        return f'<varray name="{name}">' + "".join("<v>%.9f %.9f %.9f</v>" % tuple(r) for r in rows) + "</varray>"

    species = "".join(f"<rc><c>{s}</c><c>1</c></rc>" for s in atoms.symbols)
    yield '<?xml version="1.0" encoding="ISO-8859-1"?><modeling>'
    yield f'<parameters><i type="int" name="NELM">{nelm}</i></parameters>'
    yield f'<atominfo><array name="atoms"><set>{species}</set></array></atominfo><calculation>'
    yield "<scstep></scstep>" * iterations
    yield f'<structure><crystal>{matrix("basis", atoms.cell[:])}</crystal>'
    yield matrix("positions", atoms.get_scaled_positions(wrap=False)) + "</structure>"
    yield matrix("forces", forces) + matrix("stress", kilobars)
    yield f'<energy><i name="e_fr_energy">{energy:.8f}</i></energy></calculation></modeling>'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crash", type=int)
    parser.add_argument("--unconverged", type=int)
    arguments = parser.parse_args()
    task = int(os.path.basename(os.getcwd()).rpartition(".")[2])
    symbols, counts, cell, positions = read_poscar(Path("POSCAR").read_text().splitlines())
    incar = read_incar(Path("INCAR").read_text())
    titles = [line.split()[3] for line in Path("POTCAR").read_text().splitlines() if "TITEL" in line]
    mesh = [int(n) for n in Path("KPOINTS").read_text().splitlines()[3].split()]
    if [title.partition("_")[0] for title in titles] != symbols or min(mesh) < 1:
        sys.exit(f"POTCAR has {titles}, POSCAR {symbols}; mesh {mesh}")
    nelm = int(incar.get("NELM", 60))
    iterations = nelm if task == arguments.unconverged else 7
    head = list(outcar_head(symbols, counts, nelm, iterations))
    if task == arguments.crash:
        Path("OUTCAR").write_text("\n".join(head))
        sys.exit(1)
    atoms = Atoms([s for s, n in zip(symbols, counts) for _ in range(n)], positions, cell=cell, pbc=True)
    label = evaluate(atoms, int(incar.get("IVDW", 0)))
    Path("OUTCAR").write_text("\n".join([*head, *outcar_step(atoms, *label)]) + "\n")
    Path("vasprun.xml").write_text("\n".join(vasprun(atoms, nelm, iterations, *label)) + "\n")


main()
