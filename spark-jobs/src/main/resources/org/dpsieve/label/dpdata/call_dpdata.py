"""read FORMAT PATH: labels in a file or folder, as the format's own reader gives them, not turned.
write FORMAT PATH FRAME: a frame (JSON file: elements, names, coord, cell or null) as an input file.
The last line printed is one JSON object; what goes wrong in a file is its key "error"."""
import json
import sys


def main(action, fmt, path, *rest):
    try:
        import dpdata
        import dpdata.format
        import dpdata.plugins  # noqa: F401
        import numpy as np
    except ImportError as e:
        return {"missing": str(e)}
    formats = dpdata.format.Format.get_formats()
    if fmt not in formats:
        return {"error": f"no format {fmt!r}; known: {', '.join(sorted(formats))}"}
    if action == "check":
        return {}
    if action == "read":
        data = formats[fmt]().from_labeled_system(path)
        parts = data if isinstance(data, (list, tuple)) else [data]
        frames = []
        elements = None
        for part in parts:
            symbols = [part["atom_names"][i] for i in part["atom_types"]]
            elements = elements or symbols
            if symbols != elements:
                raise ValueError("frames of different atoms in one file")
            for i in range(len(np.atleast_1d(part["energies"]))):
                flat = lambda key: np.asarray(part[key][i], dtype=float).reshape(-1).tolist()
                virial = part.get("virials")
                frames.append(
                    {
                        "energy": float(np.atleast_1d(part["energies"])[i]),
                        "coord": flat("coords"),
                        "cell": None if part.get("nopbc") else flat("cells"),
                        "force": flat("forces"),
                        "virial": None if virial is None or len(virial) == 0 else flat("virials"),
                    }
                )
        return {"elements": elements or [], "frames": frames}
    with open(rest[0]) as f:
        frame = json.load(f)
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


try:
    answer = main(*sys.argv[1:])
except BaseException as e:
    answer = {"error": f"{type(e).__name__}: {e}"[:500]}
print()
print(json.dumps(answer))
