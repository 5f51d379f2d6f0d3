package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Python package asks. */
class ServiceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODELS =
      "[\"%1$s/0/graph.pb\",\"%1$s/1/graph.pb\"]"
          .formatted(Shared.repository().resolve("conf/ag-au/models"));
  private static final String FRAME =
      "{\"elements\": [\"Ag\", \"Au\"], \"coord\": [0, 0, 0, 0.1, 0, %s], \"box\": null}";

  @TempDir private Path folder;

  private record Answer(String kind, String text) {}

  private static List<Answer> ask(String... questions) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Service(out)
        .answer(
            new ByteArrayInputStream(
                String.join("\n", questions).getBytes(StandardCharsets.UTF_8)));
    List<Answer> answers = new ArrayList<>();
    byte[] all = out.toByteArray();
    for (int at = 0; at < all.length; ) {
      int end = at;
      while (all[end] != '\n') {
        end++;
      }
      String[] words = new String(all, at, end - at, StandardCharsets.US_ASCII).split(" ");
      int bytes = Integer.parseInt(words[1]);
      answers.add(new Answer(words[0], new String(all, end + 1, bytes, StandardCharsets.UTF_8)));
      at = end + 1 + bytes;
    }
    return answers;
  }

  @Test
  void theNumbersAreThoseOfEval() throws IOException {
    String frames = "[" + FRAME.formatted("2.7") + "," + FRAME.formatted("2.9") + "]";
    Path in = Files.writeString(folder.resolve("in.json"), "{\"frames\": " + frames + "}");
    Path out = folder.resolve("out.json");
    Path models = Shared.repository().resolve("conf/ag-au/models");
    new Terminal()
        .succeed(
            "eval", "--json", in, "-o", out, "-m", models + "/0/graph.pb", models + "/1/graph.pb");
    String question = "{\"models\": %s, \"frames\": %s}".formatted(MODELS, frames);
    List<Answer> answers = ask(question, question);
    assertThat(answers).extracting(Answer::kind).containsExactly("ok", "ok");
    for (Answer answer : answers) {
      assertThat(answer.text()).isEqualTo(Files.readString(out));
    }
  }

  @Test
  void aQuestionThatHasNoAnswerHasAMessageAndTheNextIsAnswered() throws IOException {
    List<Answer> answers =
        ask(
            "{\"models\": [\"nowhere.pb\"], \"frames\": [%s]}".formatted(FRAME.formatted("2.7")),
            "{\"models\": [], \"frames\": []}",
            "{\"models\": %s, \"frames\": [{\"elements\": [\"Cu\"], \"coord\": [0,0,0]}]}"
                .formatted(MODELS),
            "{\"status\": \"%s\"}".formatted(folder),
            "[1]",
            "{\"models\": %s, \"frames\": [%s, %s]}"
                .formatted(MODELS, FRAME.formatted("NaN"), FRAME.formatted("2.7")));
    assertThat(answers)
        .extracting(Answer::kind)
        .containsExactly("error", "error", "error", "error", "error", "ok");
    assertThat(answers.get(0).text()).contains("nowhere.pb");
    assertThat(answers.get(2).text()).contains("element Cu of atom 0");
    assertThat(answers.get(3).text()).contains("no run of dpsieve here");
    JsonNode frames = JSON.readTree(answers.get(5).text().replace("NaN", "null")).path("frames");
    assertThat(frames.path(0).path("problem").asText()).contains("coord");
    assertThat(frames.path(1).has("problem")).isFalse();
    assertThat(frames.path(1).path("deviation").path("max_devi_f").asDouble()).isPositive();
  }

  @Test
  void itIsNotAmongTheCommandsForPeople() {
    Terminal terminal = new Terminal();
    terminal.succeed("--help");
    assertThat(terminal.out()).doesNotContain("serve");
  }
}
