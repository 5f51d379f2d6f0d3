package org.dpsieve.spark.source;

import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.io.FrameSystem;
import org.dpsieve.io.Storage;
import org.dpsieve.io.systems.SystemFinder;
import org.dpsieve.io.systems.SystemPath;
import org.dpsieve.spark.frames.HadoopStorage;

/** How many numbers the properties that a query asks for have: what the columns' metadata says. */
final class PropertyDimensions {
  private PropertyDimensions() {}

  /**
   * Of the first system that has each; systems that cannot be read are the query's matter.
   *
   * @throws InputException when no system has one of them
   */
  static SortedMap<Property, Integer> of(SparkSession spark, ReadOptions options) {
    List<Property> asked = options.extxyzKeys().properties();
    SortedMap<Property, Integer> found = new TreeMap<>();
    Storage storage = HadoopStorage.of(spark);
    try {
      for (SystemPath system :
          SystemFinder.findAll(storage, options.paths(), options.extxyzKeys()).systems()) {
        if (found.size() < asked.size()) {
          look(system, storage, options.typeMap(), found);
        }
      }
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read: %s".formatted(String.join(", ", options.paths()), e.getMessage()),
          e);
    }
    List<String> missing =
        asked.stream()
            .filter(property -> !found.containsKey(property))
            .map(Property::toString)
            .toList();
    if (!missing.isEmpty()) {
      throw new InputException(
          "option properties: no system in %s has %s, expected set.*/NAME.npy, or a key or column of that name in an extxyz file"
              .formatted(String.join(", ", options.paths()), String.join(", ", missing)));
    }
    return found;
  }

  private static void look(
      SystemPath path, Storage storage, List<String> typeMap, SortedMap<Property, Integer> found)
      throws IOException {
    try (FrameSystem system = path.open(storage, typeMap)) {
      system.runs(Integer.MAX_VALUE);
      system.properties().forEach(found::putIfAbsent);
    } catch (InputException e) {
      // told, or left out, as the mode of the query says
    }
  }
}
