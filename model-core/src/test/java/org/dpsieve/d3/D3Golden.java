package org.dpsieve.d3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dpsieve.frame.Elements;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;

/** Frames and their dispersion by dftd3 1.7.0: d3.json, made by scripts/goldens/d3.py. */
record D3Golden(String name, Frame frame, D3Options options, Labels expected) {
  static JsonNode file() {
    try (InputStream json = D3Golden.class.getResourceAsStream("d3.json")) {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<D3Golden> all() {
    List<D3Golden> goldens = new ArrayList<>();
    for (JsonNode entry : file().get("frames")) {
      for (Damping damping : Damping.values()) {
        JsonNode expected = entry.get(damping.toString());
        if (expected != null) {
          Frame frame =
              new Frame(
                  entry.get("id").asText(),
                  0,
                  elements(entry.get("elements")),
                  doubles(entry.get("coord")),
                  entry.get("box").isNull() ? null : doubles(entry.get("box")),
                  Labels.NONE);
          goldens.add(
              new D3Golden(
                  entry.get("id").asText() + ", " + damping,
                  frame,
                  new D3Options(
                      entry.get("functional").asText().toUpperCase(Locale.ROOT),
                      damping,
                      entry.get("pair_cutoff").asDouble() * ReferenceValues.BOHR,
                      entry.get("cn_cutoff").asDouble() * ReferenceValues.BOHR),
                  new Labels(
                      expected.get("energy").asDouble(),
                      doubles(expected.get("force")),
                      doubles(expected.get("virial")))));
        }
      }
    }
    return goldens;
  }

  static int[] elements(JsonNode symbols) {
    int[] z = new int[symbols.size()];
    for (int i = 0; i < z.length; i++) {
      z[i] = Elements.number(symbols.get(i).asText()).getAsInt();
    }
    return z;
  }

  static double[] doubles(JsonNode numbers) {
    double[] values = new double[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.get(i).asDouble();
    }
    return values;
  }

  @Override
  public String toString() {
    return name;
  }
}
