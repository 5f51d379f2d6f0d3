"""Answers requests, a JSON object per line of stdin, with a JSON object per line each, until stdin ends or nothing comes for a while.

{"do": "check", "format": F}: whether dpdata knows the format.
{"do": "read", "format": F, "path": P, "to": FILE}: labels in a file, as the format's own reader gives them, not turned. FILE gets, as
  little-endian float64, for each frame: energy, coord, force, then cell and virial where there are any.
{"do": "write", "format": F, "path": P, "frame": {elements, names, coord, cell or null}}: a frame as an input file.
What goes wrong in a file is the answer's "error"; "missing" says that there is no dpdata."""
import json
import os
import resource
import select
import sys

IDLE_SECONDS = 60
MOST_BYTES = 8 << 30

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # libraries print


def formats():
    import dpdata.format
    import dpdata.plugins  # noqa: F401

    return dpdata.format.Format.get_formats()


def read(reader, path, target):
    import numpy as np

    data = reader.from_labeled_system(path)
    parts = data if isinstance(data, (list, tuple)) else [data]
    elements, count, kinds = None, 0, set()
    with open(target, "wb") as out:
        for part in parts:
            frames = len(np.atleast_1d(part.get("energies", [])))
            if frames == 0:
                continue
            for key, what in (("forces", "forces"), ("coords", "coordinates")):
                if len(part.get(key, [])) != frames:
                    raise ValueError(f"{frames} energies, but {what} of {len(part.get(key, []))} geometries")
            symbols = [part["atom_names"][i] for i in part["atom_types"]]
            elements = elements or symbols
            if symbols != elements:
                raise ValueError("frames of different atoms in one file")
            virials = part.get("virials")
            virials = None if virials is None or len(virials) == 0 else virials
            kinds.add((not part.get("nopbc"), virials is not None))
            if len(kinds) > 1:
                raise ValueError("frames with and without cell or virial in one file")
            for i in range(frames):
                rows = [np.atleast_1d(part["energies"])[i], part["coords"][i], part["forces"][i]]
                rows += [] if part.get("nopbc") else [part["cells"][i]]
                rows += [] if virials is None else [virials[i]]
                for row, size in zip(rows, (1, 3 * len(symbols), 3 * len(symbols), 9, 9)):
                    values = np.asarray(row, dtype="<f8").reshape(-1)
                    if values.size != size:
                        raise ValueError(f"{values.size} numbers where {size} are expected")
                    out.write(values.tobytes())
            count += frames
    cell, virial = kinds.pop() if kinds else (False, False)
    return {"elements": elements or [], "frames": count, "cell": cell, "virial": virial}


def write(fmt, path, frame):
    import dpdata
    import numpy as np

    names = frame["names"]
    types = [names.index(e) for e in frame["elements"]]
    system = dpdata.System(
        data={
            "atom_names": names,
            "atom_numbs": [types.count(i) for i in range(len(names))],
            "atom_types": np.array(types),
            "coords": np.array(frame["coord"], dtype=float).reshape(1, -1, 3),
            "cells": np.array(frame["cell"] or np.zeros(9), dtype=float).reshape(1, 3, 3),
            "orig": np.zeros(3),
            **({} if frame["cell"] else {"nopbc": True}),
        }
    )
    system.to(fmt, path)
    return {}


def answer(request):
    try:
        known = formats()
    except ImportError as e:
        return {"missing": str(e)}
    fmt = request["format"]
    if fmt not in known:
        return {"error": f"no format {fmt!r}; known: {', '.join(sorted(known))}"}
    if request["do"] == "read":
        return read(known[fmt](), request["path"], request["to"])
    if request["do"] == "write":
        return write(fmt, request["path"], request["frame"])
    return {}


def explained(error):
    if isinstance(error, MemoryError):
        return "it takes more memory than there is"
    return f"{type(error).__name__}: {error}"[:500]


resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
while select.select([0], [], [], IDLE_SECONDS)[0]:
    line = sys.stdin.buffer.raw.readline()
    if not line:
        break
    try:
        said = answer(json.loads(line))
    except BaseException as e:
        said = {"error": explained(e)}
    answers.write(json.dumps(said) + "\n")
