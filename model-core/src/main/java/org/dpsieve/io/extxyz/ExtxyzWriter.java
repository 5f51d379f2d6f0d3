package org.dpsieve.io.extxyz;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.dpsieve.frame.Certainty;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.frame.Property;
import org.dpsieve.io.Storage;
import org.dpsieve.io.SystemWriter;

/**
 * Writes extended XYZ that ASE and dpdata read. Numbers have the digits that give the same double
 * back.
 */
public final class ExtxyzWriter implements SystemWriter {
  private final Writer out;

  public ExtxyzWriter(Storage storage, String path) throws IOException {
    out = new BufferedWriter(new OutputStreamWriter(storage.create(path), StandardCharsets.UTF_8));
  }

  @Override
  public void add(Frame frame, Certainty certainty) throws IOException {
    out.append(text(frame, certainty));
  }

  /**
   * One frame.
   *
   * @param certainty {@code null} where nothing is said of it
   */
  public static String text(Frame frame, Certainty certainty) {
    double[] sigma = certainty == null ? null : certainty.force();
    Labels labels = frame.labels();
    int parameters = frame.aparam() == null ? 0 : frame.aparam().length / frame.atomCount();
    StringBuilder text = new StringBuilder().append(frame.atomCount()).append('\n');
    if (frame.cell() != null) {
      appendQuoted(text, "Lattice", frame.cell());
    }
    text.append("Properties=species:S:1:pos:R:3");
    text.append(labels.force() == null ? "" : ":forces:R:3");
    text.append(parameters == 0 ? "" : ":aparam:R:" + parameters);
    frame
        .properties()
        .forEach(
            (property, values) -> {
              if (property.atomic()) {
                int dimension = property.dimension(values, frame.atomCount());
                text.append(":%s:R:%d".formatted(property.name(), dimension));
              }
            });
    text.append(sigma == null ? "" : ":sigma_force:R:1");
    text.append(labels.energy() == null ? " " : " energy=" + labels.energy() + " ");
    if (certainty != null) {
      text.append(certainty.energy() == null ? "" : "sigma_energy=" + certainty.energy() + " ");
      text.append(certainty.computed() ? "computed=T " : "computed=F ");
    }
    if (labels.virial() != null) {
      appendQuoted(text, "virial", transpose(labels.virial())); // ASE stores matrices by columns
    }
    if (frame.fparam() != null) {
      appendQuoted(text, "fparam", frame.fparam());
    }
    frame
        .properties()
        .forEach(
            (property, values) -> {
              if (!property.atomic()) {
                appendQuoted(text, property.name(), values);
              }
            });
    text.append(frame.cell() == null ? "pbc=\"F F F\"\n" : "pbc=\"T T T\"\n");
    for (int atom = 0; atom < frame.atomCount(); atom++) {
      text.append(frame.type(atom));
      appendRow(text, frame.coord(), atom, 3);
      appendRow(text, labels.force(), atom, 3);
      appendRow(text, frame.aparam(), atom, parameters);
      for (Map.Entry<Property, double[]> entry : frame.properties().entrySet()) {
        if (entry.getKey().atomic()) {
          double[] values = entry.getValue();
          appendRow(text, values, atom, entry.getKey().dimension(values, frame.atomCount()));
        }
      }
      appendRow(text, sigma, atom, 1);
      text.append('\n');
    }
    return text.toString();
  }

  private static void appendQuoted(StringBuilder text, String key, double[] values) {
    text.append(key).append("=\"");
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : " ").append(values[i]);
    }
    text.append("\" ");
  }

  private static void appendRow(StringBuilder text, double[] values, int row, int width) {
    for (int i = 0; values != null && i < width; i++) {
      text.append(' ').append(values[row * width + i]);
    }
  }

  private static double[] transpose(double[] m) {
    return new double[] {m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]};
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
