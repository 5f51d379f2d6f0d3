package org.dpsieve.label.dpdata;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.OutputText;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.UnexpectedText;

/**
 * Outputs that dpdata reads, in a Python process. How the calculation ended is told by words of the
 * program's own; dpdata tells the label.
 */
public final class DpdataReader implements OutputReader {
  private static final long serialVersionUID = 1;

  /** For formats of which nothing is known: dpdata's word counts. */
  static final Ending UNKNOWN = new Ending("", "", List.of());

  private final String format;
  private final String output;
  private final List<String> inputs;
  private final boolean wholeFolder;
  private final Ending ending;

  /**
   * Words in an output that say how the calculation ended.
   *
   * @param program what it is, for messages
   * @param done what stands at the end of every run that reached it; empty if not known
   * @param unconverged what says that the self-consistency was not reached, whatever else is there
   */
  record Ending(String program, String done, List<String> unconverged) implements Serializable {}

  /**
   * @param format as dpdata names it: {@code siesta/output}
   * @param output the file's name in a task folder
   * @param inputs other files that dpdata needs beside it
   * @param wholeFolder whether dpdata is given the folder and not the file
   */
  DpdataReader(
      String format, String output, List<String> inputs, boolean wholeFolder, Ending ending) {
    this.format = format;
    this.output = output;
    this.inputs = List.copyOf(inputs);
    this.wholeFolder = wholeFolder;
    this.ending = ending;
  }

  /** Any file of a dpdata format. */
  public static DpdataReader of(String format, String output) {
    return new DpdataReader(format, output, List.of(), false, UNKNOWN);
  }

  @Override
  public List<String> names() {
    return List.of(output);
  }

  @Override
  public Calculation read(String name, TaskOutputs folder) throws IOException {
    Path copy = Files.createTempDirectory("dpsieve-output");
    try {
      copy(folder, name, copy, wholeFolder ? output : name);
      for (String input : inputs) {
        copy(folder, input, copy, input);
      }
      Calculation labels = labels(wholeFolder ? copy : copy.resolve(name));
      return ended(labels, OutputText.of(folder, name));
    } catch (UnexpectedText e) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, e.getMessage());
    } finally {
      try (Stream<Path> files = Files.walk(copy)) {
        for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(file);
        }
      }
    }
  }

  private static void copy(TaskOutputs folder, String name, Path to, String as) throws IOException {
    Optional<InputStream> file = folder.open(name);
    if (file.isPresent()) {
      try (InputStream in = file.get()) {
        Path target = to.resolve(as);
        Files.createDirectories(target.getParent());
        Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private Calculation labels(Path file) throws IOException {
    JsonNode read = Dpdata.call("read", format, file.toString());
    if (read.has("error")) {
      return Calculation.failed(
          TaskOutcome.UNPARSABLE, "dpdata (%s): %s".formatted(format, read.get("error").asText()));
    }
    List<String> elements = new ArrayList<>();
    read.path("elements").forEach(element -> elements.add(element.asText()));
    List<Calculation.Step> steps = new ArrayList<>();
    for (JsonNode step : read.path("frames")) {
      steps.add(
          new Calculation.Step(
              step.path("cell").isNull() ? null : numbers(step.path("cell"), 9),
              numbers(step.path("coord"), 3 * elements.size()),
              step.path("energy").asDouble(Double.NaN),
              numbers(step.path("force"), 3 * elements.size()),
              step.path("virial").isNull() ? null : numbers(step.path("virial"), 9),
              true));
    }
    return steps.isEmpty()
        ? new Calculation(elements, steps, TaskOutcome.UNPARSABLE, "holds no energy with forces")
        : new Calculation(elements, steps, TaskOutcome.FINISHED, "");
  }

  private static double[] numbers(JsonNode list, int size) {
    if (list.size() != size) {
      throw new UnexpectedText("dpdata gives %d numbers, expected %d".formatted(list.size(), size));
    }
    double[] numbers = new double[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = list.get(i).asDouble(Double.NaN);
    }
    return numbers;
  }

  private Calculation ended(Calculation labels, OutputText text) {
    for (String words : ending.unconverged()) {
      if (text.has(words)) {
        return Calculation.failed(TaskOutcome.UNCONVERGED, words.strip());
      }
    }
    if (!ending.done().isEmpty() && !text.has(ending.done())) {
      return new Calculation(
          labels.elements(),
          List.of(),
          TaskOutcome.CRASHED,
          "ends without '%s', which %s writes last".formatted(ending.done(), ending.program()));
    }
    return labels;
  }
}
