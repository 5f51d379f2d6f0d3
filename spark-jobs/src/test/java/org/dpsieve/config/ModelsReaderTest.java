package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The models that simplify.json names. */
class ModelsReaderTest {
  @TempDir private Path folder;
  private Fixture run;

  @BeforeEach
  void aCorrectRun() throws IOException {
    run = Fixture.in(folder);
  }

  @Test
  void modelsThatDoNotFitAreNamedWithTheirFile() throws IOException {
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("graph.pb"), "no graph");
    Path checkpoint = Files.createDirectories(folder.resolve("checkpoint"));
    Files.writeString(checkpoint.resolve("model.ckpt.index"), "");
    run.set("training_iter0_model_path", "[\"other\", \"checkpoint\"]");
    assertThat(run.complaint())
        .contains(
            other.resolve("graph.pb").toString(),
            "checkpoint holds model.ckpt.index, expected frozen_model.pb or graph.pb; run `dp"
                + " freeze -o graph.pb` there");
    run.set("training_iter0_model_path", "[\"%s/[01]\"]".formatted(Fixture.MODELS));
    run.set("type_map", "[\"Au\", \"Ag\"]").set("default_training_param/model/type_map", null);
    assertThat(run.complaint())
        .contains("type map [Ag, Au], expected type_map of the file, [Au, Ag]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "pth | \"pytorch\" | \"pth\" | ",
        "pth | \"pytorch\" | - | ",
        "pth | - | \"pth\" | ",
        "pth | - | - | ",
        "dp | \"pytorch\" | - | ",
        "dp | - | \"dp\" | ",
        "pth | \"tensorflow\" | - | model.pth is not a model of tensorflow, whose models end in"
            + " .pb",
        "pth | - | \"pb\" | model.pth is not a model of tensorflow",
        "pth | \"pytorch\" | \"pt\" | found 'pt', but the model",
        "pth | \"tensorflow\" | \"pth\" | model.pth is not a model of tensorflow"
      })
  void theFormatMayBeNamedWhereTheModelsHaveIt(
      String suffix, String backend, String format, String expected) throws IOException {
    run.set(
            "training_iter0_model_path",
            "[\"%s/small/[01]/model.%s\"]".formatted(Shared.path("models"), suffix))
        .set("train_backend", backend)
        .set("model_format", format)
        .setMachine("train/engine", "\"output-layer\"");
    if (expected == null) {
      assertThat(run.complaint()).isEmpty();
      assertThat(run.read().simplify().train().modelName(0)).isEqualTo("graph.000." + suffix);
    } else {
      assertThat(run.complaint()).contains(expected);
    }
  }

  @Test
  void theModelOfTheWantedBackendIsTakenFromAFolder() throws IOException {
    for (int m = 0; m < 2; m++) {
      Path job = Files.createDirectories(folder.resolve("job/" + m));
      Files.copy(Fixture.MODELS.resolve(m + "/graph.pb"), job.resolve("frozen_model.pb"));
      Files.copy(
          Shared.path("models/small/%d/model.pth".formatted(m)), job.resolve("frozen_model.pth"));
    }
    run.set("training_iter0_model_path", "[\"job/[01]\"]");
    assertThat(run.read().simplify().train().models())
        .allMatch(model -> model.endsWith("frozen_model.pb"));
    run.set("train_backend", "\"pytorch\"");
    assertThat(run.read().simplify().train().models())
        .allMatch(model -> model.endsWith("frozen_model.pth"));
    for (int m = 0; m < 2; m++) { // as dp --pt train leaves it
      Path job = Files.createDirectories(folder.resolve("trained/" + m));
      Files.writeString(job.resolve("checkpoint"), "model.ckpt.pt");
      Files.copy(
          Shared.path("models/small/%d/model.pth".formatted(m)), job.resolve("model.ckpt.pt"));
    }
    run.set("training_iter0_model_path", "[\"trained/[01]\"]");
    assertThat(run.read().simplify().train().models())
        .allMatch(model -> model.endsWith("model.ckpt.pt"));
  }

  @Test
  void oneModelHasMembersWhereItsOutputLayerIsSolved() throws IOException {
    run.set("numb_members", "4");
    assertThat(run.read().simplify().train().members()).isZero();
    assertThat(String.join("\n", run.read().warnings()))
        .contains("numb_members: has no effect: the 2 models are the ensemble");
    run.set("numb_models", "1")
        .set("training_iter0_model_path", "\"%s\"".formatted(Fixture.MODELS.resolve("2/graph.pb")));
    assertThat(run.read().simplify().train().members()).isEqualTo(4);
    run.set("numb_members", "1");
    assertThatThrownBy(run::read).hasMessageContaining("numb_members", "at least 2");
  }

  @Test
  void aModelMayBeNamedByItsFile() throws IOException {
    run.set("numb_models", "1")
        .set("training_iter0_model_path", "\"%s\"".formatted(Fixture.MODELS.resolve("2/graph.pb")));
    assertThat(run.read().simplify().train().models())
        .containsExactly(Fixture.MODELS.resolve("2/graph.pb"));
  }
}
