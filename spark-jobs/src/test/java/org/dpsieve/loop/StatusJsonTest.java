package org.dpsieve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.dpsieve.error.InputException;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code status --json}: other programs rely on its fields. */
class StatusJsonTest {
  private static final List<String> FIELDS =
      List.of(
          "format",
          "workdir",
          "verdict",
          "next",
          "pool",
          "labelled",
          "trust",
          "identity",
          "changes",
          "iterations",
          "tasks",
          "result",
          "warnings");
  private static final List<String> OF_AN_ITERATION =
      List.of(
          "number",
          "training",
          "deviation",
          "picks",
          "labels",
          "labelled_so_far",
          "trust_f",
          "seconds");

  @TempDir private Path folder;
  private final FakeRun run = new FakeRun();

  private JsonNode status() throws IOException {
    String text = new RunStatus(new Workdir(folder)).json();
    assertThat(text).doesNotContain("NaN");
    return new ObjectMapper().readTree(text);
  }

  private static List<String> fields(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void ofARunUnderWay() throws IOException {
    run.in(folder).iterate();
    run.stages.unlabelled = new HashSet<>(IntStream.range(0, 50).boxed().toList());
    assertThatThrownBy(() -> run.in(folder).iterate()).isInstanceOf(StalledException.class);
    Files.writeString(
        folder.resolve("iter.000001/tasks.fp.jsonl"),
        "{\"task\":\"task.000.000001\",\"state\":\"running\",\"where\":\"node 3\",\"since\":"
            + "\"2026-01-01T00:00:00Z\",\"attempt\":2,\"reason\":\"\"}\n");
    JsonNode status = status();
    assertThat(fields(status)).isEqualTo(FIELDS);
    assertThat(status.path("workdir").asText()).isEqualTo(folder.toAbsolutePath().toString());
    assertThat(status.path("verdict").isNull()).isTrue();
    assertThat(status.path("result").isNull()).isTrue();
    assertThat(status.path("next").asText()).isEqualTo("label the picked frames of iteration 1");
    assertThat(status.path("labelled").asInt()).isEqualTo(8);
    assertThat(status.path("iterations")).hasSize(2);
    assertThat(fields(status.path("iterations").path(1))).isEqualTo(OF_AN_ITERATION);
    assertThat(status.path("iterations").path(0).path("labels").path("labelled").asInt())
        .isEqualTo(8);
    assertThat(status.path("iterations").path(0).path("deviation").isNull()).isTrue();
    assertThat(status.path("tasks")).singleElement().satisfies(StatusJsonTest::isTheTask);
  }

  private static void isTheTask(JsonNode task) {
    assertThat(task.toString())
        .isEqualTo(
            "{\"iteration\":1,\"step\":\"fp\",\"task\":\"task.000.000001\",\"state\":\"running\","
                + "\"where\":\"node 3\",\"since\":\"2026-01-01T00:00:00Z\",\"attempt\":2,"
                + "\"reason\":\"\"}");
  }

  @Test
  void ofARunThatHasEnded() throws IOException {
    Simplify.Outcome outcome = run.in(folder).run();
    JsonNode status = status();
    assertThat(fields(status)).isEqualTo(FIELDS);
    assertThat(status.path("verdict").asText()).isEqualTo("converged");
    assertThat(status.path("next").isNull()).isTrue();
    assertThat(status.path("result").path("labelled").asLong())
        .isEqualTo(outcome.summary().labelled());
  }

  @Test
  void withoutARunItIsSaid() {
    assertThatThrownBy(() -> new RunStatus(new Workdir(folder)).json())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no run of dpsieve here");
  }

  @Test
  void theDocumentationNamesEveryField() throws IOException {
    String page = Files.readString(Shared.repository().resolve("docs/reference/files.md"));
    for (String field : FIELDS) {
      assertThat(page).contains("`" + field + "`");
    }
    for (String field : OF_AN_ITERATION) {
      assertThat(page).contains("`" + field + "`");
    }
  }
}
