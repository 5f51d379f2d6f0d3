package org.dpsieve.label.dpdata;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.Steps;
import org.dpsieve.label.TaskOutcome;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.UnexpectedText;

/** Outputs that dpdata reads, in a Python process; its word counts for how they ended. */
public final class DpdataReader implements OutputReader {
  private static final long serialVersionUID = 1;

  /** dpdata holds all of a file in memory, several times. */
  private static final int LARGEST = 256 << 20;

  private final String format;
  private final String output;

  private DpdataReader(String format, String output) {
    this.format = format;
    this.output = output;
  }

  /**
   * A reader of a dpdata format: our own where there is one.
   *
   * @param format as dpdata names it: {@code fhi_aims/output}
   * @param output the file's name in a task folder
   */
  public static OutputReader of(String format, String output) {
    return OwnFormats.reader(format)
        .<OutputReader>map(reader -> new OwnFormats.Named(output, reader))
        .orElseGet(() -> new DpdataReader(format, output));
  }

  @Override
  public List<String> names() {
    return List.of(output);
  }

  @Override
  public Calculation read(String name, TaskOutputs folder) throws IOException {
    Path work = Files.createTempDirectory("dpsieve-output");
    try {
      Path copy = work.resolve(Path.of(name).getFileName());
      try (InputStream in = folder.open(name).orElseThrow()) {
        byte[] bytes = in.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
          throw new UnexpectedText(
              "larger than the %d MB that dpdata is given".formatted(LARGEST >> 20));
        }
        Files.write(copy, bytes);
      }
      Path numbers = work.resolve("..numbers");
      JsonNode answer =
          Dpdata.call(
              Dpdata.request("read", format)
                  .put("path", copy.toString())
                  .put("to", numbers.toString()));
      return answer.has("error")
          ? Calculation.failed(
              TaskOutcome.UNPARSABLE,
              "dpdata (%s): %s".formatted(format, answer.get("error").asText()))
          : calculation(answer, numbers);
    } catch (UnexpectedText e) {
      return Calculation.failed(TaskOutcome.UNPARSABLE, e.getMessage());
    } finally {
      OwnFiles.remove(work);
    }
  }

  private Calculation calculation(JsonNode answer, Path file) throws IOException {
    List<String> elements = new ArrayList<>();
    answer.path("elements").forEach(element -> elements.add(element.asText()));
    int size = 3 * elements.size();
    Steps<Calculation.Step> steps = new Steps<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (int i = answer.path("frames").asInt(); i > 0; i--) {
        double energy = numbers(in, 1)[0];
        double[] coord = numbers(in, size);
        double[] force = numbers(in, size);
        double[] cell = answer.path("cell").asBoolean() ? numbers(in, 9) : null;
        double[] virial = answer.path("virial").asBoolean() ? numbers(in, 9) : null;
        steps.add(new Calculation.Step(cell, coord, energy, force, virial, true), elements.size());
      }
    }
    return steps.size() == 0
        ? Calculation.failed(
            TaskOutcome.UNPARSABLE,
            "dpdata (%s): finds no energy in it, or says that it did not converge"
                .formatted(format))
        : new Calculation(elements, steps.list(), TaskOutcome.FINISHED, "");
  }

  private static double[] numbers(DataInputStream in, int count) throws IOException {
    byte[] bytes = new byte[Double.BYTES * count];
    in.readFully(bytes);
    double[] numbers = new double[count];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(numbers);
    return numbers;
  }
}
