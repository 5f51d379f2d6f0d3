package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.frames.FramesDataset;
import org.dpsieve.testing.GoldenArchitecture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What rescreen makes of frames without sense and of input that does not fit. */
@Tag("slow")
class RescreenInputTest extends RescreenedTree {
  @Test
  void wildFramesAreCountedAndNamed() throws IOException {
    Path library = folder.resolve("wild.xyz");
    String frame = "2\nLattice=\"%s\" Properties=species:S:1:pos:R:3\nAg 0 0 0\nAu %s\n";
    String cube = "4 0 0 0 4 0 0 0 4";
    Files.writeString(
        library,
        frame.formatted(cube, "2.1 1.7 0.3")
            + frame.formatted(cube, "0 0 0")
            + frame.formatted("4 0 0 0 4 0 4 4 0", "2 2 0")
            + frame.formatted("0.01 0 0 0 0.01 0 0 0 0.01", "0 0 0.005")
            + frame.formatted(cube, "1e12 0 0")
            + frame.formatted(cube, "1.6 0.4 2.2"));
    Path result = folder.resolve("wild");
    rescreen(library, result, "--f-lo", "1e-6", "--f-hi", "9", "--pick", 9);
    assertThat(terminal.err())
        .contains("warning: Frame wild.xyz#1: ", "warning: Frame wild.xyz#2: ")
        .contains("warning: Frame wild.xyz#3: ", "warning: Frame wild.xyz#4: coord number 3")
        .contains("warning: 4 frames could not be evaluated: their numbers are NaN");
    assertThat(terminal.out()).contains("2 candidates picked");
    assertThat(Files.readString(folder.resolve("wild.summary.tsv")).lines().toList().get(1))
        .startsWith("(all)\t-\t6\t0\t2\t4\t")
        .endsWith("\t4");
  }

  @Test
  void framesWithoutSenseFailAndCostTheOthersNothing() throws IOException {
    double[] coord = {0, 0, 0, 2, 2, 2, 0, 0, 0, Double.NaN, 2, 2};
    double[] box = {5, 0, 0, 0, 5, 0, 0, 0, 5, 5, 0, 0, 0, 5, 0, 0, 0, 5};
    Path system = folder.resolve("bad/a");
    Files.createDirectories(system.resolve("set.000"));
    Files.writeString(system.resolve("type.raw"), "0\n1\n");
    Files.writeString(system.resolve("type_map.raw"), "Ag\nAu\n");
    NpyWriter.write(new LocalStorage(), system + "/set.000/coord.npy", coord, 2, 6);
    NpyWriter.write(new LocalStorage(), system + "/set.000/box.npy", box, 2, 9);
    rescreen(folder.resolve("bad"), folder.resolve("r"), "--f-lo", "0.1", "--f-hi", "0.2");
    Dataset<Row> rows = spark.read().parquet(folder.resolve("r").toString());
    assertThat(rows.where("isnan(max_devi_f) AND index = 1").count()).isEqualTo(1);
    assertThat(rows.where("NOT isnan(max_devi_f)").count()).isEqualTo(1);
  }

  @Test
  void modelsWithoutNamesTakeThoseOfTheOption() throws IOException {
    String named =
        new String(new GoldenArchitecture("se_e2_a").file("yaml"), StandardCharsets.UTF_8);
    Path model = Files.writeString(folder.resolve("named.yaml"), named);
    Path unnamed =
        Files.writeString(
            folder.resolve("unnamed.yaml"),
            named.replaceAll("(?m)^( *)type_map:\n(?:\\1- .*\n)+", "$1type_map: []\n"));
    List<String> names = ModelFiles.read(model).typeMap();
    Path system = folder.resolve("lib/a");
    Files.createDirectories(system.resolve("set.000"));
    Files.writeString(system.resolve("type.raw"), "0\n1\n");
    Files.writeString(system.resolve("type_map.raw"), names.get(1) + "\n" + names.get(0) + "\n");
    NpyWriter.write(
        new LocalStorage(), system + "/set.000/coord.npy", new double[] {0, 0, 0, 1, 1, 1}, 1, 6);
    NpyWriter.write(
        new LocalStorage(),
        system + "/set.000/box.npy",
        new double[] {5, 0, 0, 0, 5, 0, 0, 0, 5},
        1,
        9);
    Path library = folder.resolve("lib");
    refused(
        "--type-map",
        "rescreen",
        "-m",
        unnamed,
        model,
        "--frames",
        library,
        "-o",
        folder.resolve("r"));
    terminal.succeed(
        "rescreen",
        "-m",
        unnamed,
        model,
        "--type-map",
        String.join(",", names),
        "--frames",
        library,
        "-o",
        folder.resolve("r"));
    assertThat(
            spark
                .read()
                .parquet(folder.resolve("r").toString())
                .first()
                .<Double>getAs("max_devi_f"))
        .isZero();
  }

  @Test
  void aSystemOfAnUnknownTypeCostsTheOthersNothing() throws IOException {
    Path result = folder.resolve("result");
    Object[] levels = {"--f-lo", "0.01", "--f-hi", "9", "--pick", "400"};
    rescreen(tree, result, "--where", "formula != 'Ag8'");
    String[] columns = {"system", "index", "max_devi_f", "devi_e"};
    Dataset<Row> others = spark.read().parquet(result.toString());
    List<String> expected = texts(others.selectExpr(columns));
    assertThat(expected).hasSize(320);

    Files.writeString(tree.resolve("Ag8/type_map.raw"), "O\nAu\n");
    rescreen(tree, result, levels); // what is new is all unknown
    assertThat(terminal.err())
        .contains("120 of 440 frames hold types that the models (Ag Au) do not know: O (120")
        .contains("--where \"NOT formula RLIKE '(^|[0-9])O[0-9]'\"")
        .contains("warning: Frame Ag8#0: type O is not in the models' type map [Ag, Au]")
        .contains("120 frames could not be evaluated: their numbers are NaN, the first are named");
    Dataset<Row> rows = spark.read().parquet(result.toString());
    assertThat(texts(rows.where("NOT isnan(max_devi_f)").selectExpr(columns))).isEqualTo(expected);
    assertThat(rows.where("formula = 'O8' AND isnan(devi_e) AND isnan(max_devi_v)").count())
        .isEqualTo(120);
    assertThat(FramesDataset.read(spark, result + ".picks").where("formula = 'O8'").count())
        .isZero();
    assertThat(Files.readString(folder.resolve("result.summary.tsv"))).contains("\nO8\t8\t120\t");
    rescreen(tree, folder.resolve("fresh"), levels);
    assertThat(terminal.err()).contains("evaluated: 320 frames");
    assertThat(contents(folder.resolve("fresh"))).isEqualTo(contents(result));
  }

  @Test
  void badInputIsToldBeforeAnyWork() throws IOException {
    Path result = folder.resolve("result");
    rescreen(tree, result, "--where", "formula = 'Ag8'");
    refused("by other models", "rescreen", "-m", MODELS.get(0), "--frames", tree, "-o", result);
    refused("no result of rescreen", arguments(tree, tree.resolve("Ag8")).toArray());
    refused("none: not found", arguments(folder.resolve("none"), folder.resolve("x")).toArray());
    refused("--f-lo and --f-hi belong together", arguments(tree, result, "--f-lo", "1").toArray());
    refused("--pick needs --f-lo and --f-hi", arguments(tree, result, "--pick", "1").toArray());
    refused("expected a fraction above 0", arguments(tree, result, "--sample", "1.5").toArray());
    refused(
        "no frames for which natoms > 1000",
        arguments(tree, folder.resolve("o"), "--where", "natoms > 1000").toArray());
    refused("columns: frame_id", arguments(tree, result, "--where", "nonsense = 1").toArray());
    refused("unknown value 'worst'", arguments(tree, result, "--strategy", "worst").toArray());
    Files.writeString(tree.resolve("Ag8/type_map.raw"), "O\nAu\n");
    Files.writeString(tree.resolve("Ag4Au4/type_map.raw"), "O\nAu\n");
    refused(
        "240 of 440 frames hold types that the models (Ag Au) do not know: O (240 frames); expected",
        arguments(tree, folder.resolve("o")).toArray());
    assertThat(terminal.err()).contains("--where \"NOT formula RLIKE '(^|[0-9])O[0-9]'\"");
    Files.delete(tree.resolve("Ag17/set.000/coord.npy"));
    Files.delete(tree.resolve("Au8/set.000/coord.npy"));
    refused("2 systems cannot be read", arguments(tree, folder.resolve("o")).toArray());
    assertThat(folder.resolve("o")).doesNotExist();
  }
}
