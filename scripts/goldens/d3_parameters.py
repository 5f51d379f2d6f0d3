"""Makes the reference values of DFT-D3 that model-core carries: reference.txt.gz and functionals.txt.

    pip download --no-deps -d WHEELS tad-dftd3==0.7.0 tad-mctc==0.8.0 torch-dftd==0.5.3
    python scripts/goldens/d3_parameters.py WHEELS model-core/src/main/resources/org/dpsieve/d3

The packages carry the published numbers as data; nothing of them is run. Python 3.11 and numpy.
"""

import ast
import gzip
import io
import pathlib
import re
import sys
import tomllib
import zipfile

import numpy as np

LAST_ELEMENT = 94
REFERENCES = 7  # slots per element in tad-dftd3
BOHR = 0.529177210903  # Å

wheels, target = map(pathlib.Path, sys.argv[1:3])
tad = zipfile.ZipFile(next(wheels.glob("tad_dftd3-0.7.0-*.whl")))
mctc = zipfile.ZipFile(next(wheels.glob("tad_mctc-0.8.0-*.whl")))
torch_dftd = zipfile.ZipFile(next(wheels.glob("torch_dftd-0.5.3-*.whl")))


def tensor(wheel, path, *shape):
    """A torch file is a zip; its one storage is plain little-endian float64."""
    saved = zipfile.ZipFile(io.BytesIO(wheel.read(path)))
    return np.frombuffer(saved.read("archive/data/0"), dtype="<f8").reshape(shape)


def first_list(wheel, path, after):
    """The first list literal behind a word in a Python file."""
    text = wheel.read(path).decode()
    module = ast.parse(text)
    lists = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.List) and node.lineno >= text[: text.index(after)].count("\n")
    ]
    return ast.literal_eval(min(lists, key=lambda node: (node.lineno, node.col_offset)))


def decimals(values, scale, tolerance, what):
    """The decimal numbers that were stored as binary fractions; refuses what is no such number."""
    rounded = np.round(np.asarray(values) * scale)
    worst = np.abs(np.asarray(values) * scale - rounded).max()
    if worst > tolerance:
        raise SystemExit(f"{what}: not decimal, off by {worst}/{scale}")
    return rounded.astype(int)


c6 = tensor(tad, "tad_dftd3/reference-c6.pt", 104, 104, REFERENCES, REFERENCES)
c6 = decimals(c6, 1e4, 1e-6, "C6")
cn = np.array(first_list(tad, "tad_dftd3/reference.py", "def _load_cn"))
r4r2 = first_list(tad, "tad_dftd3/data/r4r2.py", "def R4R2")
r0 = decimals(tensor(mctc, "tad_mctc/data/vdw-pairwise.pt", 104, 104) * BOHR, 1e4, 1e-2, "R0")
rcov = decimals(first_list(mctc, "tad_mctc/data/radii.py", "def COV_D3"), 1e2, 1e-9, "radii")

lines = [
    "# DFT-D3 reference values, elements 1 to 94. Sources and licences: README.md beside this file.",
    "# Made by scripts/goldens/d3_parameters.py from tad-dftd3 0.7.0 and tad-mctc 0.8.0.",
    "# element Z <r4>/<r2> (bohr^2), covalent radius (1e-2 Angstrom, not yet scaled by 4/3), reference CNs",
]
count = [0] * (LAST_ELEMENT + 1)
for z in range(1, LAST_ELEMENT + 1):
    count[z] = int((cn[z] >= 0).sum())
    assert (cn[z][: count[z]] >= 0).all(), z
    numbers = " ".join(f"{x:g}" for x in cn[z][: count[z]])
    lines.append(f"element {z} {r4r2[z]:g} {rcov[z]} {numbers}")
lines.append("# r0 Z, then van der Waals radii with elements 1 to Z (1e-4 Angstrom)")
for z in range(1, LAST_ELEMENT + 1):
    lines.append(f"r0 {z} " + " ".join(str(x) for x in r0[z, 1 : z + 1]))
lines.append("# c6 Z1 Z2, then C6 (1e-4 Hartree bohr^6) row-major [references of Z1, references of Z2]")
for z1 in range(1, LAST_ELEMENT + 1):
    for z2 in range(1, z1 + 1):
        block = c6[z1, z2, : count[z1], : count[z2]]
        assert (block > 0).all(), (z1, z2)
        assert (block == c6[z2, z1, : count[z2], : count[z1]].T).all(), (z1, z2)
        lines.append(f"c6 {z1} {z2} " + " ".join(map(str, block.ravel())))
with open(target / "reference.txt.gz", "wb") as file:
    with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(("\n".join(lines) + "\n").encode())

# Damping parameters: parameters.toml of s-dftd3 as tad-dftd3 carries it.
table = tomllib.loads(tad.read("tad_dftd3/param/parameters.toml").decode())
aliases = tomllib.loads(tad.read("tad_dftd3/param/aliases.toml").decode())["alias"]
defaults = table["default"]["parameter"]["d3"]
rows = {}


def plain(name):
    """A functional's name without what people spell differently."""
    return re.sub(r"[-_/ ()]", "", name.lower())


for name, entry in table["parameter"].items():
    for damping in ("bj", "zero"):
        if damping in entry["d3"]:
            p = {"s8": 0.0, **defaults[damping], **entry["d3"][damping]}
            assert p["alp"] == 14.0, name
            one, two = ("rs6", "rs8") if damping == "zero" else ("a1", "a2")
            rows[plain(name), damping] = (p["s6"], p["s8"], p[one], p[two])

# Known to dftd3 1.7.0 but missing (or, OPBE, misprinted) in its table: from torch-dftd, whose list is
# that of Grimme's own program. It is a chain of `xc == "name"` tests with assignments.
source = torch_dftd.read("torch_dftd/dftd3_xc_params.py").decode()
zero = source[source.index('elif damping == "zero"') : source.index("special TZVPP")]
for name in ("bop", "o-pbe", "revpbe0", "pbe38", "m06hf", "hcth120"):
    found = re.search(rf'xc == "{name}":\s+rs6 = (\S+)\s+s18 = (\S+)', zero)
    rows[plain(name), "zero"] = (1.0, float(found[2]), float(found[1]), 1.0)

lines = [
    "# Damping parameters of DFT-D3, two-body. Sources and licences: README.md beside this file.",
    "# Made by scripts/goldens/d3_parameters.py from tad-dftd3 0.7.0 and torch-dftd 0.5.3.",
    "# bj FUNCTIONAL s6 s8 a1 a2 (bohr); zero FUNCTIONAL s6 s8 rs6 rs8; alias NAME FUNCTIONAL",
]
for (name, damping), values in sorted(rows.items()):
    lines.append(f"{damping} {name} " + " ".join(f"{x:g}" if abs(x * 1e6 % 1) < 1e-9 else repr(x) for x in values))
known = {name for name, _ in rows}
for alias, name in sorted({(plain(a), plain(n)) for a, n in aliases.items()}):
    if alias not in known and alias.isascii():
        assert name in known, name
        lines.append(f"alias {alias} {name}")
(target / "functionals.txt").write_text("\n".join(lines) + "\n")
