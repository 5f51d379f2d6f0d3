package org.dpsieve.spark.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.FrameId;
import org.dpsieve.frame.Labels;
import org.dpsieve.label.vasp.VaspConfig;
import org.dpsieve.label.vasp.VaspLabeller;
import org.dpsieve.node.TaskEnd;
import org.dpsieve.spark.frames.FrameRows;
import org.dpsieve.testing.LocalSpark;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FpTasksTest {
  private static final int SILVER = 47;
  private static final int GOLD = 79;

  private static final double[] CUBE = {4, 0, 0, 0, 4, 0, 0, 0, 4};

  @TempDir Path folder;
  private VaspLabeller labeller;
  private final List<Frame> frames = new ArrayList<>();

  @BeforeEach
  void makeFrames() throws IOException {
    labeller = labeller("KSPACING = 0.5\nKGAMMA = T\n");
    Random random = new Random(4);
    int[][] compositions = {{GOLD, SILVER, GOLD}, {SILVER}, {GOLD, SILVER, GOLD}, {GOLD, GOLD}};
    for (int[] z : compositions) {
      double[] coord = random.doubles(3L * z.length, -4, 4).toArray();
      double[] cell = {4, 0.1, 0, 0, 4.5, 0.2, 0.3, 0, 5};
      frames.add(new Frame("sys", frames.size(), z, coord, cell, Labels.NONE));
    }
  }

  @Test
  void sameFoldersWhateverThePartitions() throws IOException {
    Map<String, String> expected = null;
    for (int partitions : new int[] {1, 2, 5}) {
      Path directory = folder.resolve("fp" + partitions);
      FpTasks tasks = new FpTasks(rows(partitions), labeller, directory.toString());
      tasks.write();
      Map<String, String> tree = tree(directory);
      if (expected != null) {
        assertThat(tree).isEqualTo(expected);
      }
      expected = tree;
      assertThat(tasks.waiting()).isEqualTo(tasks.tasks()).hasSize(4);
    }
    // Ag1, Ag1Au2 (twice, by frame_id), Au2
    assertThat(expected.keySet())
        .contains(
            "POTCAR.000",
            "POTCAR.001",
            "POTCAR.002",
            "task.000.000000/POSCAR",
            "task.001.000001/INCAR",
            "task.001.000002/KPOINTS",
            "task.002.000003/POTCAR")
        .hasSize(3 + 4 * 5);
    assertThat(expected.get("task.001.000001/POTCAR")).isEqualTo(expected.get("POTCAR.001"));
    assertThat(expected.get("task.001.000001/POSCAR")).startsWith("Ag1 Au2 \n1.0\n4.0000");
    assertThat(expected.get("task.001.000001/frame.json")).contains("\"atom_order\" : [ 1, 0, 2 ]");
    assertThat(Files.readSymbolicLink(folder.resolve("fp1/task.002.000003/POTCAR")))
        .isEqualTo(Path.of("../POTCAR.002"));
  }

  @Test
  void writingAgainKeepsWhatIsThereAndMendsWhatIsNot() throws IOException {
    FpTasks tasks = new FpTasks(rows(2), labeller, folder.resolve("fp").toString());
    tasks.write();
    Map<String, String> tree = tree(folder.resolve("fp"));
    Path first = folder.resolve("fp/task.000.000000");
    Files.writeString(first.resolve("OUTCAR"), "of a calculation");
    Path second = folder.resolve("fp/task.001.000001");
    Files.delete(second.resolve("frame.json")); // a foreign folder of that name, without output
    tasks.write();
    assertThat(first.resolve("OUTCAR")).hasContent("of a calculation");
    assertThat(tasks.waiting()).extracting(FpTasks.Task::name).doesNotContain("task.000.000000");
    Files.delete(first.resolve("OUTCAR"));
    assertThat(tree(folder.resolve("fp"))).isEqualTo(tree);
  }

  /** After {@code NELM} was raised: what has converged stays, the rest is calculated again. */
  @Test
  void withOtherInputsLabelsStayAndFailuresAreSetAside() throws IOException {
    String directory = folder.resolve("fp").toString();
    FpTasks first = new FpTasks(rows(1), labeller, directory);
    first.write();
    Map<String, Path> folders = new TreeMap<>();
    first.tasks().forEach(t -> folders.put(t.frameId(), folder.resolve("fp").resolve(t.name())));
    Path converged = folders.get(FrameId.of(frames.get(0)));
    Path unconverged = folders.get(FrameId.of(frames.get(1)));
    Path running = folders.get(FrameId.of(frames.get(2)));
    Path waiting = folders.get(FrameId.of(frames.get(3)));
    String good = outcar(frames.get(0), new int[] {1, 0, 2}, 12);
    String bad = outcar(frames.get(1), new int[] {0}, 60);
    Files.writeString(converged.resolve("OUTCAR"), good);
    Files.writeString(unconverged.resolve("OUTCAR"), bad);
    Files.writeString(running.resolve("dpsieve.pid"), "1 unknown\n");
    FpTasks more =
        new FpTasks(rows(1), labeller("KSPACING = 0.5\nKGAMMA = T\nNELM = 200\n"), directory);
    more.write();
    assertThat(converged.resolve("OUTCAR")).hasContent(good);
    assertThat(unconverged.resolve("OUTCAR")).doesNotExist();
    assertThat(unconverged.resolve("INCAR")).content().contains("NELM = 200");
    assertThat(folder.resolve("fp/old.000." + unconverged.getFileName() + "/OUTCAR"))
        .hasContent(bad);
    assertThat(running.resolve("INCAR")).content().doesNotContain("NELM");
    assertThat(waiting.resolve("INCAR")).content().contains("NELM = 200");
    assertThat(more.waiting())
        .extracting(FpTasks.Task::name)
        .containsExactlyInAnyOrder(
            unconverged.getFileName().toString(),
            running.getFileName().toString(),
            waiting.getFileName().toString());
    more.write();
    assertThat(folder.resolve("fp/old.001." + unconverged.getFileName())).doesNotExist();
  }

  @Test
  void neverOverwritesResultsOfAnotherFrame() throws IOException {
    String directory = folder.resolve("fp").toString();
    new FpTasks(rows(1), labeller, directory).write();
    Path outcar = folder.resolve("fp/task.000.000000/OUTCAR");
    Files.writeString(outcar, "of the first picks");
    Frame other = frames.get(1);
    double[] moved = other.coord().clone();
    moved[0] += 1;
    frames.set(1, new Frame("sys", 1, other.z(), moved, other.cell(), Labels.NONE));
    FpTasks changed = new FpTasks(rows(1), labeller, directory);
    assertThatThrownBy(changed::write)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("task.000.000000")
        .hasMessageContaining("OUTCAR");
    assertThat(outcar).hasContent("of the first picks");
  }

  @Test
  void frameThatCannotBeLabelledIsNamed() {
    frames.add(new Frame("free", 7, new int[] {SILVER}, new double[3], null, Labels.NONE));
    FpTasks tasks = new FpTasks(rows(2), labeller, folder.resolve("fp").toString());
    assertThatThrownBy(tasks::write)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("free#7")
        .hasMessageContaining("no cell");
  }

  @Test
  void labelsComeBackInTheFramesOwnOrder() throws IOException {
    FpTasks tasks = new FpTasks(rows(3), labeller, folder.resolve("fp").toString());
    tasks.write();
    Frame mixed = frames.get(0); // Au Ag Au
    for (FpTasks.Task task : tasks.tasks()) {
      Path outcar = folder.resolve("fp").resolve(task.name()).resolve("OUTCAR");
      if (task.frameId().equals(FrameId.of(mixed))) {
        Files.writeString(outcar, outcar(mixed, new int[] {1, 0, 2}, 12));
      } else if (task.frameId().equals(FrameId.of(frames.get(1)))) {
        Files.writeString(outcar, outcar(frames.get(1), new int[] {0}, 60));
      } else if (task.frameId().equals(FrameId.of(frames.get(2)))) {
        Files.writeString(
            outcar, outcar(mixed, new int[] {1, 0, 2}, 12)); // put in the wrong folder
      }
    }
    Map<String, Row> labels = new TreeMap<>();
    tasks.collect(Map.of()).collectAsList().forEach(row -> labels.put(row.getString(0), row));
    Row label = labels.get(FrameId.of(mixed));
    assertThat(label.getString(1)).isEqualTo("finished");
    assertThat(label.getDouble(3)).isEqualTo(-7.5);
    assertThat(label.<Double>getList(4))
        .containsExactly(0.0, 0.1, 0.2, 1.0, 1.1, 1.2, 2.0, 2.1, 2.2);
    assertThat(label.<Double>getList(5).get(1))
        .isEqualTo(label.<Double>getList(5).get(3))
        .isPositive();
    assertThat(labels.get(FrameId.of(frames.get(1))).getString(1)).isEqualTo("unconverged");
    assertThat(labels.get(FrameId.of(frames.get(2))).getString(1)).isEqualTo("unparsable");
    assertThat(labels.get(FrameId.of(frames.get(2))).getString(2)).contains("another frame");
    assertThat(labels.get(FrameId.of(frames.get(3))).getString(1)).isEqualTo("missing output");
    assertThat(labels.get(FrameId.of(frames.get(3))).isNullAt(3)).isTrue();
  }

  /** Whatever a program leaves in the place of its output costs its own frame alone. */
  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void outputsThatAreNoFilesCostOnlyTheirTask() throws Exception {
    frames.add(new Frame("more", 0, new int[] {SILVER, SILVER}, new double[6], CUBE, Labels.NONE));
    frames.add(new Frame("more", 1, new int[] {GOLD}, new double[3], CUBE, Labels.NONE));
    FpTasks tasks = new FpTasks(rows(3), labeller, folder.resolve("fp").toString());
    tasks.write();
    List<String> spoils =
        List.of(
            "mkfifo OUTCAR",
            "ln -s /dev/zero OUTCAR",
            "mkdir OUTCAR",
            "ln -s nowhere OUTCAR",
            "d=$PWD; cd ..; rm -rf \"$d\"; echo now a file > \"$d\"");
    Path good = null;
    for (FpTasks.Task task : tasks.tasks()) {
      Path here = folder.resolve("fp").resolve(task.name());
      if (task.frameId().equals(FrameId.of(frames.get(0)))) {
        good = here;
        Files.writeString(here.resolve("OUTCAR"), outcar(frames.get(0), new int[] {1, 0, 2}, 12));
      } else {
        int number = tasks.tasks().indexOf(task);
        Process spoil =
            new ProcessBuilder("sh", "-c", spoils.get(number % spoils.size()))
                .directory(here.toFile())
                .start();
        assertThat(spoil.waitFor()).isZero();
      }
    }
    assertThat(good).isNotNull();
    Map<String, TaskEnd> ends = tasks.ends();
    assertThat(ends).hasSize(frames.size());
    assertThat(ends.remove(good.getFileName().toString()).isFinished()).isTrue();
    assertThat(ends.values())
        .allMatch(end -> !end.isFinished() && !end.reason().isEmpty())
        .anyMatch(end -> end.reason().contains("a pipe, a device or a socket"));
    new FpTasks(rows(2), labeller, folder.resolve("fp").toString()).write(); // a later start
    assertThat(good.resolve("OUTCAR")).exists();
    for (FpTasks.Task task : tasks.tasks()) {
      assertThat(folder.resolve("fp").resolve(task.name()).resolve("POSCAR")).exists();
    }
  }

  /** A task that removed what says of which inputs its output is. */
  @Test
  void aFolderThatItsTaskHasSpoiltIsMovedAsideAndWrittenAnew() throws IOException {
    Path directory = folder.resolve("fp");
    FpTasks tasks = new FpTasks(rows(1), labeller, directory.toString());
    tasks.write();
    Path first = directory.resolve("task.000.000000");
    Files.writeString(first.resolve("frame.json"), "garbage");
    Files.writeString(first.resolve("OUTCAR"), "of nobody knows what");
    tasks.write();
    assertThat(first.resolve("OUTCAR")).doesNotExist();
    assertThat(first.resolve("frame.json")).isNotEmptyFile();
    assertThat(directory.toFile().list())
        .anyMatch(name -> name.endsWith("task.000.000000") && name.startsWith("old."));
  }

  /** The lines of an OUTCAR that count; the force on the frame's atom a is (a, a.1, a.2). */
  private static String outcar(Frame frame, int[] order, int electronicSteps) {
    StringBuilder text = new StringBuilder(" vasp.6.3.0 made by a test\n");
    List<String> types = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (int atom : order) {
      String symbol = Elements.symbol(frame.z()[atom]);
      if (!types.contains(symbol)) {
        types.add(symbol);
        counts.add(0);
        text.append("   TITEL  = PAW_PBE %s 02Apr2005\n".formatted(symbol));
      }
      counts.set(counts.size() - 1, counts.get(counts.size() - 1) + 1);
    }
    text.append("   ions per type =  ");
    counts.forEach(count -> text.append(' ').append(count));
    text.append("\n   NELM   =     60;   NELMIN=  2\n");
    text.append("----- Iteration    1(%4d)  -----\n".formatted(electronicSteps));
    text.append("  in kB     1.0  2.0  3.0  4.0  5.0  6.0\n VOLUME and BASIS-vectors are now :\n");
    text.append("      direct lattice vectors                 reciprocal lattice vectors\n");
    for (int i = 0; i < 9; i += 3) {
      text.append(numbers(frame.cell()[i], frame.cell()[i + 1], frame.cell()[i + 2])).append('\n');
    }
    text.append(" POSITION                   TOTAL-FORCE (eV/Angst)\n -----\n");
    for (int atom : order) {
      double[] x = frame.coord();
      double wrapped = x[3 * atom] + frame.cell()[0]; // VASP may print another image
      text.append(numbers(wrapped, x[3 * atom + 1] + frame.cell()[1], x[3 * atom + 2]))
          .append(numbers(atom, atom + 0.1, atom + 0.2))
          .append('\n');
    }
    return text.append(" -----\n  free  energy   TOTEN  =        -7.50000000 eV\n")
        .append(" General timing and accounting informations for this job:\n")
        .toString();
  }

  private static String numbers(double a, double b, double c) {
    return String.format(Locale.ROOT, " %12.6f %12.6f %12.6f", a, b, c);
  }

  private Dataset<Row> rows(int partitions) {
    return LocalSpark.session()
        .createDataFrame(frames.stream().map(FrameRows::toRow).toList(), FrameRows.SCHEMA)
        .repartition(partitions);
  }

  private VaspLabeller labeller(String incar) throws IOException {
    List<Path> potcars = new ArrayList<>();
    for (String element : List.of("Ag", "Au")) {
      potcars.add(
          Files.writeString(
              folder.resolve("POTCAR." + element), " TITEL  = PAW_PBE " + element + " x\n"));
    }
    Path file = Files.writeString(folder.resolve("INCAR"), incar);
    return VaspLabeller.load(
        List.of("Ag", "Au"),
        new VaspConfig(potcars, new TreeMap<>(Map.of("default", file)), Optional.empty(), false));
  }

  private static Map<String, String> tree(Path directory) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        tree.put(directory.relativize(file).toString(), Files.readString(file));
      }
    }
    return tree;
  }
}
