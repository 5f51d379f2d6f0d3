package org.dpsieve.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.ParameterFile;
import org.dpsieve.config.reading.Spelling;

/**
 * Whether the two files are what they were given as. A file of another kind has an error for each
 * of its keys, or a warning; what is wrong is one thing.
 */
final class FileKinds {
  private static final int SHOWN_KEYS = 6;

  private static final Set<String> SIMPLIFY = simplifyKeys();
  private static final Set<String> MACHINE = OldMachine.keys();

  private FileKinds() {}

  private static Set<String> simplifyKeys() {
    Set<String> keys = new HashSet<>(SimplifyReader.keys());
    keys.addAll(OldKeys.simplifyKeys());
    return keys;
  }

  /**
   * What is wrong with the pair.
   *
   * @param simplify the parameter file
   * @param machine the machine file
   */
  static Optional<String> problem(ParameterFile.Content simplify, ParameterFile.Content machine) {
    boolean noParameters = isOther(simplify, SIMPLIFY, MACHINE);
    boolean noMachine = isOther(machine, MACHINE, SIMPLIFY);
    if (noParameters && noMachine && has(simplify, MACHINE) && has(machine, SIMPLIFY)) {
      return Optional.of(
          "%s and %s look swapped: the first is a machine file (%s), the second a parameter file (%s); expected SIMPLIFY_JSON MACHINE_JSON, in this order"
              .formatted(
                  simplify.file().path(), machine.file().path(), shown(simplify), shown(machine)));
    }
    if (noMachine) {
      return Optional.of(
          "%s: is no machine file%s: it has none of train, model_devi and fp, found %s; give DP-GEN's machine.json as the second file, or {}, which means this program's own engines"
              .formatted(
                  machine.file().path(),
                  has(machine, SIMPLIFY) ? " but a parameter file" : "",
                  shown(machine)));
    }
    if (keys(simplify).contains("model_devi_jobs") && !keys(simplify).contains("pick_data")) {
      return Optional.of(
          "%s: is a parameter file of dpgen run (model_devi_jobs), which explores by molecular dynamics; dpgen simplify picks from a pool: pick_data, init_pick_number, iter_pick_number"
              .formatted(simplify.file().path()));
    }
    if (noParameters) {
      return Optional.of(
          "%s: is no parameter file%s: it has none of type_map, pick_data, numb_models and the like, found %s; give DP-GEN's simplify.json as the first file"
              .formatted(
                  simplify.file().path(),
                  has(simplify, MACHINE) ? " but a machine file" : "",
                  shown(simplify)));
    }
    return Optional.empty();
  }

  /** Whether a file has keys, but none of its kind's, nor one that looks like a misspelt one. */
  private static boolean isOther(
      ParameterFile.Content content, Set<String> own, Set<String> others) {
    List<String> found = keys(content);
    return !found.isEmpty()
        && found.stream()
            .noneMatch(
                key ->
                    own.contains(key)
                        || !others.contains(key) && Spelling.nearest(key, own).isPresent());
  }

  private static boolean has(ParameterFile.Content content, Set<String> keys) {
    return keys(content).stream().anyMatch(keys::contains);
  }

  private static List<String> keys(ParameterFile.Content content) {
    List<String> keys = new ArrayList<>();
    content.root().fieldNames().forEachRemaining(keys::add);
    keys.removeIf(key -> key.startsWith("_") || key.equals(Block.SCHEMA));
    return keys;
  }

  private static String shown(ParameterFile.Content content) {
    List<String> keys = keys(content);
    String some = String.join(", ", keys.subList(0, Math.min(SHOWN_KEYS, keys.size())));
    return keys.size() > SHOWN_KEYS ? some + ", ..." : some;
  }
}
