"""One Spark and one Java of scripts/matrix: python matrix.py RELEASE FOLDER NUMBERS; the last line says what was done."""
import json, os, subprocess, sys, time
from pathlib import Path

RELEASE, FOLDER, NUMBERS = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
HERE = Path(__file__).resolve().parent.parent
JAR = HERE / "spark-jobs/target/dpsieve.jar"
EXAMPLE = HERE / "conf/ag-au"
MODELS = f"{EXAMPLE}/models/[01]/graph.pb"
POOL = f"{EXAMPLE}/pbe/Ag8"
VECTORS = os.environ.get("MATRIX_VECTORS") == "yes"
JARS = [jar for jar in os.environ.get("MATRIX_JARS", "").split(",") if jar]
DONE = []


def home():
    import pyspark

    return Path(pyspark.__file__).parent


def submit(*arguments, code=0, options=()):
    options = ["--master", "local[2]", "--conf", "spark.ui.enabled=false", *options, "--class", "org.dpsieve.cli.Dpsieve"]
    command = [str(home() / "bin/spark-submit"), *options, str(JAR), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=FOLDER,
                            env={**os.environ, "SPARK_HOME": str(home())})
    sys.stderr.write(result.stdout + result.stderr)
    assert result.returncode == code, f"{arguments[0]}: exit code {result.returncode}"
    said = len(result.stderr.splitlines())
    assert said < 60, f"{arguments[0]}: the result is buried under {said} lines"
    return result


def step(name, function):
    start = time.time()
    function()
    DONE.append(f"{name} {time.time() - start:.0f} s")


def refused():
    lines = [line for line in submit("rescreen", "--frames", POOL, "-o", FOLDER / "out", code=2).stderr.splitlines()
             if line.startswith("error: ")]
    assert len(lines) == 1 and f"Spark {RELEASE} found" in lines[0], lines
    print(f"refused: {lines[0]}")


def rescreen():
    submit("rescreen", "-m", f"{EXAMPLE}/models/0/graph.pb", f"{EXAMPLE}/models/1/graph.pb", "--frames", POOL,
           "-o", FOLDER / "screened")


def simplify():
    text = (EXAMPLE / "simplify.json").read_text()
    for old, new in (('"pbe"', f'["{POOL}"]'), ('"models/[0-3]', f'"{EXAMPLE}/models/[01]'),
                     ('"numb_models":  4', '"numb_models":  2'), ('_pick_number":100', '_pick_number":8'),
                     ('"f_trust_lo":0.20', '"f_trust_lo":0.05, "max_iter": 1')):
        assert old in text
        text = text.replace(old, new)
    (FOLDER / "simplify.json").write_text(text)
    result = submit("simplify", FOLDER / "simplify.json", EXAMPLE / "machine.json", "--workdir", FOLDER / "run")
    assert "Stopped at max_iter" in result.stdout


def session(settings=()):
    from pyspark.sql import SparkSession

    builder = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
               .config("spark.jars", ",".join([str(JAR), *JARS])).config("spark.sql.shuffle.partitions", "2")
               .config("spark.sql.extensions", "org.dpsieve.spark.DpsieveExtensions"))
    for key, value in dict(settings).items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


DEVI = f"model_devi('{MODELS}', z, coord, cell).max_devi_f"


def queries():
    from pyspark.errors import AnalysisException, PySparkException

    spark = session()
    module = spark._jvm.java.lang.ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
    assert module == VECTORS, f"the Vector API is {'' if module else 'not '}there"
    frames = spark.read.format("deepmd").load(POOL)
    read = {row["index"]: row.d for row in frames.selectExpr("index", f"{DEVI} AS d").collect()}
    screened = {row["index"]: row.max_devi_f for row in spark.read.parquet(str(FOLDER / "screened")).collect()}
    differ = {i: (read.get(i), screened.get(i)) for i in read.keys() | screened.keys() if read.get(i) != screened.get(i)}
    assert not differ and len(read) == 120, f"SQL and rescreen differ: {len(differ)} of {len(read)} frames, e.g. {list(differ.items())[:2]}"
    numbers = [read[index] for index in sorted(read)]
    if NUMBERS.exists():
        for index, (number, first) in enumerate(zip(numbers, json.loads(NUMBERS.read_text()))):
            assert abs(number - first) < 1e-10, (index, number, first)
    else:
        NUMBERS.write_text(json.dumps(numbers))
    assert spark.sql(f"SELECT count(*) AS n FROM deepmd.`{POOL}`").first().n == 120
    assert "Examples:" in str(spark.sql("DESCRIBE FUNCTION EXTENDED dp_sigma").collect())
    for query, kind, condition in (
        (f"SELECT model_devi('none.pb', z, coord, cell) FROM deepmd.`{POOL}`", AnalysisException, "DPSIEVE_MODELS"),
        ("SELECT * FROM deepmd.`/nowhere/at/all`", AnalysisException, "DPSIEVE_DATA"),
        (f"SELECT model_devi('{MODELS}', array(47))", AnalysisException, "DPSIEVE_ARGUMENT"),
        (f"SELECT dp_energy('{MODELS}', array(8), array(0D, 0D, 0D), null)", PySparkException, "DPSIEVE_FRAME"),
    ):
        try:
            spark.sql(query).collect()
        except kind as failure:
            assert failure.getCondition() == condition, failure.getCondition()
            assert failure.getMessageParameters()["problem"] in failure.getMessage()
            assert len(str(failure).splitlines()) < 10, str(failure)
        else:
            raise AssertionError(query)
    frames.write.parquet(str(FOLDER / "stream/in"))
    stream = (spark.readStream.schema(frames.schema).parquet(str(FOLDER / "stream/in"))
              .selectExpr("index", f"{DEVI} AS d").writeStream.format("parquet")
              .option("checkpointLocation", str(FOLDER / "stream/checkpoint"))
              .trigger(availableNow=True).start(str(FOLDER / "stream/out")))
    stream.awaitTermination()
    streamed = {row["index"]: row.d for row in spark.read.parquet(str(FOLDER / "stream/out")).collect()}
    assert streamed == read, "streaming differs"
    spark.stop()


LEMAT = """
SELECT concat(system, '-', index) AS id, transform(z, e -> element_at(map(47, 'Ag', 79, 'Au'), e)) AS species_at_sites,
  transform(sequence(0, natoms - 1), i -> slice(coord, 3 * i + 1, 3)) AS cartesian_site_positions,
  transform(sequence(0, 2), i -> slice(cell, 3 * i + 1, 3)) AS lattice_vectors, 'pbe' AS functional, natoms AS nsites,
  energy, transform(sequence(0, natoms - 1), i -> slice(force, 3 * i + 1, 3)) AS forces,
  cast(NULL AS array<array<double>>) AS stress_tensor
FROM deepmd.`{}` WHERE index < {}"""
MODELS_OF_TABLES = ["-m", f"{EXAMPLE}/models/0/graph.pb", f"{EXAMPLE}/models/1/graph.pb"]


def tables():
    """rescreen of a table of each format whose library is there: all of it, then what was appended."""
    formats = {"parquet": "parquet.`{}`"}
    settings = {}
    extensions = ["org.dpsieve.spark.DpsieveExtensions"]
    if any("iceberg" in jar for jar in JARS):
        formats["iceberg"] = "lake.db.{}"
        extensions += ["org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"]
        settings |= {"spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
                     "spark.sql.catalog.lake.type": "hadoop", "spark.sql.catalog.lake.warehouse": str(FOLDER / "lake")}
    if any("delta" in jar for jar in JARS):
        formats["delta"] = "delta.`{}`"
        extensions += ["io.delta.sql.DeltaSparkSessionExtension"]
        settings |= {"spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog"}
    settings["spark.sql.extensions"] = ",".join(extensions)
    # what --format sets by itself is not said here
    options = [part for key, value in settings.items() if ".lake" in key for part in ("--conf", f"{key}={value}")]
    if JARS:
        options += ["--jars", ",".join(JARS)]

    def name(form, table):
        return f"lake.db.{table}" if form == "iceberg" else str(FOLDER / f"{form}-{table}")

    def make(statement):
        spark = session(settings)
        for form, pattern in formats.items():
            table = name(form, "lemat")
            rows = spark.sql(LEMAT.format(EXAMPLE / "pbe" / statement, 6)).coalesce(1)
            if form == "iceberg":
                rows.writeTo(table).using("iceberg").create() if statement == "Ag8" else rows.writeTo(table).append()
            else:
                rows.write.format(form).mode("append").save(table)
            if statement == "Au8" and form != "parquet":
                spark.sql(f"DELETE FROM {pattern.format(table if form == 'delta' else 'lemat')} WHERE id = 'Ag8-1'")
        spark.stop()

    def screen(said):
        for form in formats:
            result = submit("rescreen", *MODELS_OF_TABLES, "--table", name(form, "lemat"), "--format", form, "--mapping",
                            "lemat-traj", "--where", "functional = 'pbe' AND natoms < 50", "-o", FOLDER / f"{form}-out",
                            "--output-table", name(form, "result"), options=options)
            assert said in result.stdout + result.stderr, f"{form}: not said: {said}"

    make("Ag8")
    screen("6 frames")
    if "iceberg" in formats:  # by path, without a catalog
        submit("rescreen", *MODELS_OF_TABLES, "--table", FOLDER / "lake/db/lemat", "--mapping", "lemat-traj", "-o",
               FOLDER / "path-out", "--output-table", FOLDER / "path-result", "--format", "iceberg", options=options)
    make("Au8")
    screen("evaluated: 6 frames")
    spark = session(settings)
    for form in formats:
        def load(table):
            path = name(form, table)
            return spark.table(path) if form == "iceberg" else spark.read.format(form).load(path)

        result, library = load("result"), load("lemat")
        joined = result.join(library, result.library_id == library.id)
        expected = 12 if form == "parquet" else 11
        assert joined.where("max_devi_f > 0 AND nsites = natoms").count() == expected, form
        assert result.count() == expected, form
    if "iceberg" in formats:
        assert spark.read.format("iceberg").load(str(FOLDER / "path-result")).count() == 6
    spark.stop()
    DONE.append(" ".join(formats))


def connect():
    """Spark Connect's own server, as start-connect-server.sh starts it, and a client that knows nothing of the JVM."""
    code = f"""
import os, sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote("local[2]").config("spark.jars", {str(JAR)!r}) \\
    .config("spark.sql.extensions", "org.dpsieve.spark.DpsieveExtensions").config("spark.ui.enabled", "false").getOrCreate()
assert "connect" in type(spark).__module__, type(spark)
frames = spark.read.format("deepmd").load({POOL!r})
assert frames.selectExpr({DEVI!r} + " AS d").where("d > 0").count() == 120
from pyspark.errors import AnalysisException
try:
    spark.sql("SELECT * FROM deepmd.`/nowhere/at/all`").collect()
except Exception as failure:
    assert failure.getCondition() == "DPSIEVE_DATA", (type(failure), failure.getCondition())
else:
    raise AssertionError("no error")
spark.stop()
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, env={**os.environ, "SPARK_HOME": str(home())},
                            capture_output=True, text=True, timeout=300)
    sys.stderr.write(result.stdout + result.stderr)
    assert result.returncode == 0, (result.stderr.strip().splitlines() or ["connect"])[-1]


try:
    if os.environ.get("MATRIX_REFUSED") == "yes":
        refused()
    else:
        steps = {"rescreen": rescreen, "source, SQL, streaming": queries, "Connect": connect, "simplify": simplify}
        if JARS:
            steps["tables"] = tables
        for name, function in steps.items():
            step(name, function)
        print("done: " + ", ".join(DONE))
except Exception as failure:
    print(f"{type(failure).__name__}: {' '.join(str(failure).split())[:300]}; before that: {', '.join(DONE) or 'nothing'}")
    sys.exit(1)
