"""Models as a calculator of ASE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from ase import Atoms
from ase.calculators.calculator import CalculationFailed, Calculator as AseCalculator, all_changes

from .frames import stress
from .models import DEVIATIONS, SIGMAS, Models, evaluate, model_files


class Calculator(AseCalculator):  # type: ignore[misc]
    """Energy, forces and stress as the mean over the models, and how far they can be trusted.

    Beside ASE's properties, ``results`` has the columns of ``dp model-devi`` (``max_devi_f`` ...) and, where
    posteriors lie beside the models, ``sigma_e``, ``sigma_f``, ``rms_sigma_f`` and ``sigma_forces`` (eV/Å, of a
    component of each atom's force). One model is enough; its deviation is
    the error that is expected of it (``sigma_f``), or zero without posteriors and members beside it.

    :param models: files, patterns, or a run
    :param type_map: names of the types, where the models name none
    """

    implemented_properties: ClassVar[list[str]] = [
        "energy",
        "free_energy",
        "energies",
        "forces",
        "stress",
        *DEVIATIONS,
        *SIGMAS,
        "sigma_forces",
    ]

    def __init__(self, models: Models, *, type_map: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.models = model_files(models)
        self.type_map = list(type_map)

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        super().calculate(atoms, properties, system_changes)
        said = evaluate([self.atoms], self.models, type_map=self.type_map)[0]
        if said.problem is not None:
            raise CalculationFailed(said.problem)
        energy = float(said.energy.mean())
        self.results = {
            "energy": energy,
            "free_energy": energy,
            "energies": said.atom_energy.mean(axis=0),
            "forces": said.forces.mean(axis=0),
            **said.deviation,
        }
        if np.all(self.atoms.pbc):
            self.results["stress"] = stress(said.virial.mean(axis=0), self.atoms)
        if said.sigma is not None:
            self.results.update({name: getattr(said.sigma, name) for name in SIGMAS})
            self.results["sigma_forces"] = said.sigma.atoms
