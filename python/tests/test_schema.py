"""The schemas take every file of conf/ and what the readers take, and mark what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import CHECKOUT, needs

needs("jsonschema")
import jsonschema  # noqa: E402

FILES = sorted(
    p for kind in ("simplify", "machine") for p in (CHECKOUT / "conf").rglob(f"{kind}.json") if p.parent.name != "schema"
)


def schema(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CHECKOUT / f"conf/schema/{kind}.json").read_text())
    return found


def content(file: Path) -> dict[str, Any]:
    lines = file.read_text().splitlines()
    found: dict[str, Any] = json.loads("\n".join(line for line in lines if not line.lstrip().startswith("#")))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CHECKOUT / "conf")))
def test_files_of_the_checkout_are_taken(file: Path) -> None:
    jsonschema.Draft7Validator.check_schema(schema(file.stem))
    jsonschema.validate(content(file), schema(file.stem))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pick_strategy", "ramdom"),
        ("fp_style", "vsap"),
        ("numb_models", "4"),
        ("numb_models", 0),
        ("labeled", "yes"),
        ("pick_data", [1]),
        ("iter_pick_nubmer", 3),
        ("model_devi_f_trust_lo", -1),
    ],
)
def test_what_a_reader_refuses_is_marked(key: str, value: object) -> None:
    right = content(CHECKOUT / "conf/ag-au/simplify.json")
    right.update({"$schema": "../schema/simplify.json", "_comment": 1})
    jsonschema.validate(right, schema("simplify"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**right, key: value}, schema("simplify"))


def test_engines_are_those_of_their_section() -> None:
    jsonschema.validate({"train": {"engine": "dp"}, "fp": {"engine": "command"}}, schema("machine"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"train": {"engine": "jvm"}}, schema("machine"))
