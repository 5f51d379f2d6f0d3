package org.dpsieve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.dpsieve.testing.Shared;
import org.dpsieve.testing.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The reference in docs, the examples of every command, and the tab key. */
class ReferenceTest {
  private static final String BEGIN = "<!-- reference: from here on written by the commands -->\n";
  private static final String END = "<!-- reference: end -->\n";

  @TempDir private Path folder;

  private static boolean isForPeople(CommandLine command) {
    return !command.getCommandName().equals("help")
        && !command.getCommandSpec().usageMessage().hidden();
  }

  private static String reference() {
    StringBuilder text = new StringBuilder();
    for (CommandLine command : Dpsieve.commandLine().getSubcommands().values()) {
      String name = command.getCommandName();
      if (isForPeople(command)) {
        command.setUsageHelpWidth(100);
        String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF).stripTrailing();
        text.append("## %s\n\n```\n".formatted(name));
        usage.lines().forEach(line -> text.append(line.stripTrailing()).append('\n'));
        text.append("```\n\n");
      }
    }
    return text.toString();
  }

  @Test
  void docsSayWhatTheCommandsSay() throws IOException {
    Path page = Shared.repository().resolve("docs/reference/commands.md");
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    assertThat(begin).isLessThanOrEqualTo(end);
    if (Boolean.getBoolean("dpsieve.writeReference")) {
      Files.writeString(page, text.substring(0, begin) + reference() + text.substring(end));
      return;
    }
    assertThat(text.substring(begin, end))
        .as(
            "a command's options changed; write docs/reference/commands.md anew with"
                + " scripts/test -Dtest=ReferenceTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Ddpsieve.writeReference=true")
        .isEqualTo(reference());
  }

  @Test
  void everyCommandShowsExamples() {
    Dpsieve.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (isForPeople(command)) {
                assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
                    .as(name)
                    .contains("Examples:");
              }
            });
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    Terminal terminal = new Terminal();
    terminal.succeed("completion");
    String script = terminal.out();
    assertThat(complete(script, "rep")).contains("report").doesNotContain("status");
    assertThat(complete(script, "simplify", "--max")).contains("--max-iter");
  }

  @Test
  void bashOffersValuesAsTheyAreAccepted() throws Exception {
    Terminal terminal = new Terminal();
    terminal.succeed("completion");
    assertThat(complete(terminal.out(), "simplify", "--on-exit", "k").lines()).contains("keep");
    for (String name : Dpsieve.commandLine().getSubcommands().keySet()) {
      CommandLine command = Dpsieve.commandLine().getSubcommands().get(name);
      for (OptionSpec option : command.getCommandSpec().options()) {
        if (option.completionCandidates() == null || option.names()[0].equals("--help")) {
          continue;
        }
        for (String word : option.completionCandidates()) {
          assertThat(word).isEqualTo(word.toLowerCase(Locale.ROOT));
          assertThat(accepts(name, option.longestName(), word))
              .as("%s %s %s", name, option.longestName(), word)
              .isTrue();
        }
      }
    }
  }

  /** Whether the value is not what is wrong with this command line. */
  private static boolean accepts(String command, String option, String value) {
    try {
      Dpsieve.commandLine().parseArgs(command, option, value);
      return true;
    } catch (CommandLine.MissingParameterException e) {
      return true;
    } catch (CommandLine.ParameterException e) {
      return false;
    }
  }

  private String complete(String script, String... words) throws Exception {
    Path file = Files.writeString(folder.resolve("completion.sh"), script);
    String line = "dpsieve " + String.join(" ", words);
    Path out = folder.resolve("out.txt");
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "source \"$1\"; COMP_LINE=\"$2\"; COMP_POINT=${#2}; COMP_WORDS=($2);"
                    + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_dpsieve; printf '%s\\n"
                    + "' \"${COMPREPLY[@]}\"",
                "bash",
                file.toString(),
                line)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .redirectInput(new File("/dev/null"))
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return Files.readString(out);
  }

  @Test
  void doctorSaysWhatIsThere() {
    Terminal terminal = new Terminal();
    terminal.succeed("doctor");
    assertThat(terminal.out())
        .containsPattern("ok +Java +17")
        .containsPattern("ok +ND4J, OpenBLAS +1\\.")
        .containsPattern("ok +Spark +4\\.")
        .containsPattern("dpdispatcher +(dpdispatcher [0-9]|not in |\\S+ not found)")
        .contains("DeePMD-kit", "Slurm", "BLAS threads", "OMP_NUM_THREADS=1");
  }
}
