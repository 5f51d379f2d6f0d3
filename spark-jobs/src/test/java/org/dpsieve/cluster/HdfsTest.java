package org.dpsieve.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real HDFS of three nodes (Hadoop's minicluster) as a library's place; one node is lost. */
@Timeout(900)
@Tag("slow")
class HdfsTest {
  private static final java.nio.file.Path EXAMPLE = Shared.repository().resolve("conf/ag-au");

  @TempDir private static java.nio.file.Path folder;
  private static MiniDFSCluster cluster;
  private static FileSystem files;

  private final SparkSession spark = LocalSpark.session();
  private final Terminal terminal = new Terminal();

  @BeforeAll
  static void startWithThePoolInIt() throws IOException {
    // a lost node's neighbors say so at length
    Configurator.setLevel("org.apache.hadoop.hdfs", Level.OFF);
    Configuration conf = new Configuration();
    conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
    conf.setInt("dfs.replication", 2);
    cluster = new MiniDFSCluster.Builder(conf).numDataNodes(3).build();
    cluster.waitActive();
    files = cluster.getFileSystem();
    files.copyFromLocalFile(new Path(EXAMPLE.resolve("pbe").toString()), new Path("/pool"));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.shutdown(true);
    }
  }

  private static String hdfs(String path) {
    return cluster.getURI() + path;
  }

  private void rescreen(String frames, String output, String... more) {
    List<Object> command = new ArrayList<>(List.of("rescreen", "-m"));
    command.add(EXAMPLE.resolve("models/0/graph.pb"));
    command.add(EXAMPLE.resolve("models/1/graph.pb"));
    command.addAll(List.of("--frames", frames, "-o", output));
    command.addAll(Arrays.asList(more));
    terminal.succeed(command.toArray());
  }

  private Dataset<Row> load(String path) {
    return spark.read().format("deepmd").load(path);
  }

  /** Frames without the names of their systems, which writing gives anew. */
  private static List<String> frames(Dataset<Row> rows) {
    return rows.drop("system", "index").orderBy("frame_id").collectAsList().stream()
        .map(Row::toString)
        .toList();
  }

  /** Every file below a folder of any file system, with its checksum. */
  private static Map<String, Long> contents(String place) throws IOException {
    Path root = new Path(place);
    FileSystem system = root.getFileSystem(new Configuration());
    String prefix = system.getFileStatus(root).getPath().toString();
    Map<String, Long> found = new TreeMap<>();
    RemoteIterator<LocatedFileStatus> all = system.listFiles(root, true);
    while (all.hasNext()) {
      Path path = all.next().getPath();
      CRC32C crc = new CRC32C();
      try (var in = system.open(path)) {
        crc.update(in.readAllBytes());
      }
      if (!path.getName().endsWith(".crc")) { // of the local file system
        found.put(path.toString().substring(prefix.length()), crc.getValue());
      }
    }
    return found;
  }

  @Test
  void systemsAreReadAndWrittenThere() throws IOException {
    String local = EXAMPLE.resolve("pbe").toString();
    Dataset<Row> small = load(hdfs("/pool")).where("natoms < 17");
    List<String> expected = frames(load(local).where("natoms < 17"));
    assertThat(frames(small)).isEqualTo(expected).hasSizeGreaterThan(100);
    for (String layout : List.of("deepmd/npy", "deepmd/hdf5")) {
      String out = hdfs("/written/" + layout.replace('/', '-'));
      small.write().format("deepmd").option("layout", layout).save(out);
      assertThat(frames(load(out))).as(layout).isEqualTo(expected);
    }
    String out = hdfs("/written/deepmd-npy");
    Dataset<Row> others = load(local).where("natoms = 17");
    others.write().format("deepmd").mode("append").save(out);
    assertThat(frames(load(out))).isEqualTo(frames(load(local).where("natoms <= 17")));
    others.write().format("deepmd").mode("overwrite").save(out);
    assertThat(frames(load(out))).isEqualTo(frames(others));
  }

  /**
   * The whole run lives there. It was begun by another driver, on another machine as far as files
   * can tell, which was killed while it trained: its lock, and half of a stage, are left.
   */
  @Test
  void aRunLivesThereAndGoesOnWhereAKilledDriverLeftIt() throws IOException {
    java.nio.file.Path parameters =
        SmallRun.simplify(folder.resolve("simplify.json"), 8, "\"max_iter\": 1", "Ag8");
    String there = hdfs("/runs/one");
    System.setProperty("dpsieve.lock.seconds", "2");
    terminal.succeed("iterate", parameters, SmallRun.machine(), "--workdir", there);
    assertThat(terminal.out()).endsWith("continue" + System.lineSeparator());
    put("/runs/one/.dpsieve.lock", "process 1 on elsewhere 0-0 5\n");
    put("/runs/one/iter.000001/00.train.writing/graph.000.pb", "half");
    terminal.succeed("simplify", parameters, SmallRun.machine(), "--workdir", there);
    assertThat(terminal.out()).contains("work directory: " + there, "Stopped at max_iter");
    assertThat(files.exists(new Path("/runs/one/.dpsieve.lock"))).isFalse();
    terminal.succeed("status", there);
    java.nio.file.Path here = folder.resolve("run");
    terminal.succeed("simplify", parameters, SmallRun.machine(), "--workdir", here);
    for (String part : List.of("frames", "iter.000000", "iter.000001", "result")) {
      assertThat(contents(there + "/" + part)).as(part).isEqualTo(contents(here + "/" + part));
    }
    assertThat(
            terminal.run(
                "simplify",
                parameters,
                java.nio.file.Files.writeString(
                    folder.resolve("machine.json"),
                    java.nio.file.Files.readString(SmallRun.machine())
                        .replace("\"output-layer\"", "\"dp\", \"backend\": \"local\"")),
                "--workdir",
                hdfs("/runs/two"),
                "--dry-run"))
        .isEqualTo(2);
    assertThat(terminal.err())
        .contains(
            "train (engine dp): its tasks (backend local)", "cannot lie in " + hdfs("/runs/two"));
  }

  private static void put(String path, String text) throws IOException {
    try (var out = files.create(new Path(path))) {
      out.writeBytes(text);
    }
  }

  @Test
  void anImportThereIsTheOneHere() throws IOException {
    terminal.succeed("import", "-s", hdfs("/pool/Ag8"), "-o", hdfs("/frames"));
    terminal.succeed("import", "-s", EXAMPLE.resolve("pbe/Ag8"), "-o", folder.resolve("frames"));
    assertThat(frames(spark.read().parquet(hdfs("/frames"))))
        .isEqualTo(frames(spark.read().parquet(folder.resolve("frames").toString())))
        .isNotEmpty();
    terminal.succeed("export", hdfs("/frames"), "-o", hdfs("/exported"));
    assertThat(frames(load(hdfs("/exported")))).isEqualTo(frames(load(hdfs("/pool/Ag8"))));
  }

  @Test
  void aRescreenOutlivesALostNode() throws Exception {
    String[] levels = {"--f-lo", "0.05", "--f-hi", "0.3", "--pick", "20"};
    rescreen(hdfs("/pool"), hdfs("/whole"), levels);
    Thread loss = new Thread(HdfsTest::stopANodeOnceTwoPartsAreThere, "loss of a node");
    loss.start();
    rescreen(hdfs("/pool"), hdfs("/lost"), levels);
    loss.join(60_000);
    assertThat(loss.isAlive()).as("the node was stopped while the rescreen ran").isFalse();
    assertThat(cluster.getDataNodes()).hasSize(2);
    for (String part : List.of("", ".picks")) {
      assertThat(contents(hdfs("/lost" + part))).isEqualTo(contents(hdfs("/whole" + part)));
    }
    assertThat(files.exists(new Path("/_staged-lost"))).isFalse();
    // what lay on the lost node is on another one, too
    assertThat(load(hdfs("/pool")).count()).isEqualTo(2600);
  }

  private static void stopANodeOnceTwoPartsAreThere() {
    try {
      int parts = 0;
      while (parts < 2) {
        Thread.sleep(5);
        parts = 0;
        for (FileStatus file : staged()) {
          parts += file.getPath().getName().startsWith("part-") ? 1 : 0;
        }
      }
      cluster.stopDataNode(0);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FileStatus[] staged() throws IOException {
    try {
      return files.listStatus(new Path("/_staged-lost"));
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }
}
