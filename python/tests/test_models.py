"""Numbers from Python are those of the command line; what goes wrong is said once, and the next question is answered."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import CHECKOUT, MODELS, needs

import dpsieve
from dpsieve import _service
from dpsieve.models import DEVIATIONS

needs("ase")
from ase import Atoms  # noqa: E402
from ase.build import bulk  # noqa: E402


@pytest.fixture
def frames(java: None) -> list[Atoms]:
    frames = []
    for k in range(3):
        atoms = bulk("Ag", cubic=True) * (1 + k % 2, 1, 1)
        atoms.numbers[::2] = 79
        atoms.rattle(0.05, seed=k)
        frames.append(atoms)
    frames.append(Atoms("AgAu", [(0, 0, 0), (0, 0.1, 2.7)]))
    return frames


def much_work() -> list[Atoms]:
    """Some seconds of it, asked in one question."""
    large = bulk("Ag", cubic=True) * (6, 6, 6)
    large.rattle(0.05, seed=1)
    return [large] * 100


def command(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "dpsieve", *arguments], check=True, timeout=300)


def test_numbers_are_those_of_the_command_line_to_the_last_bit(frames: list[Atoms], tmp_path: Path) -> None:
    from dpsieve.frames import question

    given = {"frames": [question(atoms, k) for k, atoms in enumerate(frames)]}
    (tmp_path / "in.json").write_text(json.dumps(given))
    command("eval", "--json", str(tmp_path / "in.json"), "-o", str(tmp_path / "out.json"), "-m", *MODELS)
    expected = json.loads((tmp_path / "out.json").read_text())["frames"]
    found = dpsieve.model_devi(frames, MODELS)
    said = dpsieve.evaluate(iter(frames), str(CHECKOUT / "conf/ag-au/models/[01]/graph.pb"))
    for k, frame in enumerate(expected):
        for name in DEVIATIONS:
            assert found.loc[k, name] == frame["deviation"][name]
            assert said[k].deviation[name] == frame["deviation"][name]
        for m, model in enumerate(frame["models"]):
            assert said[k].energy[m] == model["energy"]
            assert said[k].forces[m].ravel().tolist() == model["force"]
            assert said[k].virial[m].ravel().tolist() == model["virial"]
            assert said[k].atom_energy[m].tolist() == model["atom_energy"]
    assert found["max_devi_f"].min() > 0
    assert said[0].sigma is None


def test_frames_that_make_no_sense_are_nan_and_said(frames: list[Atoms]) -> None:
    frames[1].positions[0, 0] = np.nan
    found = dpsieve.model_devi(frames, MODELS)
    assert found["max_devi_f"].isna().tolist() == [False, True, False, False]
    assert "coord" in found.loc[1, "problem"]
    calculator = dpsieve.Calculator(MODELS)
    frames[1].calc = calculator
    from ase.calculators.calculator import CalculationFailed

    with pytest.raises(CalculationFailed, match="coord"):
        frames[1].get_potential_energy()


def test_no_frames_no_rows(java: None) -> None:
    found = dpsieve.model_devi([], MODELS)
    assert list(found.columns) == list(DEVIATIONS)
    assert found.empty


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models": ["nowhere.pb"]}, "nowhere.pb: no such file"),
        ({"models": []}, "no models"),
        ({"models": [__file__]}, "test_models.py"),
        ({"symbols": "Cu"}, "element Cu of atom 0"),
        ({"pbc": [True, True, False]}, "expected all or none"),
        ({"precision": "float16"}, "expected 'float64' or 'float32'"),
        ({"info": {"charge": 1}}, "charge: frames with a charge have no place here"),
    ],
)
def test_what_the_caller_can_correct(frames: list[Atoms], change: dict[str, Any], message: str) -> None:
    atoms = frames[0]
    if "symbols" in change:
        atoms.symbols[:] = change["symbols"]
    atoms.pbc = change.get("pbc", True)
    atoms.info.update(change.get("info", {}))
    with pytest.raises(dpsieve.InputError, match=message):
        dpsieve.model_devi(
            [atoms], change.get("models", MODELS), precision=change.get("precision", "float64")
        )
    assert not dpsieve.model_devi([frames[2]], MODELS).empty


def test_the_calculator_has_forces_and_stress_of_its_energy(frames: list[Atoms]) -> None:
    atoms = frames[0]
    atoms.calc = dpsieve.Calculator(MODELS)
    forces, stress = atoms.get_forces(), atoms.get_stress()
    assert atoms.calc.results["max_devi_f"] == dpsieve.model_devi([atoms], MODELS).loc[0, "max_devi_f"]
    step = 1e-4
    for atom, axis in ((0, 0), (3, 2)):
        energies = []
        for sign in (1, -1):
            moved = atoms.copy()
            moved.positions[atom, axis] += sign * step
            moved.calc = dpsieve.Calculator(MODELS)
            energies.append(moved.get_potential_energy())
        assert forces[atom, axis] == pytest.approx((energies[1] - energies[0]) / (2 * step), abs=2e-6)
    for voigt, (i, j) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))):
        energies = []
        for sign in (1, -1):
            strained = atoms.copy()
            strain = np.eye(3)
            strain[i, j] += sign * step / 2
            strain[j, i] += sign * step / 2
            strained.set_cell(atoms.cell @ strain, scale_atoms=True)
            strained.calc = dpsieve.Calculator(MODELS)
            energies.append(strained.get_potential_energy())
        slope = (energies[0] - energies[1]) / (2 * step * atoms.get_volume())
        assert stress[voigt] == pytest.approx(slope, abs=2e-7)


def test_after_a_crash_the_next_question_is_answered(frames: list[Atoms]) -> None:
    expected = dpsieve.model_devi(frames, MODELS)
    assert _service._running is not None
    java = _service._running.java
    threading.Timer(1, os.kill, (java.pid, signal.SIGKILL)).start()
    with pytest.raises(dpsieve.JvmError, match="Java ended by signal 9"):
        dpsieve.model_devi(much_work(), MODELS)
    assert java.poll() == -signal.SIGKILL
    assert dpsieve.model_devi(frames, MODELS).equals(expected)


def test_ctrl_c_ends_the_work_and_not_python(frames: list[Atoms]) -> None:
    dpsieve.model_devi(frames, MODELS)
    assert _service._running is not None
    java = _service._running.java
    threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        dpsieve.model_devi(much_work(), MODELS)
    assert time.monotonic() - begin < 20
    assert java.poll() is not None
    assert len(dpsieve.model_devi(frames, MODELS)) == len(frames)


def _in_child(queue: Any, frames: list[Atoms]) -> None:
    queue.put(dpsieve.model_devi(frames, MODELS)["max_devi_f"].tolist())


def test_a_forked_process_has_a_java_of_its_own(frames: list[Atoms]) -> None:
    expected = dpsieve.model_devi(frames, MODELS)["max_devi_f"].tolist()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_in_child, args=(queue, frames))
    child.start()
    assert queue.get(timeout=120) == expected
    child.join(60)
    assert dpsieve.model_devi(frames, MODELS)["max_devi_f"].tolist() == expected


def test_java_ends_with_python(java: None) -> None:
    code = (
        "import dpsieve, os\n"
        "from dpsieve import _service\n"
        "try: _service.ask({'status': '/nowhere'})\n"
        "except dpsieve.InputError: print(_service._running.java.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert said.returncode == -9, said.stderr
    pid = int(said.stdout)
    end = time.monotonic() + 20
    while time.monotonic() < end and _alive(pid):
        time.sleep(0.1)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return True
