package org.dpsieve.config;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.loop.Settings;
import org.dpsieve.loop.Workdir;
import org.dpsieve.testing.Shared;

/** A folder with two parameter files and what they name, to be spoilt by tests. */
final class Fixture {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_YAML_COMMENTS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** Those of the built-in example. */
  static final Path MODELS = Shared.repository().resolve("conf/ag-au/models");

  final Path folder;
  final Path simplify;
  final Path machine;

  private Fixture(Path folder) {
    this.folder = folder;
    this.simplify = folder.resolve("simplify.json");
    this.machine = folder.resolve("machine.json");
  }

  /** A small correct run: labelled pool, the four models of the built-in example. */
  static Fixture in(Path folder) throws IOException {
    Fixture fixture = new Fixture(folder);
    Path system = Files.createDirectories(folder.resolve("pool/Ag1/set.000")).getParent();
    Files.writeString(system.resolve("type.raw"), "0\n");
    Files.writeString(system.resolve("type_map.raw"), "Ag\nAu\n");
    LocalStorage storage = new LocalStorage();
    String set = system.resolve("set.000").toString();
    NpyWriter.write(storage, set + "/coord.npy", new double[] {0, 0, 0, 0.1, 0, 0}, 2, 3);
    NpyWriter.write(
        storage,
        set + "/box.npy",
        new double[] {4, 0, 0, 0, 4, 0, 0, 0, 4, 5, 0, 0, 0, 5, 0, 0, 0, 5},
        2,
        9);
    NpyWriter.write(storage, set + "/energy.npy", new double[] {-1, -2}, 2);
    NpyWriter.write(storage, set + "/force.npy", new double[6], 2, 3);
    fixture.write(fixture.simplify, resource("correct.json").replace("models/", MODELS + "/"));
    fixture.write(fixture.machine, "{}");
    return fixture;
  }

  static String resource(String name) throws IOException {
    return text("/config/" + name);
  }

  /** A file of the tests' resources. */
  static String text(String path) throws IOException {
    try (InputStream stream = Fixture.class.getResourceAsStream(path)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** What makes the run this run. */
  Map<String, String> identity() {
    return Settings.of(read(), new Workdir(folder.resolve("run"))).keys().fixed();
  }

  /** What may be another between two calls of one run. */
  Map<String, String> open() {
    return Settings.of(read(), new Workdir(folder.resolve("run"))).keys().open();
  }

  void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  /** Changes keys of simplify.json; a value is JSON text, {@code null} removes. */
  Fixture set(String key, String json) throws IOException {
    return edit(simplify, key, json);
  }

  Fixture setMachine(String key, String json) throws IOException {
    return edit(machine, key, json);
  }

  private Fixture edit(Path file, String key, String json) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(file.toFile());
    ObjectNode node = root;
    String[] parts = key.split("/");
    for (int i = 0; i < parts.length - 1; i++) {
      JsonNode next = node.get(parts[i]);
      node = next instanceof ObjectNode object ? object : node.putObject(parts[i]);
    }
    if (json == null) {
      node.remove(parts[parts.length - 1]);
    } else {
      node.set(parts[parts.length - 1], JSON.readTree(json));
    }
    Files.writeString(file, root.toPrettyString());
    return this;
  }

  RunConfig read() {
    return ConfigReader.read(simplify, machine, folder);
  }

  /** What the reader has to say; empty when it accepts both files. */
  String complaint() {
    try {
      read();
      return "";
    } catch (InputException e) {
      return e.getMessage();
    }
  }
}
