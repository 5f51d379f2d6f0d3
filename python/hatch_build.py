"""Puts the application jar, and what starts it, into the package: built from the checkout this folder is in."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def platform_tag() -> str:
    """Of this machine: the jar has native libraries of one platform."""
    machine = platform.machine().lower()
    if platform.system() == "Darwin":
        arm = machine in ("arm64", "aarch64")
        return "macosx_11_0_arm64" if arm else "macosx_10_13_x86_64"
    return f"linux_{machine}"


class ApplicationJar(BuildHookInterface):  # type: ignore[misc]
    """``dpsieve/app`` in wheels and source distributions."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        checkout = root.parent
        if self.target_name == "wheel":
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform_tag()}"
        if version == "editable":
            return  # the checkout's own files are used
        if (checkout / "scripts/build").exists() and (checkout / "pom.xml").exists():
            subprocess.run([str(checkout / "scripts/build")], check=True)
            application = {
                "dpsieve.jar": checkout / "spark-jobs/target/dpsieve.jar",
                "jvm.flags": checkout / "conf/jvm.flags",
                "log4j2.properties": checkout / "spark-jobs/src/main/resources/log4j2.properties",
            }
            folders = {"app": application, "schema": {p.name: p for p in (checkout / "conf/schema").glob("*.json")}}
            package = "dpsieve" if self.target_name == "wheel" else "src/dpsieve"
            for folder, files in folders.items():
                for name, path in files.items():
                    build_data["force_include"][str(path)] = f"{package}/{folder}/{name}"
        elif not (root / "src/dpsieve/app/dpsieve.jar").exists():  # which a source distribution has
            raise FileNotFoundError("no jar is here and no checkout to build it from; install from a checkout")
