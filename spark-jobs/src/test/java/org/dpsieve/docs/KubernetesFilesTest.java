package org.dpsieve.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.dpsieve.cli.Dpsieve;
import org.dpsieve.spark.Versions;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParseResult;

/** The image's recipe and the example of the Spark operator, against each other and the program. */
class KubernetesFilesTest {
  private static final Path FOLDER = Shared.repository().resolve("conf/kubernetes");

  private final String recipe = read(FOLDER.resolve("Dockerfile"));
  private final JsonNode spec = yaml(FOLDER.resolve("simplify.yaml")).get("spec");

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static JsonNode yaml(Path file) {
    try {
      return new ObjectMapper(new YAMLFactory()).readTree(file.toFile());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<Matcher> lines(String text, String pattern) {
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map(
            found -> {
              Matcher matcher = Pattern.compile(pattern).matcher(found.group());
              assertThat(matcher.matches()).isTrue();
              return matcher;
            })
        .toList();
  }

  @Test
  void theOperatorStartsAClassAndACommandThatAreThere() throws ReflectiveOperationException {
    Class<?> main = Class.forName(spec.get("mainClass").textValue());
    assertThat(main).isEqualTo(Dpsieve.class);
    assertThat(main.getMethod("main", String[].class)).isNotNull();
    String[] arguments =
        StreamSupport.stream(spec.get("arguments").spliterator(), false)
            .map(JsonNode::textValue)
            // its host is an example's
            .map(argument -> argument.startsWith("hdfs://") ? "run" : argument)
            .toArray(String[]::new);
    ParseResult parsed = Dpsieve.commandLine().parseArgs(arguments);
    assertThat(parsed.subcommand().commandSpec().name()).isEqualTo("simplify");
    assertThat(parsed.subcommand().matchedOption("--workdir").getValue().toString())
        .isEqualTo("run");
  }

  @Test
  void theImageIsThatOfTheExampleAndHoldsItsJar() {
    List<Matcher> copied = lines(recipe, "^COPY --chmod=644 (\\S+) (/\\S+)");
    assertThat(copied).hasSize(2);
    assertThat(copied.get(0).group(1)).isEqualTo("spark-jobs/target/dpsieve.jar");
    assertThat(spec.get("mainApplicationFile").textValue())
        .isEqualTo("local://" + copied.get(0).group(2));
    String passed = read(FOLDER.resolve("Dockerfile.dockerignore"));
    for (Matcher copy : copied) {
      assertThat(passed.lines()).contains("!" + copy.group(1));
    }
    assertThat(Shared.repository().resolve(copied.get(1).group(1))).isRegularFile();

    String release = spec.get("sparkVersion").textValue();
    assertThat(release).isEqualTo(Versions.builtForSpark());
    assertThat(lines(recipe, "^FROM apache/spark:(\\S+)").get(0).group(1))
        .isEqualTo(release + "-scala2.13-java21-ubuntu"); // glibc, not Alpine's musl
    String image = spec.get("image").textValue();
    assertThat(recipe).contains("-t " + image + " .");
  }

  @Test
  void nothingRunsAsRoot() {
    List<Matcher> users = lines(recipe, "^USER (\\S+)");
    String user = users.get(users.size() - 1).group(1);
    assertThat(user).isEqualTo("185");
    for (String pod : List.of("driver", "executor")) {
      JsonNode security = spec.get(pod).get("securityContext");
      assertThat(security.get("runAsNonRoot").booleanValue()).as(pod).isTrue();
      assertThat(security.get("runAsUser").asText()).as(pod).isEqualTo(user);
    }
  }
}
