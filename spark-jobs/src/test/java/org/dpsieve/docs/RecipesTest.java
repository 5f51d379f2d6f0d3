package org.dpsieve.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The input files of docs/recipes.md pass the dry run as they are. */
@Tag("slow")
class RecipesTest {
  private static final Path CONF = Shared.repository().resolve("conf");

  /** A user brings POTCAR files and the dispatcher. */
  private static final String NO_DISPATCHER = "cannot import dpdispatcher";

  @TempDir private Path folder;
  private final Terminal terminal = new Terminal();
  private Path recipes;

  /** Recipes and what they name, where their own relative paths lead. */
  @BeforeEach
  void aCopy() throws IOException {
    recipes = folder.resolve("conf/recipes");
    copy(CONF.resolve("recipes"), recipes);
    copy(CONF.resolve("espresso"), folder.resolve("conf/espresso"));
    copy(CONF.resolve("ag-au/models"), folder.resolve("conf/ag-au/models"));
    for (String system : List.of("Ag8", "Au8", "Ag4Au4")) { // few, to be quick
      copy(CONF.resolve("ag-au/pbe/" + system), folder.resolve("conf/ag-au/pbe/" + system));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      files.forEach(
          file -> {
            try {
              Path target = to.resolve(from.relativize(file).toString());
              Files.createDirectories(target.getParent());
              Files.copy(file, target);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  private void potcars(String recipe, String... elements) throws IOException {
    Path potcars = Files.createDirectories(recipes.resolve(recipe).resolve("potcar"));
    for (String element : elements) {
      Files.writeString(
          potcars.resolve("POTCAR_" + element), "   TITEL  = PAW_PBE %s\n".formatted(element));
    }
  }

  private int dryRun(String recipe, Object... more) {
    List<Object> words = new ArrayList<>(List.of("simplify"));
    words.add(recipes.resolve(recipe + "/simplify.json"));
    words.add(recipes.resolve(recipe + "/machine.json"));
    words.addAll(List.of("--dry-run", "--workdir", folder.resolve("run")));
    words.addAll(List.of(more));
    return terminal.run(words.toArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "d3",
        "functional",
        "cutoff",
        "pretrained",
        "labelled",
        "old-labels",
        "property",
        "teacher"
      })
  void aRecipePassesTheDryRun(String recipe) throws IOException {
    potcars("functional", "Ag", "Au");
    int code = dryRun(recipe);
    assertThat(terminal.out()).contains("plan of", "pool          3 systems");
    if (recipe.equals("functional") && terminal.err().contains(NO_DISPATCHER)) {
      assertThat(terminal.err().lines().filter(line -> line.startsWith("error:"))).hasSize(1);
      return; // the rest of the files was found to be right before
    }
    assertThat(code).as(terminal.said()).isZero();
  }

  /** Without POTCAR files, dispatcher and VASP: what the files say of them is for later. */
  @Test
  void aRecipeWithVaspIsRehearsedByATeacher() throws IOException {
    Path teacher =
        Files.writeString(
            folder.resolve("teacher.json"),
            "{\"fp_style\": \"dp\", \"fp_params\": {\"models\": \"conf/ag-au/models/*\"}}");
    assertThat(dryRun("functional", "--rehearse", "--teacher", teacher))
        .as(terminal::said)
        .isZero();
    assertThat(terminal.out()).contains("by 4 Deep Potentials", "in the place of fp_style vasp");
  }

  /** What prepare.sh does, on models and frames of two elements in the place of HfO2's. */
  @Test
  void anotherMaterialIsPreparedAndPassesTheDryRun() throws IOException {
    Path material = recipes.resolve("material");
    terminal.succeed(
        "import",
        "-s",
        folder.resolve("conf/ag-au/pbe"),
        "-o",
        folder.resolve("hf.parquet"),
        "--map",
        "Ag=Hf,Au=O",
        "-m",
        folder.resolve("conf/ag-au/models/0/graph.pb"),
        folder.resolve("conf/ag-au/models/1/graph.pb"),
        folder.resolve("conf/ag-au/models/2/graph.pb"),
        folder.resolve("conf/ag-au/models/3/graph.pb"),
        "--models-to",
        material.resolve("hf/models"));
    terminal.succeed("export", folder.resolve("hf.parquet"), "-o", material.resolve("hf/pool"));
    assertThat(prepare(material)).isEqualTo(2);
    potcars("material", "Zr", "O");
    terminal.clear();
    assertThat(dryRun("material")).as(terminal::said).isZero();
    assertThat(terminal.out()).contains("type map      Zr O", "3 systems");
  }

  @Test
  void aTableIsMadeAndPassesTheDryRun() throws IOException {
    assertThat(prepare(recipes.resolve("table"))).isEqualTo(1);
    terminal.clear();
    assertThat(dryRun("table")).as(terminal::said).isZero();
    assertThat(terminal.out()).contains("library.parquet", "type map      Ag Au");
  }

  /** Does what prepare.sh of a recipe says; the number of commands. */
  private int prepare(Path recipe) throws IOException {
    int commands = 0;
    for (String line : Files.readAllLines(recipe.resolve("prepare.sh"))) {
      if (line.startsWith("$dpsieve ")) {
        commands++;
        terminal.succeed(arguments(line.substring("$dpsieve ".length()), recipe));
      }
    }
    return commands;
  }

  /** Words of a line of the script, its paths from the script's folder, its pattern expanded. */
  private static Object[] arguments(String line, Path home) {
    return Stream.of(line.split(" "))
        .flatMap(
            word ->
                word.contains("00[0-3]")
                    ? Stream.of("000", "001", "002", "003")
                        .map(number -> home.resolve(word.replace("00[0-3]", number)).toString())
                    : Stream.of(
                        word.matches("(hf|zr|[.][.])/.*|library.*")
                            ? home.resolve(word).toString()
                            : word))
        .toArray();
  }
}
