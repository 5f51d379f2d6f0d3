package org.dpsieve.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Whether a program is on this machine.
 *
 * @param said its first line, or why there is none
 */
record ProgramCheck(boolean works, String said) {
  private static final int SECONDS = 60;
  private static final int LONGEST = 44;

  /**
   * @param arguments that make it say its version; without any it is only looked for
   */
  static ProgramCheck of(String program, String... arguments) {
    Path file = find(program);
    if (file == null) {
      return new ProgramCheck(false, program + " not found");
    }
    if (arguments.length == 0) {
      return new ProgramCheck(true, file.toString());
    }
    List<String> command = new ArrayList<>(List.of(file.toString()));
    command.addAll(List.of(arguments));
    try {
      Path output = Files.createTempFile("dpsieve-doctor", ".txt");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          return new ProgramCheck(false, program + ": no answer in %d s".formatted(SECONDS));
        }
        List<String> lines =
            Files.readString(output).lines().filter(line -> !line.isBlank()).toList();
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1).strip();
        String first = lines.isEmpty() ? file.toString() : lines.get(0).strip();
        return process.exitValue() == 0
            ? new ProgramCheck(
                true, shortened(lines.size() > 1 && last.startsWith("DeePMD") ? last : first))
            : new ProgramCheck(
                false, shortened(last.isEmpty() ? "exit " + process.exitValue() : last));
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      return new ProgramCheck(false, shortened(program + ": " + e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new ProgramCheck(false, program + ": interrupted");
    }
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
  }

  private static Path find(String program) {
    if (program.contains("/")) {
      return Files.isExecutable(Path.of(program)) ? Path.of(program) : null;
    }
    for (String folder : String.valueOf(System.getenv("PATH")).split(File.pathSeparator)) {
      Path file = Path.of(folder.isEmpty() ? "." : folder, program);
      if (Files.isExecutable(file) && !Files.isDirectory(file)) {
        return file;
      }
    }
    return null;
  }
}
