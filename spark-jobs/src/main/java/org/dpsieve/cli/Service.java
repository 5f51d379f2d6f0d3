package org.dpsieve.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.figure.Figure;
import org.dpsieve.figure.FigureFiles;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.RunStatus;
import org.dpsieve.loop.Workdir;
import org.dpsieve.model.Precision;
import org.dpsieve.spark.report.RunReporter;

/**
 * Answers one question after another, for a program that keeps this JVM: the Python package. A
 * question is a JSON object:
 *
 * <ul>
 *   <li>{@code {"models": [FILE, ..], "frames": [..], "type_map": [..], "precision": "float64"}},
 *       frames as {@link FramesJson} reads them; the answer is what {@link EvaluationJson} writes,
 *       with {@code sigma} where it is known and {@code problem} where numbers are NaN
 *   <li>{@code {"status": WORKDIR}}: what {@code status --json} prints; with {@code "verify": true}
 *       every file of the run is compared with its checksum first
 *   <li>{@code {"figures": WORKDIR, "into": DIR}}: writes the charts of a run, as {@code report
 *       --figures} does; the answer is a list of {@code group, name, title}
 * </ul>
 *
 * <p>An answer is a line {@code KIND BYTES} and then so many bytes: {@code ok} and JSON, {@code
 * error} and what the user can mend, {@code defect} and a stack trace. The end of the questions is
 * the end of the service.
 */
final class Service {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN so
          .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
          .build();

  private final OutputStream out;
  private final KeptModels kept = new KeptModels();

  Service(OutputStream out) {
    this.out = out;
  }

  /** Until the questions end. */
  void answer(InputStream questions) throws IOException {
    try (JsonParser parser = JSON.createParser(questions)) {
      while (parser.nextToken() != null) {
        JsonNode question = parser.readValueAsTree();
        answer(question);
      }
    }
  }

  private void answer(JsonNode question) throws IOException {
    byte[] answer;
    try {
      answer = to(question);
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      Optional<String> forUser = Failures.forUser(e);
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace, true));
      write(
          forUser.isPresent() ? "error" : "defect",
          forUser.orElseGet(trace::toString).getBytes(StandardCharsets.UTF_8));
      return;
    }
    write("ok", answer);
  }

  private void write(String kind, byte[] text) throws IOException {
    out.write("%s %d\n".formatted(kind, text.length).getBytes(StandardCharsets.US_ASCII));
    out.write(text);
    out.flush();
  }

  private byte[] to(JsonNode question) throws IOException {
    if (question.hasNonNull("status")) {
      Workdir workdir = new Workdir(Path.of(question.get("status").asText()));
      if (question.path("verify").asBoolean()) {
        RunHistory.verify(workdir);
      }
      return new RunStatus(workdir).json().getBytes(StandardCharsets.UTF_8);
    }
    if (question.hasNonNull("figures")) {
      return figures(
          new Workdir(Path.of(question.get("figures").asText())),
          Path.of(question.path("into").asText()));
    }
    if (question.has("models")) {
      return evaluation(question);
    }
    throw new InputException("found %.200s, expected a question".formatted(question));
  }

  /** On Spark, which is ended again: nobody may ask a second time. */
  private static byte[] figures(Workdir workdir, Path into) throws IOException {
    List<SparkSession> opened = new ArrayList<>();
    List<Figure> figures;
    try {
      figures =
          new RunReporter(
                  workdir,
                  () -> {
                    opened.add(new SparkOptions().open("figures"));
                    return opened.get(0);
                  })
              .figures();
    } finally {
      opened.forEach(SparkSession::stop);
    }
    FigureFiles.write(figures, into);
    return JSON.writeValueAsBytes(
        figures.stream()
            .map(f -> Map.of("group", f.group(), "name", f.name(), "title", f.title()))
            .toList());
  }

  private byte[] evaluation(JsonNode question) throws IOException {
    List<String> files = texts(question.path("models"));
    KeptModels.Models models =
        kept.of(
            files.stream().map(Path::of).toList(),
            texts(question.path("type_map")),
            Precision.valueOf(
                question.path("precision").asText("float64").toUpperCase(Locale.ROOT)));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (EvaluationJson json = new EvaluationJson(text, files);
        FrameSource frames = new FrameSource.Given(FramesJson.of(question, "frames"))) {
      EvalRun.run(
          frames,
          models.uncertain() == null
              ? EvalRun.by(models.ensemble())
              : EvalRun.by(models.ensemble(), models.uncertain()),
          result ->
              json.frame(
                  result.frame().system(),
                  result.frame(),
                  result.models(),
                  result.deviation(),
                  result.sigma(),
                  result.problem()));
    }
    return text.toByteArray();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
