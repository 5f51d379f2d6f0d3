"""Frames as ASE's Atoms, as rows of tables, and as the Java side reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InputError

if TYPE_CHECKING:
    from ase import Atoms

#: Of Atoms with types that are no elements (``OW``): the names of all types.
TYPE_NAMES = "type_name"

_MOST_INFO = 1000
_KEYS = frozenset(("id", "elements", "coord", "box"))


def question(atoms: Atoms, number: int) -> dict[str, Any]:
    """A frame as ``dpsieve eval --json`` reads it."""
    names = atoms.arrays.get(TYPE_NAMES)
    frame: dict[str, Any] = {
        "id": str(number),
        "elements": [str(n) for n in names] if names is not None else atoms.get_chemical_symbols(),
        "coord": np.asarray(atoms.positions, dtype=np.float64).ravel().tolist(),
        "box": _box(atoms, number),
    }
    for key, value in atoms.info.items():  # fparam; what labels depend on beside atoms, as a charge
        numbers = np.asarray(value)
        if key not in _KEYS and numbers.dtype.kind in "iuf" and numbers.size <= _MOST_INFO:
            frame[str(key)] = numbers.astype(np.float64).tolist()
    if isinstance(frame.get("fparam"), float):
        frame["fparam"] = [frame["fparam"]]
    if "aparam" in atoms.arrays:
        frame["aparam"] = np.asarray(atoms.arrays["aparam"], dtype=np.float64).ravel().tolist()
    return frame


def _box(atoms: Atoms, number: int) -> list[float] | None:
    periodic = np.asarray(atoms.pbc, dtype=bool)
    if periodic.all():
        cell: list[float] = np.asarray(atoms.cell, dtype=np.float64).ravel().tolist()
        return cell
    if periodic.any():
        raise InputError(
            f"frame {number}: pbc is {periodic.tolist()}, expected all or none; a Deep Potential is periodic in all"
            " directions or in none: give a slab an empty space and pbc=True"
        )
    return None


def _type_names(z: Sequence[int], names: Iterable[str]) -> list[str] | None:
    """Names of all types; None where all are elements."""
    if all(number > 0 for number in z):
        return None
    from ase.data import chemical_symbols

    known = {_low_bits(name): name for name in names}
    return [
        chemical_symbols[number] if number > 0 else known.get((-1 - number) & 0xFFFFFF, "X")
        for number in z
    ]


def _low_bits(name: str) -> int:
    """What the number of a type that is no element ends with, docs/reference/files.md."""
    return max(1, int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:3], "big"))


def to_atoms(row: Mapping[str, Any], type_map: Iterable[str] = ()) -> Atoms:
    """A row of a table of frames as Atoms, with its labels as the results of a calculator.

    :param row: ``z`` and ``coord``, and of ``cell, energy, force, virial, fparam, aparam, frame_id, system, index``
        what there is
    :param type_map: names that types which are no elements may have
    """
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator

    z = [int(number) for number in row["z"]]
    cell = row.get("cell")
    atoms = Atoms(
        # the element that a type's name begins with
        numbers=[n if n > 0 else (-1 - n) >> 24 for n in z],
        positions=np.reshape(np.asarray(row["coord"], dtype=np.float64), (-1, 3)),
        cell=None if cell is None else np.reshape(np.asarray(cell, dtype=np.float64), (3, 3)),
        pbc=cell is not None,
    )
    names = _type_names(z, type_map)
    if names is not None:
        atoms.set_array(TYPE_NAMES, np.array(names))
    for key in ("frame_id", "system", "index"):
        if row.get(key) is not None:
            atoms.info[key] = row[key]
    if row.get("fparam") is not None:
        atoms.info["fparam"] = np.asarray(row["fparam"], dtype=np.float64)
    if row.get("aparam") is not None:
        atoms.set_array("aparam", np.reshape(np.asarray(row["aparam"], dtype=np.float64), (len(z), -1)))
    results: dict[str, Any] = {}
    energy = row.get("energy")
    if energy is not None and not np.isnan(energy):
        results["energy"] = float(energy)
    if row.get("force") is not None:
        results["forces"] = np.reshape(np.asarray(row["force"], dtype=np.float64), (-1, 3))
    if row.get("virial") is not None and cell is not None:
        results["stress"] = stress(np.asarray(row["virial"], dtype=np.float64), atoms)
    if results:
        atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def stress(virial: np.ndarray[Any, np.dtype[np.float64]], atoms: Atoms) -> Any:
    """ASE's stress, eV/Å³ in Voigt's order, negative under compression, of a virial in eV."""
    v = np.reshape(virial, (3, 3))
    s = -0.5 * (v + v.T) / atoms.get_volume()
    return np.array([s[0, 0], s[1, 1], s[2, 2], s[1, 2], s[0, 2], s[0, 1]])


def to_row(atoms: Atoms, number: int) -> dict[str, Any]:
    """Atoms as a row that the data source writes; labels where a calculator holds them for this geometry."""
    if TYPE_NAMES in atoms.arrays:
        raise InputError(
            f"frame {number}: types that are no elements cannot be written from Atoms; write the table that they came from"
        )
    row: dict[str, Any] = {
        "system": str(atoms.info.get("system", "frames")),
        "index": number,
        "z": [int(z) for z in atoms.numbers],
        "coord": np.asarray(atoms.positions, dtype=np.float64).ravel().tolist(),
        "cell": _box(atoms, number),
        "energy": None,
        "force": None,
        "virial": None,
    }
    calculator = atoms.calc
    if calculator is not None and not calculator.check_state(atoms):
        results = calculator.results
        if "energy" in results:
            row["energy"] = float(results["energy"])
        if "forces" in results:
            row["force"] = np.asarray(results["forces"], dtype=np.float64).ravel().tolist()
        if "stress" in results and row["cell"] is not None:
            s = np.asarray(results["stress"], dtype=np.float64)
            full = s if s.shape == (3, 3) else s[[0, 5, 4, 5, 1, 3, 4, 3, 2]].reshape(3, 3)
            row["virial"] = (-full * atoms.get_volume()).ravel().tolist()
    return row
