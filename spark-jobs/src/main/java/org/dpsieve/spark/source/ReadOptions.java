package org.dpsieve.spark.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.io.extxyz.ExtxyzKeys;

/**
 * Options of {@code spark.read.format("deepmd")}.
 *
 * @param paths what {@code load} names: folders of systems at any depth, HDF5 files, groups of them
 * @param mode option {@code mode}
 * @param corruptColumn option {@code columnNameOfCorruptRecord}
 * @param typeMap option {@code typeMap}: elements of types 0, 1, ... where a system has no {@code
 *     type_map.raw}, separated by commas
 * @param maxAtoms option {@code maxAtomsPerPartition}; 0 when not given: at most 131072, fewer of a
 *     small tree
 * @param extxyzKeys option {@code extxyzKeys}: {@code energy=REF_energy,forces=REF_forces}; and
 *     option {@code properties}: {@code NAME[:intensive|extensive][:atomic]}, separated by commas
 */
record ReadOptions(
    List<String> paths,
    ReadMode mode,
    String corruptColumn,
    List<String> typeMap,
    int maxAtoms,
    ExtxyzKeys extxyzKeys)
    implements Serializable {

  static final String CORRUPT_COLUMN = "_corrupt_record";

  static ReadOptions of(CaseInsensitiveStringMap options) {
    String atoms = options.getOrDefault("maxAtomsPerPartition", "0");
    if (!atoms.matches("\\d{1,9}")) {
      throw new InputException(
          "maxAtomsPerPartition %s: expected a number of atoms".formatted(atoms));
    }
    return new ReadOptions(
        paths(options),
        ReadMode.of(options.getOrDefault("mode", "PERMISSIVE")),
        options.getOrDefault("columnNameOfCorruptRecord", CORRUPT_COLUMN),
        Arrays.stream(options.getOrDefault("typeMap", "").split("[,\\s]+"))
            .filter(symbol -> !symbol.isEmpty())
            .toList(),
        Integer.parseInt(atoms),
        ExtxyzKeys.of(
            options.getOrDefault("extxyzKeys", ""),
            properties(options.getOrDefault("properties", ""))));
  }

  private static List<Property> properties(String text) {
    return Arrays.stream(text.split("[,\\s]+"))
        .filter(word -> !word.isEmpty())
        .map(Property::of)
        .toList();
  }

  /** {@code load(a)} comes as {@code path}, {@code load(a, b)} as {@code paths}, a JSON array. */
  private static List<String> paths(CaseInsensitiveStringMap options) {
    List<String> paths = new ArrayList<>();
    if (options.containsKey("paths")) {
      try {
        paths.addAll(List.of(new ObjectMapper().readValue(options.get("paths"), String[].class)));
      } catch (JsonProcessingException e) {
        throw new InputException(
            "paths %s: expected a JSON array of strings".formatted(options.get("paths")), e);
      }
    }
    if (options.containsKey("path")) {
      paths.add(options.get("path"));
    }
    if (paths.isEmpty()) {
      throw new InputException(
          "format deepmd: no path; name a folder of systems or an HDF5 file: load(PATH)");
    }
    return List.copyOf(paths);
  }
}
