package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.d3.D3Options;
import org.dpsieve.d3.Damping;
import org.dpsieve.d3.DispersionD3;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.RegularFile;
import org.dpsieve.io.deepmd.DeepmdSystems;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.io.extxyz.ExtxyzKeys;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.spark.frames.FrameImport;
import org.dpsieve.spark.frames.ImportReport;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Systems;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs with labels of an old level beside the new ones, sound and less so. */
@Tag("slow")
class OldLabelsRunTest {
  private static final List<String> SYSTEMS = List.of("Ag8", "Au8", "Ag4Au4");
  private static final int FRAMES = 30;
  private static final double HARTREE = 27.211386245988;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static Path pool;
  private static final Map<String, Frame> NEW = new HashMap<>();

  @BeforeAll
  static void labelAtTheNewLevel() throws IOException {
    DispersionD3 d3 = new DispersionD3(new D3Options("pbe", Damping.of("zero")));
    pool = write("new", frame -> frame.withLabels(d3.addTo(frame)));
    for (Frame frame : Systems.read(pool)) {
      NEW.put(FrameId.of(frame), frame);
    }
  }

  /** What becomes of the stored frames; those that become null are left out. */
  private static Path write(String name, UnaryOperator<Frame> change) throws IOException {
    Path target = folder.resolve(name);
    Path stored = Shared.repository().resolve("conf/ag-au/pbe");
    for (String system : SYSTEMS) {
      Map<String, List<Frame>> parts = new TreeMap<>();
      for (Frame frame : DeepmdSystems.readNpy(stored.resolve(system)).subList(0, FRAMES)) {
        Frame changed = change.apply(frame);
        if (changed != null) {
          Labels labels = changed.labels();
          String kind =
              (labels.energy() == null ? "" : "e")
                  + (labels.force() == null ? "" : "f")
                  + (labels.virial() == null ? "" : "v");
          parts.computeIfAbsent(kind, k -> new ArrayList<>()).add(changed);
        }
      }
      for (Map.Entry<String, List<Frame>> part : parts.entrySet()) {
        try (NpySystemWriter writer =
            new NpySystemWriter(
                new LocalStorage(),
                target.resolve(system + part.getKey()).toString(),
                List.of("Ag", "Au"),
                FRAMES)) {
          for (Frame frame : part.getValue()) {
            writer.add(frame);
          }
        }
      }
    }
    return target;
  }

  private static Path simplify(String name, Path old, String more) throws IOException {
    Path file = folder.resolve(name + ".json");
    SmallRun.simplify(
        file,
        20,
        "\"max_iter\": 2, \"old_data\": \"%s\", %s".formatted(old, more),
        SYSTEMS.toArray(String[]::new));
    String text = Files.readString(file);
    return Files.writeString(
        file,
        text.replaceFirst("\"pick_data\":\\s*\\[[^]]*\\]", "\"pick_data\": \"" + pool + "\"")
            .replace("\"f_trust_lo\":0.05", "\"f_trust_lo\":0.01")
            .replace("\"labeled\": false", "\"labeled\": true"));
  }

  private static Path run(String name, Path old, String more, Terminal terminal)
      throws IOException {
    Path workdir = folder.resolve(name);
    terminal.succeed(
        "simplify", simplify(name, old, more), SmallRun.machine(), "--workdir", workdir);
    return workdir;
  }

  private static JsonNode summary(Path run) throws IOException {
    return JSON.readTree(run.resolve("result/summary.json").toFile());
  }

  private static List<String> oldLabels(Path run) throws IOException {
    List<String> texts = new ArrayList<>();
    summary(run)
        .path("history")
        .forEach(
            iteration ->
                iteration
                    .path("training")
                    .path("models")
                    .forEach(model -> texts.add(model.path("old").path("text").asText())));
    return texts;
  }

  /**
   * Some frames have no old label, some energies are NaN, a third of the frames have no virial and
   * a third energies alone; energies are hundreds of eV off, as another code's are.
   */
  private static Path patchy() throws IOException {
    Path made = folder.resolve("patchy");
    if (Files.exists(made)) {
      return made;
    }
    return write(
        "patchy",
        frame -> {
          Labels labels = frame.labels();
          double shift = 0;
          for (int z : frame.z()) {
            shift += z == 47 ? -1040 : -870;
          }
          int k = frame.index();
          if (k % 10 == 9) {
            return null;
          }
          double energy = k % 10 == 8 ? Double.NaN : labels.energy() + shift;
          return frame.withLabels(
              switch (k % 3) {
                case 0 -> new Labels(energy, labels.force(), labels.virial());
                case 1 -> new Labels(energy, labels.force(), null);
                default -> new Labels(energy, null, null);
              });
        });
  }

  @Test
  void oldLabelsOfAnotherCodeThatAreMissingInPartsAreUsedWhereTheyAreSound() throws IOException {
    Terminal terminal = new Terminal();
    Path simplify = simplify("code", patchy(), "\"old_labels\": \"use\"");
    Files.writeString(
        simplify,
        Files.readString(simplify).replace("\"init_pick_number\":20", "\"init_pick_number\":30"));
    Path run = folder.resolve("code");
    terminal.succeed("simplify", simplify, SmallRun.machine(), "--workdir", run);
    assertThat(oldLabels(run)).isNotEmpty().allMatch(text -> text.startsWith("used: "));
    assertThat(oldLabels(run).get(0)).contains("9 left out: no finite numbers");
    JsonNode facts = summary(run).path("result_pool");
    long computed = summary(run).path("labelled").asLong();
    assertThat(facts.path("computed").asLong()).isEqualTo(computed);
    long out = facts.path("left_out").path("no old label that can be used").asLong();
    assertThat(out).isBetween(1L, 12L); // 9 have none, 3 but an energy that is NaN
    assertThat(facts.path("predicted").asLong())
        .isEqualTo((long) FRAMES * SYSTEMS.size() - computed - out);
    String line = "%d frames computed, %d predicted".formatted(computed, 90 - computed - out);
    assertThat(terminal.out())
        .contains(line, "old label + change  ", "first 25 labels: mean of models  ");
    JsonNode few = summary(run).path("errors").path("few");
    assertThat(few.path("labels").asLong()).isEqualTo(25);
    for (String kind : List.of("energy", "force", "virial")) {
      assertThat(few.path("models").path(kind).asDouble()).isPositive().isLessThan(1);
      // 30 labels against 25 of them: near the same, and not the same
      assertThat(
              few.path("predicted").path(kind).asDouble()
                  / facts.path("errors").path(kind).asDouble())
          .isBetween(0.2, 5.0)
          .isNotEqualTo(1);
    }
    terminal.clear();
    terminal.succeed("status", run);
    assertThat(terminal.out()).contains(line);
    double energy = requireLabels(run.resolve("result/pool"), computed);
    assertThat(facts.path("errors").path("energy").asDouble()).isCloseTo(energy, within(1e-9));
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("first 25 labels: old + change", "The worst frames, found in advance");
    requireExpectedErrors(run);
  }

  /** Of frames with an old force by it; of the others as the posterior has it. */
  private static void requireExpectedErrors(Path run) {
    Dataset<Row> rows =
        LocalSpark.session().read().parquet(run.resolve("result/deviation.parquet").toString());
    assertThat(rows.count()).isEqualTo((long) FRAMES * SYSTEMS.size());
    assertThat(rows.where("expected_f > 0 and expected_e > 0 and rms_expected_f > 0").count())
        .isEqualTo(rows.count());
  }

  /**
   * Every label is there only where there was an old one, and near the new level's.
   *
   * @return root mean square error of predicted energies, eV per atom
   */
  private static double requireLabels(Path folder, long computed) throws IOException {
    long found = 0;
    List<Double> squares = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (Path set : sets(folder)) {
      double[] marks = NpyArray.open(set.resolve(Certainty.COMPUTED_FILE)).read();
      double[] sigma = numbers(set.resolve(Certainty.ENERGY_FILE));
      List<Frame> frames = DeepmdSystems.readNpy(set.getParent());
      assertThat(marks).hasSize(frames.size());
      for (int k = 0; k < marks.length; k++) {
        Frame frame = frames.get(k);
        Labels truth = NEW.get(FrameId.of(frame)).labels();
        if (marks[k] == 1) {
          found++;
          assertThat(frame.labels().force()).containsExactly(truth.force());
          assertThat(frame.labels().energy()).isEqualTo(truth.energy());
          assertThat(sigma[k]).isZero();
        } else if (sigma != null) {
          assertThat(sigma[k]).isPositive();
          double off = frame.labels().energy() - truth.energy();
          ratios.add(Math.abs(off) / sigma[k]);
          squares.add(off * off / frame.atomCount() / frame.atomCount());
          assertThat(frame.labels().energy() / 8).isCloseTo(truth.energy() / 8, within(0.05));
        }
      }
    }
    assertThat(found).isEqualTo(computed);
    assertThat(ratios.stream().filter(r -> r < 1.96).count() / (double) ratios.size())
        .isGreaterThan(0.8);
    return Math.sqrt(squares.stream().mapToDouble(s -> s).average().orElseThrow());
  }

  private static List<Path> sets(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(path -> path.getFileName().toString().startsWith("set.")).toList();
    }
  }

  private static double[] numbers(Path file) throws IOException {
    return Files.exists(file) ? NpyArray.open(file).read() : null;
  }

  /** In the pool itself, too, where labels are those of the old level alone. */
  @Test
  void aLabelThatIsNoNumberCostsTheFrameOnlyWhereItIsTrainedOn() throws IOException {
    Path old = patchy();
    for (boolean count : new boolean[] {true, false}) {
      ImportReport report =
          FrameImport.run(
              LocalSpark.session(),
              List.of(old.toString()),
              folder.resolve("import-" + count).toString(),
              List.of(),
              ElementMap.NONE,
              TypeElements.LEADING,
              ExtxyzKeys.DEFAULT,
              count);
      assertThat(report.badFrames()).isEqualTo(count ? 9 : 0);
      assertThat(report.frames()).isEqualTo(count ? 72 : 81);
    }
  }

  @Test
  void oldLabelsInAnotherUnitAreNamedByIt() throws IOException {
    Path old =
        write(
            "hartree",
            frame -> {
              double[] force = frame.labels().force().clone();
              for (int c = 0; c < force.length; c++) {
                force[c] /= HARTREE;
              }
              return frame.withLabels(new Labels(frame.labels().energy() / HARTREE, force, null));
            });
    Path run = run("unit", old, "\"old_labels\": \"auto\"", new Terminal());
    assertThat(oldLabels(run))
        .isNotEmpty()
        .allMatch(text -> text.matches(".*: the old look like .*Hartree/Å.*, expected eV/Å.*"));
  }

  /** With {@code auto} they change nothing, to the last bit; and no pool comes of them. */
  @Test
  void uselessOldLabelsEndInTheNumbersOfARunWithoutThem() throws IOException {
    Path old =
        write(
            "useless",
            frame -> {
              double[] force = frame.labels().force().clone();
              for (int c = 0; c < force.length; c++) {
                force[c] = 3 * Math.sin(7.0 * frame.index() + 12.9898 * c * c);
              }
              double energy = 100 * Math.sin(5.0 * frame.index() * frame.index());
              return frame.withLabels(new Labels(energy, force, new double[9]));
            });
    Terminal terminal = new Terminal();
    Path auto = run("auto", old, "\"old_labels\": \"auto\"", terminal);
    assertThat(terminal.out()).contains("result/pool is not written: no model uses old labels");
    assertThat(auto.resolve("result/pool")).doesNotExist();
    terminal.clear();
    Path ignore = run("ignore", old, "\"old_labels\": \"ignore\"", terminal);
    assertThat(terminal.out()).contains("result/pool is not written: old_labels is ignore");
    for (String name : List.of("graph.000.pb", "graph.001.pb")) {
      assertThat(auto.resolve("result").resolve(name))
          .hasSameBinaryContentAs(ignore.resolve("result").resolve(name));
    }
  }

  @Test
  void aRunWithOldLabelsKilledBetweenStagesEndsWithTheSameBytesOnOtherPartitions()
      throws IOException {
    Path simplify = simplify("killed", patchy(), "\"old_labels\": \"use\"");
    List<Path> snapshots = new ArrayList<>();
    Path whole = folder.resolve("whole");
    go(
        simplify,
        whole,
        () -> snapshots.add(copy(whole, folder.resolve("after-" + snapshots.size()))));
    SortedMap<String, String> expected = content(whole);
    assertThat(expected.keySet())
        .contains(
            "iter.000001/00.train/old.001.npy",
            "iter.000001/00.train/labels.json",
            "iter.000002/00.train/old.001.npy");
    assertThat(
            JSON.readTree(whole.resolve("iter.000002/00.train/_stage.json").toFile())
                .path("inputs")
                .has("iter.000001/00.train"))
        .isTrue();
    SparkSession session = LocalSpark.session();
    String partitions = session.conf().get("spark.sql.shuffle.partitions");
    session.conf().set("spark.sql.shuffle.partitions", 3);
    try {
      for (Path killed : List.of(snapshots.get(2), snapshots.get(snapshots.size() - 2))) {
        go(simplify, killed, () -> {});
        assertThat(content(killed)).isEqualTo(expected);
      }
    } finally {
      session.conf().set("spark.sql.shuffle.partitions", partitions);
    }
  }

  private static void go(Path simplify, Path workdir, Runnable afterEveryStage) {
    SmallRun.run(simplify, SmallRun.machine(), workdir, afterEveryStage);
  }

  private static Path copy(Path from, Path to) {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        Path target = to.resolve(from.relativize(path).toString());
        Files.createDirectories(target.getParent());
        Files.copy(path, target);
      }
      return to;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static SortedMap<String, String> content(Path root) throws IOException {
    SortedMap<String, String> content = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        String name = root.relativize(file).toString();
        if (!name.matches(
            "dpsieve.log|timings.jsonl|\\.dpsieve.lock|run.json|report.html|models/.*")) {
          content.put(name, RegularFile.sha256(file));
        }
      }
    }
    return content;
  }
}
