package org.dpsieve.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.error.InputException;
import org.dpsieve.testing.Shared;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/reference/keys.md: the keys that the readers ask for, the values that they accept, in the
 * words of their own messages, and defaults that change nothing when they are written out. Meanings
 * are in reference/keys.tsv.
 */
class KeyReferenceTest {
  private static final String BEGIN = "<!-- keys: from here on written by the readers -->\n";
  private static final String END = "<!-- keys: end -->\n";
  private static final String RUN_KEY = "a key of dpgen run";

  /** DeePMD-kit's own input has a reference of its own. */
  private static final Pattern FOREIGN =
      Pattern.compile(
          "simplify\\.json:"
              + " (default_training_param(\\[\\d])?\\.(?!loss\\.limit_pref_[efv]$).*|.*\\[\\d].*|elements\\..*)");

  private static final String VASP_MACHINE =
      """
      {"fp": {"command": "vasp_std",
              "machine": {"batch_type": "Slurm", "context_type": "SSHContext", "remote_root": "/scratch",
                          "remote_profile": {"hostname": "cluster", "username": "user"}},
              "resources": {"group_size": 1, "strategy": {"ratio_unfinished": 0.0}}}}
      """;

  /** What {@link #accepted} found: several tests ask, and every key takes some readings. */
  private static final Map<Row, String> ACCEPTED = new ConcurrentHashMap<>();

  @TempDir private Path folder;
  private final Map<String, Fixture> fixtures = new LinkedHashMap<>();

  /** A line of keys.tsv. */
  private record Row(
      String file, String key, String whose, String fallback, String fixture, String meaning) {
    static Row of(String line) {
      String[] cells = line.split("\t", -1);
      assertThat(cells).as(line).hasSize(6);
      return new Row(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]);
    }

    String path() {
      return key.replace('.', '/');
    }
  }

  private static List<Row> rows() throws IOException {
    return Fixture.text("/reference/keys.tsv")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(Row::of)
        .toList();
  }

  private Fixture fixture(String name) throws IOException {
    Fixture run = Fixture.in(Files.createDirectories(folder.resolve(name)));
    Path inputs = Files.createDirectories(run.folder.resolve("inputs"));
    Files.writeString(inputs.resolve("INCAR"), "KSPACING = 0.2\nKGAMMA = .TRUE.\n");
    Files.writeString(inputs.resolve("INPUT"), "ecutwfc 60\n");
    for (String element : List.of("Ag", "Au")) {
      Files.writeString(inputs.resolve(element), "   TITEL  = PAW_PBE " + element + "\n");
    }
    run.set("labeled", "false").set("fp_style", "\"" + name + "\"");
    fixtures.put(name, run);
    return run;
  }

  private Fixture withFiles(String name) throws IOException {
    return fixture(name).set("fp_pp_path", "\"inputs\"").set("fp_pp_files", "[\"Ag\", \"Au\"]");
  }

  @BeforeEach
  void correctRuns() throws IOException {
    fixture("d3");
    fixture("labeled").set("labeled", "true").set("fp_style", "\"none\"");
    Fixture vasp = withFiles("vasp").set("fp_incar", "\"inputs/INCAR\"");
    vasp.write(vasp.machine, VASP_MACHINE);
    withFiles("pwscf")
        .set(
            "fp_params",
            "{\"ecut\": 50, \"ediff\": 1e-6, \"smearing\": \"mp\", \"sigma\": 0.1, \"kspacing\":"
                + " 0.2}");
    fixture("cp2k").set("user_fp_params", "{}");
    withFiles("abacus").set("user_fp_params", "{}");
    fixture("gaussian").set("fp_params", "{\"keywords\": \"force b3lyp/6-31g**\", \"nproc\": 4}");
    withFiles("siesta")
        .set(
            "fp_params",
            "{\"ecut\": 300, \"ediff\": 1e-4, \"kspacing\": 0.2, \"mixingWeight\": 0.05,"
                + " \"NumberPulay\": 5}");
    fixture("custom")
        .set(
            "fp_params",
            "{\"input_fmt\": \"vasp/poscar\", \"input_fn\": \"POSCAR\", \"output_fmt\":"
                + " \"vasp/outcar\", \"output_fn\": \"OUTCAR\"}");
    fixture("dp")
        .set("fp_style", "\"d3\"")
        .setMachine("train", "{\"engine\": \"dp\", \"backend\": \"local\"}");
    fixture("final")
        .set("fp_style", "\"d3\"")
        .set("final_training", "{\"numb_steps\": 1000}")
        .setMachine("train", "{\"backend\": \"local\"}");
    fixture("teacher")
        .set("fp_style", "\"dp\"")
        .set("fp_params", "{\"models\": \"%s/*\"}".formatted(Fixture.MODELS));
    fixture("ase").set("fp_params", "{\"calculator\": \"ase.calculators.emt.EMT\"}");
    fixture("target").set("fp_style", "\"d3\"").set("target_error", "{\"force\": 0.1}");
  }

  @Test
  void theRunsThatAreAskedAreCorrect() {
    fixtures.forEach((name, run) -> assertThat(run.complaint()).as(name).isEmpty());
  }

  private Set<String> asked() {
    Set<String> asked = new TreeSet<>();
    for (Fixture run : fixtures.values()) {
      Problems problems = new Problems();
      ConfigReader.read(run.simplify, run.machine, run.folder, problems);
      asked.addAll(problems.asked());
    }
    asked.removeIf(key -> FOREIGN.matcher(key).matches());
    return asked;
  }

  /** Keys of {@code dpgen run} among them. */
  private Set<String> refused(Set<String> asked) throws IOException {
    Set<String> refused = new LinkedHashSet<>();
    for (String key : asked) {
      String name = key.replaceFirst("simplify\\.json: ", "");
      if (name.matches("\\w+") && !key.startsWith("machine")) {
        Fixture run = fixtures.get("d3");
        String before = Files.readString(run.simplify);
        if (run.set(name, "1").complaint().contains(name + ": " + RUN_KEY)) {
          refused.add(key);
        }
        run.write(run.simplify, before);
      }
    }
    return refused;
  }

  /** {@code fp.resources.queue_name} for a key of any section. */
  private static String ofAnySection(String key) {
    return key.replaceFirst("machine\\.json: (train|model_devi|fp)\\.", "machine.json: SECTION.");
  }

  @Test
  void everyKeyThatAReaderAsksForIsListedAndNoOther() throws IOException {
    Set<String> asked = asked();
    asked.removeAll(refused(asked));
    Set<String> listed = new TreeSet<>();
    rows().forEach(row -> listed.add(row.file() + ": " + row.key()));
    Set<String> sections = new TreeSet<>();
    asked.forEach(key -> sections.add(ofAnySection(key)));
    assertThat(listed).isEqualTo(sections);
  }

  private RunConfig with(Row row, String json) throws IOException {
    Fixture run = fixtures.get(row.fixture());
    boolean machine = row.file().equals("machine.json");
    Path file = machine ? run.machine : run.simplify;
    String before = Files.readString(file);
    try {
      if (machine) {
        run.setMachine(section(row).replace('.', '/'), json);
      } else {
        run.set(row.path(), json);
      }
      return run.read();
    } finally {
      run.write(file, before);
    }
  }

  /** A key of any section is tried in the one that the row's run uses. */
  private static String section(Row row) {
    String name =
        row.key().equals("SECTION.precision")
            ? "model_devi"
            : List.of("dp", "final").contains(row.fixture()) ? "train" : "fp";
    return row.key().replace("SECTION", name);
  }

  private String complaint(Row row, String json) throws IOException {
    try {
      with(row, json);
      return "";
    } catch (InputException e) {
      return e.getMessage();
    }
  }

  @Test
  void aDefaultChangesNothingWhenItIsWrittenOutAndWhatIsRequiredIsMissed() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Row row : rows()) {
      String name = row.file().equals("machine.json") ? section(row) : row.key();
      if (row.fallback().equals("required")) {
        String said = complaint(row, null);
        if (!said.contains(name) || !said.contains("missing")) {
          wrong.add("%s may be left out: %s".formatted(row.key(), said));
        }
      } else if (!row.fallback().isEmpty() && !row.fallback().startsWith("(")) {
        String said = complaint(row, row.fallback());
        // as text: it has all parts, also those that know no equality
        if (!said.isEmpty() || !settings(row, row.fallback()).equals(settings(row, null))) {
          wrong.add("%s is not by default %s %s".formatted(row.key(), row.fallback(), said));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private String settings(Row row, String json) throws IOException {
    RunConfig config = with(row, json);
    return config.simplify() + "\n" + config.machine();
  }

  /** What the reader says that it expects, when it is given an object, -1, and a word. */
  private String accepted(Row row) throws IOException {
    String known = ACCEPTED.get(row);
    if (known == null) {
      known = asked(row);
      ACCEPTED.put(row, known);
    }
    return known;
  }

  private String asked(Row row) throws IOException {
    String name = row.file().equals("machine.json") ? section(row) : row.key();
    Pattern expected =
        Pattern.compile(
            Pattern.quote(name)
                + ": (?:found .*?|unknown .*?|item \\d+ is .*?)(?:, expected|; known:|: expected)"
                + " (.+)");
    Set<String> words = new LinkedHashSet<>();
    for (String probe : List.of("{\"?\": 1}", "17.5", "-1", "\"?\"", "[[]]")) {
      for (String line : complaint(row, probe).lines().toList()) {
        Matcher matcher = expected.matcher(line);
        if (matcher.find()) {
          words.add(
              matcher
                  .group(1)
                  .replace(folder.toString(), "")
                  .replaceFirst("; did you mean.*", "")
                  .replaceFirst(" \\(numb_models\\).*", ""));
        }
      }
    }
    if (words.size() > 1) {
      words.removeAll(List.of("a string", "an integer", "a number")); // the rest says more
    }
    return words.isEmpty() ? "" : String.join("; ", words);
  }

  private String reference() throws IOException {
    StringBuilder text = new StringBuilder();
    String file = "";
    for (Row row : rows()) {
      if (!row.file().equals(file)) {
        file = row.file();
        text.append("\n## %s\n\n".formatted(file));
        text.append("| key | of | accepts | default | meaning |\n|---|---|---|---|---|\n");
      }
      text.append(
          "| `%s` | %s | %s | %s | %s |\n"
              .formatted(
                  row.key().replace("SECTION.", ""),
                  row.whose(),
                  cell(accepted(row)),
                  shown(row.fallback()),
                  row.meaning()));
    }
    text.append("\n## Old names\n\n| old | now |\n|---|---|\n");
    OldKeys.renamed().forEach((old, now) -> text.append("| `%s` | `%s` |\n".formatted(old, now)));
    text.append("\n## Keys of older files, of no effect\n\n| key | why |\n|---|---|\n");
    OldKeys.dropped().forEach((key, why) -> text.append("| `%s` | %s |\n".formatted(key, why)));
    text.append("\n## Refused\n\nKeys of `dpgen run`, which `dpgen simplify` does not have: ");
    text.append(
        refused(asked()).stream()
            .map(key -> "`" + key.replaceFirst(".*: ", "") + "`")
            .reduce((a, b) -> a + ", " + b)
            .orElseThrow());
    text.append(".\n\nAny other unknown key is refused; a likely spelling is named.\n");
    return text.append('\n').toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;");
  }

  private static String shown(String fallback) {
    if (fallback.isEmpty() || fallback.equals("required")) {
      return fallback;
    }
    return fallback.startsWith("(") ? fallback.replaceAll("[()]", "") : "`" + fallback + "`";
  }

  @Test
  @Tag("slow")
  void docsSayWhatTheReadersSay() throws IOException {
    Path page = Shared.repository().resolve("docs/reference/keys.md");
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    assertThat(begin).isLessThanOrEqualTo(end);
    if (Boolean.getBoolean("dpsieve.writeReference")) {
      Files.writeString(
          page,
          text.substring(0, begin) + reference() + text.substring(end),
          StandardCharsets.UTF_8);
      return;
    }
    assertThat(text.substring(begin, end))
        .as(
            "keys changed; write docs/reference/keys.md anew with scripts/test"
                + " -Dtest=KeyReferenceTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Ddpsieve.writeReference=true")
        .isEqualTo(reference());
  }

  /** A key of the same name in another section. */
  private static Row in(Row row, String section) {
    return new Row(
        row.file(),
        row.key().replace("SECTION", section),
        row.whose(),
        row.fallback(),
        row.fixture(),
        row.meaning());
  }

  /**
   * @param row tried in its section
   * @param path in the file
   */
  private void add(KeySchema schema, Row row, String path) throws IOException {
    String accepts = accepted(row);
    boolean isJson = !row.fallback().matches("|required|\\(.*");
    JsonNode fallback = isJson ? new ObjectMapper().readTree(row.fallback()) : null;
    List<String> values = KeySchema.words(accepts);
    boolean enumerated =
        !values.isEmpty() && (fallback == null || values.contains(fallback.asText()));
    for (String value : values) { // another key may refuse it, as labeled refuses fp_style none
      enumerated &= !complaint(row, "\"" + value + "\"").contains(accepts);
    }
    // dpdispatcher's names are read in short forms and other cases, too
    boolean closed = !row.whose().equals("dpdispatcher");
    schema.key(path, accepts, enumerated, closed, row.meaning(), fallback);
  }

  private KeySchema schema(String file) throws IOException {
    KeySchema schema = new KeySchema(file);
    for (Row row : rows()) {
      if (!row.file().equals(file)) {
        continue;
      }
      if (row.key().startsWith("SECTION.")) {
        for (String section : List.of("train", "model_devi", "fp")) {
          Row own = in(row, section);
          add(schema, row.key().equals("SECTION.engine") ? own : row, own.key());
        }
      } else {
        add(schema, row, row.key());
      }
      boolean always = row.fixture().equals("d3") && row.fallback().equals("required");
      if (always && !OldKeys.renamed().containsValue(row.key())) {
        schema.require(row.key());
      }
    }
    if (file.equals("simplify.json")) {
      schema.refuseOthers();
      OldKeys.renamed().forEach((old, now) -> schema.old(old, "old name of " + now));
      OldKeys.dropped().forEach((key, why) -> schema.old(key, "of no effect: " + why));
    }
    return schema;
  }

  /** {@code conf/schema}: for editors, from the same words as the page. */
  @Test
  @Tag("slow")
  void schemasSayWhatTheReadersSay() throws IOException {
    for (String file : List.of("simplify.json", "machine.json")) {
      Path target = Shared.repository().resolve("conf/schema").resolve(file);
      String text = schema(file).text();
      if (Boolean.getBoolean("dpsieve.writeReference")) {
        Files.createDirectories(target.getParent());
        Files.writeString(target, text);
      }
      assertThat(target).as("written as docs/reference/keys.md is").hasContent(text);
    }
  }

  @Test
  void aFileMayNameItsSchema() throws IOException {
    Fixture run = fixtures.get("d3");
    run.set("$schema", "\"schema/simplify.json\"").setMachine("$schema", "\"machine.json\"");
    assertThat(run.complaint()).isEmpty();
    assertThat(run.set("fp_params/$schema", "1").complaint())
        .contains("fp_params.$schema: unknown key");
  }
}
