"""What models say of frames: by the kernels of the Java side, with all digits."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from . import _service
from .errors import InputError
from .frames import question

if TYPE_CHECKING:
    from ase import Atoms

    from .run import Run

#: Model files: one, or several; a path may be a pattern (``models/*/graph.pb``); or a run, for its newest models.
Models: TypeAlias = "str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | Run"
Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

#: The columns of ``dp model-devi``, and those of standard deviations where they are known.
DEVIATIONS = (
    "max_devi_v",
    "min_devi_v",
    "avg_devi_v",
    "max_devi_f",
    "min_devi_f",
    "avg_devi_f",
    "devi_e",
)
SIGMAS = ("sigma_e", "sigma_f", "rms_sigma_f")

_ATOMS_AT_ONCE = 100_000


@dataclass(frozen=True)
class Sigma:
    """Standard deviations: how far off a model is expected to be."""

    sigma_e: float  #: eV per atom
    sigma_f: float  #: eV/Å, of a force, the largest over the atoms
    rms_sigma_f: float  #: eV/Å, root mean square over components
    atoms: Array  #: eV/Å, of a component of each atom's force, [nAtoms]


@dataclass(frozen=True)
class Evaluation:
    """What models say of a frame."""

    energy: Array  #: eV, [nModels]
    forces: Array  #: eV/Å, [nModels, nAtoms, 3]
    virial: Array  #: eV, positive under compression, [nModels, 3, 3]
    atom_energy: Array  #: eV, [nModels, nAtoms]
    deviation: dict[str, float]  #: by the names of ``DEVIATIONS``
    sigma: Sigma | None  #: None where no posteriors lie beside the models
    problem: str | None  #: why all numbers are NaN


def model_files(models: Models) -> list[str]:
    """Absolute paths of model files.

    :raises InputError: where a pattern matches nothing
    """
    from .run import Run

    if isinstance(models, Run):
        return models.models
    given = [models] if isinstance(models, (str, os.PathLike)) else list(models)
    files: list[str] = []
    for one in given:
        path = os.path.abspath(os.fspath(one))
        found = sorted(glob.glob(path)) if not os.path.exists(path) else [path]
        if not found:
            raise InputError(f"{os.fspath(one)}: no such file; expected a model file, or a pattern of them")
        files += found
    if not files:
        raise InputError("no models; name one or more model files")
    return files


def _portions(frames: Iterable[Atoms]) -> Iterator[list[dict[str, Any]]]:
    """Some frames at a time: a question is not larger than memory."""
    portion: list[dict[str, Any]] = []
    atoms = 0
    for number, frame in enumerate(frames):
        portion.append(question(frame, number))
        atoms += len(portion[-1]["elements"])
        if atoms >= _ATOMS_AT_ONCE:
            yield portion
            portion, atoms = [], 0
    if portion:
        yield portion


def _answers(
    frames: Iterable[Atoms], models: Models, type_map: Sequence[str], precision: str
) -> Iterator[dict[str, Any]]:
    if precision not in ("float64", "float32"):
        raise InputError(f"precision is {precision!r}, expected 'float64' or 'float32'")
    files = model_files(models)
    for portion in _portions(frames):
        answer = _service.ask(
            {"models": files, "type_map": list(type_map), "precision": precision, "frames": portion}
        )
        yield from answer["frames"]


def evaluate(
    frames: Iterable[Atoms],
    models: Models,
    *,
    type_map: Sequence[str] = (),
    precision: str = "float64",
) -> list[Evaluation]:
    """What each model says of every frame.

    :param frames: ASE's Atoms; ``info['fparam']`` and ``arrays['aparam']`` where the models need them
    :param type_map: names of the types, where the models name none
    :raises InputError: models that cannot be read, elements that they do not have
    """
    return [_evaluation(answer) for answer in _answers(frames, models, type_map, precision)]


def _evaluation(answer: dict[str, Any]) -> Evaluation:
    by_model = answer["models"]
    sigma = answer.get("sigma")
    return Evaluation(
        energy=np.array([m["energy"] for m in by_model]),
        forces=np.array([m["force"] for m in by_model]).reshape(len(by_model), -1, 3),
        virial=np.array([m["virial"] for m in by_model]).reshape(-1, 3, 3),
        atom_energy=np.array([m["atom_energy"] for m in by_model]),
        deviation=answer["deviation"],
        sigma=None
        if sigma is None
        else Sigma(sigma["sigma_e"], sigma["sigma_f"], sigma["rms_sigma_f"], np.array(sigma["atoms"])),
        problem=answer.get("problem"),
    )


def model_devi(
    frames: Iterable[Atoms],
    models: Models,
    *,
    type_map: Sequence[str] = (),
    precision: str = "float64",
) -> pd.DataFrame:
    """The model deviation of every frame: the numbers of ``dpsieve model-devi``, to the last bit.

    :returns: a row for each frame with the columns ``DEVIATIONS`` (eV/Å for forces, eV per atom for virials and
        energy), with ``SIGMAS`` where posteriors lie beside the models, and with ``problem`` where a frame could not
        be evaluated: its numbers are NaN
    """
    rows = []
    for answer in _answers(frames, models, type_map, precision):
        row = {name: answer["deviation"][name] for name in DEVIATIONS}
        if "sigma" in answer:
            row.update({name: answer["sigma"][name] for name in SIGMAS})
        if "problem" in answer:
            row["problem"] = answer["problem"]
        rows.append(row)
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(DEVIATIONS), dtype=float)
