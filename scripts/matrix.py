"""One Spark and one Java of scripts/matrix: python matrix.py RELEASE FOLDER NUMBERS; the last line says what was done."""
import json, os, subprocess, sys, time
from pathlib import Path

RELEASE, FOLDER, NUMBERS = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
HERE = Path(__file__).resolve().parent.parent
JAR = HERE / "spark-jobs/target/dpsieve.jar"
EXAMPLE = HERE / "conf/ag-au"
MODELS = f"{EXAMPLE}/models/[01]/graph.pb"
POOL = f"{EXAMPLE}/pbe/Ag8"
VECTORS = ["--add-modules=jdk.incubator.vector"] if os.environ.get("MATRIX_VECTORS") == "yes" else []
DONE = []


def home():
    import pyspark

    return Path(pyspark.__file__).parent


def submit(*arguments, code=0):
    options = ["--master", "local[2]", "--conf", "spark.ui.enabled=false", "--class", "org.dpsieve.cli.Dpsieve"]
    if VECTORS:
        options += ["--driver-java-options", " ".join(VECTORS)]
    command = [str(home() / "bin/spark-submit"), *options, str(JAR), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=FOLDER,
                            env={**os.environ, "SPARK_HOME": str(home())})
    sys.stderr.write(result.stdout + result.stderr)
    assert result.returncode == code, f"{arguments[0]}: exit code {result.returncode}"
    return result


def step(name, function):
    start = time.time()
    function()
    DONE.append(f"{name} {time.time() - start:.0f} s")


def too_old():
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
    said = len(result.stderr.splitlines())
    assert said < 60, f"the result is buried under {said} lines"


def session():
    from pyspark.sql import SparkSession

    builder = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
               .config("spark.jars", str(JAR)).config("spark.sql.shuffle.partitions", "2")
               .config("spark.sql.extensions", "org.dpsieve.spark.DpsieveExtensions"))
    if VECTORS:
        os.environ["PYSPARK_SUBMIT_ARGS"] = f'--driver-java-options "{" ".join(VECTORS)}" pyspark-shell'
    return builder.getOrCreate()


DEVI = f"model_devi('{MODELS}', z, coord, cell).max_devi_f"


def queries():
    from pyspark.errors import AnalysisException, PySparkException

    spark = session()
    spark.sparkContext.setLogLevel("OFF")
    frames = spark.read.format("deepmd").load(POOL)
    read = {row.index: row.d for row in frames.selectExpr("index", f"{DEVI} AS d").collect()}
    screened = {row["index"]: row.max_devi_f for row in spark.read.parquet(str(FOLDER / "screened")).collect()}
    assert read == screened and len(read) == 120, "SQL and rescreen differ"
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
        (f"SELECT dp_energy('{MODELS}', array(8), array(0D, 0D, 0D), null)", PySparkException, "DPSIEVE_FRAME"),
    ):
        try:
            spark.sql(query).collect()
        except kind as failure:
            assert failure.getCondition() == condition, failure.getCondition()
            assert failure.getMessageParameters()["problem"]
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
    environment = {**os.environ, "SPARK_HOME": str(home())}
    if VECTORS:
        environment["JDK_JAVA_OPTIONS"] = " ".join(VECTORS)
    result = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, env=environment, capture_output=True, text=True,
                            timeout=300)
    sys.stderr.write(result.stdout + result.stderr)
    assert result.returncode == 0, (result.stderr.strip().splitlines() or ["connect"])[-1]


try:
    if RELEASE.startswith("3."):
        too_old()
    else:
        for name, function in (("rescreen", rescreen), ("source, SQL, streaming", queries), ("Connect", connect),
                               ("simplify", simplify)):
            step(name, function)
        print("done: " + ", ".join(DONE))
except Exception as failure:
    print(f"{type(failure).__name__}: {' '.join(str(failure).split())[:300]}; before that: {', '.join(DONE) or 'nothing'}")
    sys.exit(1)
