package org.dpsieve.resident;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dpsieve.error.InputException;

/**
 * How to run a script in the Python of {@code dp}, which is itself one.
 *
 * @param words to start
 * @param environment beside the process's own
 */
record DpPython(List<String> words, Map<String, String> environment) {
  private static final Pattern WORD =
      Pattern.compile("\\G\\s*((?:'[^']*'|\"[^\"$`\\\\]*\"|[^\\s'\"])+)");
  private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_]\\w*)=(.*)");
  private static final String FOR_A_SHELL = "[;&|<>$`\\\\(){}*?~#\\n]";
  private static final int LONGEST_SHEBANG = 4096;

  /** As pip writes it where the path of Python is too long for a first line. */
  private static final Pattern EXEC = Pattern.compile("'''exec' \"?([^\"\\n]+?)\"? \"\\$0\"");

  /** Where only a shell understands the command: {@code $1} is the script, {@code $2} dp. */
  private static final String IN_A_SHELL =
      """
      dp=$(command -v "$2") || { echo "$2: not found" >&2; exit 127; }
      case ${dp##*/} in python*) exec "$dp" -u -c "$1" ;; esac
      read -r first < "$dp"
      case $first in '#!'*python*) exec ${first#??} -u -c "$1" ;; esac
      exec "${dp%/*}/python3" -u -c "$1"
      """;

  /**
   * @param command {@code dp} as a person writes it, maybe after variables or a launcher
   * @param path folders to look for it
   * @param script that Python is to run
   * @throws InputException when it is not there, or no program of Python's
   */
  static DpPython of(String command, String path, String script) {
    List<String> words = words(command);
    if (words.isEmpty()) {
      throw new InputException("the command for DeePMD-kit's program is empty; expected dp");
    }
    int last = words.size() - 1;
    while (last > 0 && words.get(last).startsWith("-")) {
      last--; // of its backends, which the models' files say
    }
    String dp = words.get(last);
    if (unquoted(command).matches("(?s).*" + FOR_A_SHELL + ".*")) {
      String before = command.substring(0, Math.max(0, command.lastIndexOf(dp)));
      return new DpPython(
          List.of(
              "sh", "-c", before + "sh -c \"$DPSIEVE_START\" sh \"$1\" \"$2\"", "sh", script, dp),
          Map.of("DPSIEVE_START", IN_A_SHELL));
    }
    Map<String, String> environment = new LinkedHashMap<>();
    List<String> start = new ArrayList<>();
    for (String word : words.subList(0, last)) {
      Matcher assignment = ASSIGNMENT.matcher(word);
      if (start.isEmpty() && assignment.matches()) {
        environment.put(assignment.group(1), assignment.group(2));
      } else if (!start.isEmpty() || !word.equals("env")) {
        start.add(word);
      }
    }
    start.addAll(python(dp, environment.getOrDefault("PATH", path), !start.isEmpty()));
    start.addAll(List.of("-u", "-c", script));
    return new DpPython(start, environment);
  }

  /**
   * The same for a Python itself, which is started without a shell.
   *
   * @param command as a person writes it, maybe after variables or a launcher
   * @throws InputException when it takes a shell
   */
  static DpPython ofPython(String command, String script) {
    if (command.isBlank() || unquoted(command).matches("(?s).*" + FOR_A_SHELL + ".*")) {
      throw new InputException(
          "fp_params.python: found '%s', expected the path of a Python, maybe after variables (NAME=value) or a launcher; no shell reads it"
              .formatted(command));
    }
    Map<String, String> environment = new LinkedHashMap<>();
    List<String> start = new ArrayList<>();
    for (String word : words(command)) {
      Matcher assignment = ASSIGNMENT.matcher(word);
      if (start.isEmpty() && assignment.matches()) {
        environment.put(assignment.group(1), assignment.group(2));
      } else {
        start.add(word);
      }
    }
    start.addAll(List.of("-u", "-c", script));
    return new DpPython(start, environment);
  }

  private static String unquoted(String command) {
    return command.replaceAll("'[^']*'|\"[^\"]*\"", "");
  }

  private static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(command);
    while (word.find()) {
      words.add(word.group(1).replaceAll("'([^']*)'|\"([^\"]*)\"", "$1$2"));
    }
    return words;
  }

  /**
   * @param launched whether another program starts it, maybe in a container, where it is and not
   *     here
   */
  private static List<String> python(String dp, String path, boolean launched) {
    Path file = find(dp, path);
    if (file == null && launched) {
      int folder = dp.lastIndexOf('/') + 1;
      return List.of(dp.substring(0, folder) + "python3");
    }
    if (file == null) {
      throw new InputException("'%s': not found. %s".formatted(dp, DeepmdModels.NAME_IT));
    }
    if (file.getFileName().toString().startsWith("python")) {
      return List.of(file.toString());
    }
    List<String> named = shebang(file);
    if (!named.isEmpty()) {
      return named;
    }
    Path beside = file.resolveSibling("python3");
    if (Files.isExecutable(beside)) {
      return List.of(beside.toString());
    }
    throw new InputException(
        "'%s' is no script of a Python, as DeePMD-kit's dp is, nor is there a python3 beside it; name the dp of DeePMD-kit's own folder, or the Python that has it"
            .formatted(file));
  }

  /** Empty where it is another one, or none. */
  private static List<String> shebang(Path file) {
    String begin;
    try (InputStream in = Files.newInputStream(file)) {
      begin = new String(in.readNBytes(LONGEST_SHEBANG), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    String first = begin.lines().findFirst().orElse("");
    Matcher exec = EXEC.matcher(begin);
    if (first.equals("#!/bin/sh") && exec.find()) {
      return List.of(exec.group(1));
    }
    return first.startsWith("#!") && first.contains("python")
        ? List.of(first.substring(2).strip().split("\\s+"))
        : List.of();
  }

  private static Path find(String program, String path) {
    if (program.contains("/")) {
      return Files.isExecutable(Path.of(program)) ? Path.of(program).toAbsolutePath() : null;
    }
    for (String folder : path.split(File.pathSeparator)) {
      Path file = Path.of(folder.isEmpty() ? "." : folder, program);
      if (Files.isExecutable(file) && !Files.isDirectory(file)) {
        return file.toAbsolutePath();
      }
    }
    return null;
  }
}
