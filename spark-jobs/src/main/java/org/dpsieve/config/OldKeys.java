package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dpsieve.config.reading.ParameterFile;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.pick.TrustBand;

/**
 * The keys of older files, in one table: DP-GEN up to 0.10 (renamed in its pull request 730), and
 * the training block of DeePMD-kit 1.
 */
final class OldKeys {
  private record Rename(String old, String now) {}

  private record Dropped(String old, String why) {}

  private static final List<Rename> SIMPLIFY =
      List.of(
          new Rename("f_trust_lo", "model_devi_f_trust_lo"),
          new Rename("f_trust_hi", "model_devi_f_trust_hi"),
          new Rename("e_trust_lo", "model_devi_e_trust_lo"),
          new Rename("e_trust_hi", "model_devi_e_trust_hi"),
          new Rename("training_reuse_stop_batch", "training_reuse_numb_steps"),
          new Rename("stop_iter", "max_iter"));

  private static final List<Dropped> SIMPLIFY_DROPPED =
      List.of(
          new Dropped("train_param", "the training input is always called input.json"),
          new Dropped("shuffle_poscar", "atoms are never shuffled"),
          new Dropped("use_clusters", "frames are always grouped by formula"));

  private static final List<String> STEPS =
      List.of("stop_batch", "num_step", "num_steps", "numb_step");

  private static final List<String> DATA =
      List.of("systems", "batch_size", "auto_prob", "auto_prob_style", "sys_probs", "sys_weights");

  private static final List<Dropped> TRAINING_DROPPED =
      List.of(
          new Dropped("set_prefix", "sets are always called set.*"),
          new Dropped("load_ckpt", "DeePMD-kit 2 has no such key"),
          new Dropped("numb_test", "DeePMD-kit 2 has no such key"));

  private OldKeys() {}

  /** Today's name of each renamed key of simplify.json, by the old one. */
  static Map<String, String> renamed() {
    Map<String, String> names = new LinkedHashMap<>();
    SIMPLIFY.forEach(rename -> names.put(rename.old, rename.now));
    return names;
  }

  /** Why each key of simplify.json that older files have has no effect. */
  static Map<String, String> dropped() {
    Map<String, String> reasons = new LinkedHashMap<>();
    SIMPLIFY_DROPPED.forEach(dropped -> reasons.put(dropped.old, dropped.why));
    return reasons;
  }

  /** Those of simplify.json. */
  static List<String> simplifyKeys() {
    return Stream.concat(
            SIMPLIFY.stream().map(Rename::old), SIMPLIFY_DROPPED.stream().map(Dropped::old))
        .toList();
  }

  /** Renames the old keys of simplify.json, and says so. */
  static void migrateSimplify(ParameterFile file, ObjectNode root, Problems problems) {
    for (Rename rename : SIMPLIFY) {
      rename(file, root, "", rename, problems);
      boolean energy = rename.old.startsWith("e_trust") && root.has(rename.now);
      if (energy
          && file.line(rename.old) > 0
          && root.get(rename.now).asDouble() < TrustBand.OFF.lo()) {
        problems.warn(
            "%s: was compared with the deviation of the total energy in eV, %s is compared with eV per atom; the number is taken as eV per atom, check it"
                .formatted(file.where(rename.old), rename.now));
      }
    }
    drop(file, root, "", SIMPLIFY_DROPPED, problems);
  }

  /** Brings one training input to DeePMD-kit's version 2 form, and says so. */
  static void migrateTraining(
      ParameterFile file, String inputPath, ObjectNode input, Problems problems) {
    if (!(input.get("training") instanceof ObjectNode training)) {
      return;
    }
    String path = inputPath + ".training";
    for (String old : STEPS) {
      rename(file, training, path, new Rename(old, "numb_steps"), problems);
    }
    drop(file, training, path, TRAINING_DROPPED, problems);
    for (String key : DATA) {
      if (!training.has(key)) {
        continue;
      }
      JsonNode data = training.get("training_data");
      if (data == null) {
        data = training.putObject("training_data");
      }
      if (!(data instanceof ObjectNode block)) {
        return; // wrong type: reported where it is read
      }
      if (block.has(key)) {
        problems.error(
            "%s: given here and in training_data; remove it here"
                .formatted(file.where(path + "." + key)));
      } else {
        block.set(key, training.get(key));
        file.moved(path + "." + key, path + ".training_data." + key);
        problems.migrated(
            "%s: form of DeePMD-kit 1, taken as training_data.%s"
                .formatted(file.where(path + "." + key), key));
      }
      training.remove(key);
    }
  }

  private static void rename(
      ParameterFile file, ObjectNode node, String path, Rename rename, Problems problems) {
    if (!node.has(rename.old)) {
      return;
    }
    String prefix = path.isEmpty() ? "" : path + ".";
    if (node.has(rename.now)) {
      problems.error(
          "%s: old name of %s, which is given too; keep one of them"
              .formatted(file.where(prefix + rename.old), rename.now));
    } else {
      node.set(rename.now, node.get(rename.old));
      file.moved(prefix + rename.old, prefix + rename.now);
      problems.migrated(
          "%s: old name, taken as %s".formatted(file.where(prefix + rename.old), rename.now));
    }
    node.remove(rename.old);
  }

  private static void drop(
      ParameterFile file, ObjectNode node, String path, List<Dropped> keys, Problems problems) {
    String prefix = path.isEmpty() ? "" : path + ".";
    for (Dropped key : keys) {
      if (node.remove(key.old) != null) {
        problems.migrated(
            "%s: old key, of no effect: %s".formatted(file.where(prefix + key.old), key.why));
      }
    }
  }
}
