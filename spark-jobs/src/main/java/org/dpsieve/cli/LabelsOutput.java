package org.dpsieve.cli;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.dpsieve.frame.Formula;
import org.dpsieve.frame.Frame;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.SafePaths;
import org.dpsieve.io.deepmd.FrameKind;
import org.dpsieve.io.deepmd.NpySystemWriter;
import org.dpsieve.label.FileLabels;

/** Labelled frames as one JSON file or as deepmd/npy systems. */
final class LabelsOutput {
  private LabelsOutput() {}

  /** {@code frames} with all digits, and {@code files} with each file's outcome. */
  static void json(List<FileLabels> files, Path target) throws IOException {
    try (JsonGenerator json =
        new JsonFactory().createGenerator(target.toFile(), JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeStringField("made_by", "dpsieve labels");
      json.writeStringField("units", "angstrom, eV, eV/angstrom; virial: eV");
      json.writeArrayFieldStart("files");
      for (FileLabels file : files) {
        json.writeRaw('\n');
        json.writeStartObject();
        json.writeStringField("file", file.file());
        json.writeStringField("outcome", file.outcome().key());
        json.writeStringField("reason", file.reason());
        json.writeNumberField("frames", file.frames().size());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("frames");
      for (FileLabels file : files) {
        for (Frame frame : file.frames()) {
          write(frame, json);
        }
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static void write(Frame frame, JsonGenerator json) throws IOException {
    json.writeRaw('\n');
    json.writeStartObject();
    json.writeStringField("id", frame.name());
    json.writeArrayFieldStart("elements");
    for (int atom = 0; atom < frame.atomCount(); atom++) {
      json.writeString(frame.type(atom));
    }
    json.writeEndArray();
    rows(json, "coord", frame.coord());
    rows(json, "box", frame.cell());
    json.writeNumberField("energy", frame.labels().energy());
    rows(json, "force", frame.labels().force());
    rows(json, "virial", frame.labels().virial());
    json.writeEndObject();
  }

  private static void rows(JsonGenerator json, String key, double[] values) throws IOException {
    if (values == null) {
      json.writeNullField(key);
      return;
    }
    json.writeFieldName(key);
    json.writeStartArray();
    for (int i = 0; i < values.length; i += 3) {
      json.writeArray(values, i, 3);
    }
    json.writeEndArray();
  }

  /**
   * A system per formula, order of atoms and kind of labels; the second of a formula is {@code
   * Ag4Au4-2}.
   */
  static void deepmd(List<FileLabels> files, Path target) throws IOException {
    TreeSet<String> elements = new TreeSet<>();
    Map<FrameKind, List<Frame>> systems = new LinkedHashMap<>();
    for (FileLabels file : files) {
      for (Frame frame : file.frames()) {
        elements.addAll(frame.types());
        systems.computeIfAbsent(FrameKind.of(frame), kind -> new ArrayList<>()).add(frame);
      }
    }
    Iterator<String> names =
        SafePaths.folders(
                systems.values().stream().map(frames -> Formula.of(frames.get(0))).toList())
            .iterator();
    for (List<Frame> frames : systems.values()) {
      Path folder = target.resolve(names.next());
      try (NpySystemWriter system =
          new NpySystemWriter(
              new LocalStorage(), folder.toString(), List.copyOf(elements), frames.size())) {
        for (Frame frame : frames) {
          system.add(frame);
        }
      }
    }
  }
}
