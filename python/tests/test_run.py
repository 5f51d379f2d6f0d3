"""A run, its tables, its charts, and frames to other programs and back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import needs

import dpsieve

needs("ase")


@pytest.fixture(scope="module")
def run(run_folder: Path) -> dpsieve.Run:
    return dpsieve.Run(run_folder, verify=True)


def test_it_says_what_the_run_says(run: dpsieve.Run) -> None:
    summary = json.loads((run.path / "result/summary.json").read_text())
    assert run.verdict == summary["verdict"]
    assert run.labelled == summary["labelled"] == len(run.labels)
    assert run.type_map == ["Ag", "Au"]
    assert run.iterations["labelled"].sum() == run.labelled
    assert run.iterations.loc[1, "p99"] == summary["history"][1]["deviation"]["max_devi_force"]["p99"]
    assert run.summary.loc["graph.001", "force_after"] == summary["errors"]["models"][1]["after"]["force"]
    assert (run.summary["energy_after"] < run.summary["energy_before"]).all()
    picked = run.picks[run.picks["decision"] == "picked"]
    assert len(picked) == run.iterations["picked"].sum()
    assert picked["natoms"].notna().all()
    assert len(run.deviation) == run.iterations["frames"][1:].sum()
    assert "3 iterations" in repr(run)


def test_atoms_are_the_frames_with_their_labels(run: dpsieve.Run) -> None:
    atoms = run.atoms()
    for frame, (_, row) in zip(atoms, run.labels.iterrows()):
        assert frame.get_potential_energy() == row["energy"]
        assert frame.get_forces().ravel().tolist() == row["force"].tolist()
        virial = np.reshape(row["virial"], (3, 3))
        stress = frame.get_stress(voigt=False)
        assert -stress * frame.get_volume() == pytest.approx((virial + virial.T) / 2, abs=1e-9)


def test_deviations_and_standard_deviations_are_those_of_the_run(run: dpsieve.Run) -> None:
    table = run.table("result/deviation.parquet").set_index("frame_id")
    pool = run.table("frames/pool.parquet").head(20)
    found = dpsieve.model_devi(run.atoms(pool), run)
    for name in found.columns:
        assert found[name].tolist() == table.loc[pool["frame_id"], name].tolist(), name
    assert "sigma_f" in found
    frame = run.atoms(pool.head(1))[0]
    frame.calc = dpsieve.Calculator(run)
    frame.get_forces()
    assert frame.calc.results["sigma_f"] == found.loc[0, "sigma_f"]
    assert np.sqrt(3) * frame.calc.results["sigma_forces"].max() == pytest.approx(found.loc[0, "sigma_f"])


def test_dpdata_has_the_dataset(run: dpsieve.Run) -> None:
    needs("dpdata")
    systems = run.dpdata()
    assert systems.get_nframes() == run.labelled
    energies = sorted(float(e) for s in systems for e in s.data["energies"])
    assert energies == pytest.approx(sorted(run.labels["energy"]), abs=1e-9)


def test_charts_are_those_of_the_report(run: dpsieve.Run, tmp_path: Path) -> None:
    from dpsieve.plot import GROUPS

    report = (run.path / "report.html").read_text(encoding="utf-8")
    for name in GROUPS:
        assert name in dir(run.plot)
        chart = getattr(run.plot, name)()
        assert chart.svg.startswith("<svg") and chart.png.startswith(b"\x89PNG")
        assert set(chart._repr_mimebundle_()) == {"text/plain", "image/svg+xml", "image/png"}
        assert len(chart.names) > 1 or chart.svg in report
        for table in chart.tables.values():
            assert len(table) > 0
    run.plot.parity().savefig(tmp_path / "parity.png")
    with pytest.raises(dpsieve.InputError, match="svg or .png"):
        run.plot.parity().savefig(tmp_path / "parity.jpg")
    run.plot.save(tmp_path / "all")
    after = (tmp_path / "all/parity-force-after.svg").read_text(encoding="utf-8")
    assert after in report
    curve = run.plot.learning().tables["learning-force"]
    last = curve[curve["kind"] == "mean of models"].iloc[-1]
    assert last["RMSE (eV/Å)"] == pytest.approx(run.summary["force_after"].mean(), rel=1e-5)
    with pytest.raises(AttributeError, match="no chart 'nothing'"):
        run.plot.nothing


def test_what_is_not_there_is_said(run: dpsieve.Run, tmp_path: Path) -> None:
    with pytest.raises(dpsieve.InputError, match="no run of dpsieve here"):
        dpsieve.Run(tmp_path)
    with pytest.raises(dpsieve.InputError, match="not there, or not complete; this run: Run"):
        run.table("result/nothing.parquet")
    begun = tmp_path / "begun"
    begun.mkdir()
    for name in ("run.json", "frames", "models"):
        source = run.path / name
        shutil.copytree(source, begun / name) if source.is_dir() else shutil.copy(source, begun)
    early = dpsieve.Run(begun)
    assert early.verdict is None
    assert early.iterations.empty and early.summary.empty and early.picks.empty and early.labels.empty
    assert early.models == [str(f) for f in sorted((begun / "models").glob("graph.*"))]
    for ask in (early.dpdata, early.unseen, early.plot.deviation, early.plot.features, early.plot.reliability):
        with pytest.raises(dpsieve.InputError, match="this run: Run"):
            ask()


def test_a_damaged_file_is_named(run: dpsieve.Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "run")
    file = next((tmp_path / "run/result").glob("graph.000.*"))
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    dpsieve.Run(tmp_path / "run")
    with pytest.raises(dpsieve.InputError, match="graph.000"):
        dpsieve.Run(tmp_path / "run", verify=True)


def test_frames_go_through_the_data_source_and_come_back(run: dpsieve.Run, tmp_path: Path) -> None:
    needs("pyspark")
    atoms = run.atoms()[:5]
    for layout in ("deepmd/npy", "extxyz"):
        dpsieve.write(atoms, tmp_path / layout, layout=layout)
        back = dpsieve.read(tmp_path / layout).toPandas()
        assert sorted(back["frame_id"]) == sorted(a.info["frame_id"] for a in atoms)
        assert sorted(back["energy"]) == pytest.approx(sorted(a.get_potential_energy() for a in atoms), abs=1e-9)
    models = str(run.path / "result/graph.*")
    few = dpsieve.read(tmp_path / "deepmd/npy")
    table = few.selectExpr("frame_id", f"model_devi('{models}', z, coord, cell).max_devi_f AS d").toPandas()
    expected = dict(
        zip((a.info["frame_id"] for a in atoms), dpsieve.model_devi(atoms, run)["max_devi_f"])
    )
    assert dict(zip(table["frame_id"], table["d"])) == expected
    dpsieve.session().stop()


def test_types_that_are_no_elements_keep_their_names(java: None) -> None:
    from dpsieve.frames import _low_bits

    row = {"z": [-1 - (8 << 24 | _low_bits("OW")), 29], "coord": [0.0] * 6}
    atoms = dpsieve.to_atoms(row, ["OW", "Cu"])
    assert atoms.get_chemical_symbols() == ["O", "Cu"]
    assert atoms.arrays["type_name"].tolist() == ["OW", "Cu"]
