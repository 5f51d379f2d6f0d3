package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Row;
import org.dpsieve.frame.ElementMap;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.testing.DeepmdKit;
import org.dpsieve.testing.LocalSpark;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.SmallRun;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From Ag-Au to Ag-Cu with {@code import --map Au=Cu}, up to the new material's task folders. */
@Tag("slow")
class OtherMaterialTest {
  private static final Path EXAMPLE = Shared.repository().resolve("conf/ag-au");

  @TempDir private Path folder;
  private final Terminal terminal = new Terminal();

  private int run(Object... arguments) {
    LocalSpark.session();
    return terminal.run(arguments);
  }

  @Test
  void poolAndModelsBecomeThoseOfTheOtherMaterial() throws Exception {
    List<Object> command =
        new ArrayList<>(List.of("import", "-s", EXAMPLE.resolve("pbe/Ag4Au4"), "--map", "Au=Cu"));
    command.addAll(List.of("-o", folder.resolve("frames.parquet"), "-m"));
    for (int m = 0; m < 4; m++) {
      command.add(EXAMPLE.resolve("models/%d/graph.pb".formatted(m)));
    }
    command.addAll(List.of("--models-to", folder.resolve("models")));
    assertThat(run(command.toArray())).as(terminal.said()).isZero();
    Row frame =
        FramesDataset.read(LocalSpark.session(), folder.resolve("frames.parquet").toString())
            .head();
    assertThat(frame.<String>getAs("formula")).isEqualTo("Ag4Cu4");
    assertThat(frame.<Object>getAs("energy")).isNull();
    assertThat(frame.<Object>getAs("force")).isNull();
    assertThat(ModelFiles.read(folder.resolve("models/003/graph.pb")).typeMap())
        .containsExactly("Ag", "Cu");

    assertThat(run("export", folder.resolve("frames.parquet"), "-o", folder.resolve("pool")))
        .as(terminal.said())
        .isZero();
    theModelsSayOfTheNewFramesWhatTheySaidOfTheOld();
    theLoopWritesTasksOfTheNewMaterial();
  }

  private void theModelsSayOfTheNewFramesWhatTheySaidOfTheOld() throws IOException {
    double[] before = deviations("old", EXAMPLE.resolve("pbe/Ag4Au4"), EXAMPLE.resolve("models"));
    double[] after = deviations("new", folder.resolve("pool"), folder.resolve("models"));
    assertThat(after)
        .hasSize(before.length)
        .hasSizeGreaterThan(50)
        .containsExactly(before, within(2e-6));
  }

  private double[] deviations(String name, Path system, Path models) throws IOException {
    List<Object> command =
        new ArrayList<>(List.of("model-devi", "-s", system, "-o", folder.resolve(name), "-m"));
    for (int m = 0; m < 4; m++) {
      Path copied = models.resolve("%03d/graph.pb".formatted(m));
      command.add(Files.exists(copied) ? copied : models.resolve("%d/graph.pb".formatted(m)));
    }
    assertThat(run(command.toArray())).as(terminal.said()).isZero();
    return Files.readAllLines(folder.resolve(name)).stream()
        .filter(line -> !line.startsWith("#"))
        .mapToDouble(line -> Double.parseDouble(line.strip().split("\\s+")[4]))
        .sorted()
        .toArray();
  }

  /** As a user does it: the old parameter file with the elements, pool and models changed. */
  private void theLoopWritesTasksOfTheNewMaterial() throws IOException {
    Path inputs = Files.createDirectory(folder.resolve("vasp_input"));
    Files.writeString(inputs.resolve("INCAR"), "ENCUT = 400\nKSPACING = 0.3\nKGAMMA = .TRUE.\n");
    Files.writeString(inputs.resolve("POTCAR_Ag"), "   TITEL  = PAW_PBE Ag 02Apr2005\n");
    Files.writeString(inputs.resolve("POTCAR_Cu"), "   TITEL  = PAW_PBE Cu 22Jun2005\n");
    Path simplify = SmallRun.simplify(folder.resolve("simplify.json"), 3, "\"max_iter\": 1", "Ag8");
    Files.writeString(
        simplify,
        Files.readString(simplify)
            .replace("\"Au\"", "\"Cu\"")
            .replaceAll("\"pick_data\":\\s*\\[[^\\]]*\\]", "\"pick_data\": \"pool\"")
            .replaceAll("(\"training_iter0_model_path\":\\s*)\"[^\"]*\"", "$1\"models/00[01]\"")
            .replaceAll(
                "\"fp_style\":\\s*\"d3\"",
                "\"fp_style\": \"vasp\", \"fp_pp_path\": \"vasp_input\","
                    + " \"fp_pp_files\": [\"POTCAR_Ag\", \"POTCAR_Cu\"],"
                    + " \"fp_incar\": \"vasp_input/INCAR\"")
            .replaceAll("\"fp_params\":\\s*\\{[^}]*\\},?", ""));
    Path machine = folder.resolve("machine.json");
    Files.writeString(machine, "{\"train\": {\"engine\": \"output-layer\"}}");
    int code = run("simplify", simplify, machine, "--workdir", folder.resolve("run"));
    assertThat(code).as(terminal.said()).isEqualTo(4);
    assertThat(Files.readAllLines(folder.resolve("run/iter.000000/02.fp/task.000.000000/POSCAR")))
        .anyMatch(line -> line.matches("\\s*Ag\\s+Cu\\s*"));
    assertThat(folder.resolve("run/report.html")).exists();
  }

  @Test
  void whatCannotBeMappedIsSaidBeforeTheImport() {
    Path out = folder.resolve("frames.parquet");
    Path model = EXAMPLE.resolve("models/0/graph.pb");
    assertThat(run("import", "-s", EXAMPLE.resolve("pbe/Ag8"), "-o", out, "--map", "Au=Xx"))
        .isEqualTo(2);
    assertThat(
            run(
                "import",
                "-s",
                EXAMPLE.resolve("pbe/Ag8"),
                "-o",
                out,
                "--map",
                "Au=Ag",
                "-m",
                model,
                "--models-to",
                folder.resolve("m")))
        .isEqualTo(2);
    assertThat(
            run(
                "import",
                "-s",
                EXAMPLE.resolve("pbe/Ag8"),
                "-o",
                out,
                "--map",
                "Hf=Zr",
                "-m",
                model,
                "--models-to",
                folder.resolve("m")))
        .isEqualTo(2);
    assertThat(terminal.said())
        .contains(
            "'Xx' is not a chemical element",
            "would become [Ag, Ag], one element twice",
            "has none of the elements to replace (Hf=Zr)");
    assertThat(out).doesNotExist();
  }

  @Test
  @Tag("peer")
  void deepmdKitReadsTheCopiedModel() throws Exception {
    Path python = DeepmdKit.python();
    Path copy = folder.resolve("graph.pb");
    ModelFiles.writeMapped(
        EXAMPLE.resolve("models/0/graph.pb"),
        List.of(),
        ElementMap.of(java.util.Map.of("Au", "Cu")),
        copy);
    Path said = folder.resolve("said.txt");
    Process process =
        new ProcessBuilder(
                python.toString(),
                "-c",
                "import sys; from deepmd.infer import DeepPot; print('types', *DeepPot(sys.argv[1]).get_type_map())",
                copy.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(said)).contains("types Ag Cu");
  }
}
