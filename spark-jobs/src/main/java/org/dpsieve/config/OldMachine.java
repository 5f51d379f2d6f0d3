package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.ParameterFile;
import org.dpsieve.config.reading.Problems;

/**
 * Brings older forms of machine.json to today's: a section {@code train}, {@code model_devi},
 * {@code fp} each with {@code command}, {@code machine}, {@code resources}. Older are lists of
 * which the first counts, flat keys ({@code train_machine}), and the names of DP-GEN's own
 * dispatcher before dpdispatcher.
 */
final class OldMachine {
  static final List<String> SECTIONS = List.of("train", "model_devi", "fp");
  private static final List<String> PARTS =
      Stream.concat(
              Stream.of(
                  "command",
                  "machine",
                  "resources",
                  "group_size",
                  "user_forward_files",
                  "user_backward_files",
                  "engine",
                  "backend",
                  "precision"),
              NodeReader.KEYS.stream())
          .toList();
  private static final Map<String, String> RESOURCES =
      ordered(
          "numb_node", "number_node",
          "task_per_node", "cpu_per_node",
          "numb_gpu", "gpu_per_node",
          "partition", "queue_name");
  private static final Map<String, String> SLURM_FLAGS =
      ordered(
          "time_limit", "--time",
          "mem_limit", "--mem",
          "qos", "--qos",
          "account", "--account",
          "exclude_list", "--exclude",
          "constraint_list", "--constraint",
          "license_list", "--licenses");
  private static final List<String> PROFILE =
      List.of("hostname", "port", "username", "password", "key_filename", "passphrase", "timeout");
  private static final List<String> OLD_MACHINE =
      List.of(
          "batch",
          "machine_type",
          "work_path",
          "lazy_local",
          "lazy-local",
          "hostname",
          "username",
          "port");

  /** Where {@code dp} was looked for, of the whole file or of a section; the last one counts. */
  private static final List<String> PROGRAM_PATHS = List.of("deepmd_path", "python_path");

  /** Machines of the first versions that have no queue: tasks in the background, there or here. */
  private static final List<String> NO_QUEUE = List.of("local", "ssh");

  private static final List<String> HERE = List.of("localhost", "127.0.0.1", "::1");

  private final ParameterFile file;
  private final ObjectNode root;
  private final Problems problems;

  private OldMachine(ParameterFile file, ObjectNode root, Problems problems) {
    this.file = file;
    this.root = root;
    this.problems = problems;
  }

  /** What a machine file may hold at its top, in any of its forms. */
  static Set<String> keys() {
    Set<String> keys =
        new HashSet<>(List.of("api_version", "deepmd_version", "handlers", "lmp_command"));
    keys.addAll(PROGRAM_PATHS);
    for (String section : SECTIONS) {
      keys.add(section);
      Stream.concat(PARTS.stream(), PROGRAM_PATHS.stream())
          .forEach(part -> keys.add(section + "_" + part));
    }
    return keys;
  }

  static void migrate(ParameterFile file, ObjectNode root, Problems problems) {
    new OldMachine(file, root, problems).migrate();
  }

  private static Map<String, String> ordered(String... pairs) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private void migrate() {
    if (root.remove("lmp_command") != null) {
      problems.migrated(
          "%s: of no effect, dpgen simplify runs no LAMMPS".formatted(file.where("lmp_command")));
    }
    Optional<OldProgram> dp = program(root, "", "");
    for (String name : SECTIONS) {
      firstOfList(name);
      flatKeys(name);
      programOf(name, dp);
      if (root.get(name) instanceof ObjectNode section) {
        groupSize(name, section);
        String batch = machine(name, section);
        resources(name, section, batch);
      }
    }
  }

  /** A command that an old key stands for, and where it was given. */
  private record OldProgram(String where, String command) {}

  /**
   * Takes the old keys away.
   *
   * @param prefix of the keys, {@code train_} in a flat file
   * @param path of the object for messages, with its dot
   */
  private Optional<OldProgram> program(ObjectNode node, String prefix, String path) {
    OldProgram found = null;
    for (String key : PROGRAM_PATHS) {
      JsonNode value = node.remove(prefix + key);
      if (value != null && value.isTextual()) {
        String text = value.textValue().replaceFirst("(?<=[^/])/+$", "");
        found =
            new OldProgram(
                file.where(path + prefix + key),
                key.equals("deepmd_path") ? text + "/bin/dp" : text + " -m deepmd");
      }
    }
    return Optional.ofNullable(found);
  }

  /** A section's own program, else the file's, where it has no command. */
  private void programOf(String name, Optional<OldProgram> everywhere) {
    Optional<OldProgram> flat = program(root, name + "_", "");
    Optional<OldProgram> own =
        root.get(name) instanceof ObjectNode section
            ? program(section, "", name + ".")
            : Optional.empty();
    Optional<OldProgram> dp = own.or(() -> flat).or(() -> everywhere);
    if (dp.isEmpty() || name.equals("fp")) {
      return;
    }
    JsonNode section = root.has(name) ? root.get(name) : root.putObject(name);
    if (!(section instanceof ObjectNode block)) {
      return;
    }
    if (!block.has("command")) {
      block.put("command", dp.get().command());
      problems.migrated(
          "%s: old key, taken as the command '%s'".formatted(dp.get().where(), dp.get().command()));
    } else if (!dp.equals(everywhere)) {
      problems.migrated("%s: old key, of no effect beside command".formatted(dp.get().where()));
    }
  }

  private void firstOfList(String name) {
    if (!(root.get(name) instanceof ArrayNode list)) {
      return;
    }
    if (list.isEmpty() || !list.get(0).isObject()) {
      problems.error(
          "%s: found %s, expected an object, or a list that begins with one"
              .formatted(file.where(name), Block.describe(list)));
      root.remove(name);
      return;
    }
    if (list.size() > 1) {
      problems.warn(
          "%s: a list of %d; only the first counts, as in DP-GEN"
              .formatted(file.where(name), list.size()));
    }
    root.set(name, list.get(0));
    file.movedAll(name + "[0]", name);
  }

  private void flatKeys(String name) {
    for (String part : PARTS) {
      String flat = name + "_" + part;
      if (!root.has(flat)) {
        continue;
      }
      JsonNode section = root.has(name) ? root.get(name) : root.putObject(name);
      if (section instanceof ObjectNode block) {
        if (block.has(part)) {
          problems.error(
              "%s: given here and in %s.%s; remove one".formatted(file.where(flat), name, part));
        } else {
          block.set(part, root.get(flat));
          file.movedAll(flat, name + "." + part);
          problems.migrated("%s: flat key, taken as %s.%s".formatted(file.where(flat), name, part));
        }
      }
      root.remove(flat);
    }
  }

  private void groupSize(String name, ObjectNode section) {
    JsonNode size = section.remove("group_size");
    if (size == null) {
      return;
    }
    JsonNode resources =
        section.has("resources") ? section.get("resources") : section.putObject("resources");
    if (resources instanceof ObjectNode block && !block.has("group_size")) {
      block.set("group_size", size);
      file.moved(name + ".group_size", name + ".resources.group_size");
      problems.migrated(
          "%s: old place, taken as resources.group_size"
              .formatted(file.where(name + ".group_size")));
    } else {
      problems.migrated(
          "%s: of no effect, resources.group_size counts"
              .formatted(file.where(name + ".group_size")));
    }
  }

  /** Returns the batch system in lower case, {@code ""} when unknown. */
  private String machine(String name, ObjectNode section) {
    if (!(section.get("machine") instanceof ObjectNode machine)) {
      return "";
    }
    boolean old = !machine.has("batch_type") && OLD_MACHINE.stream().anyMatch(machine::has);
    if (!old) {
      return machine.path("batch_type").asText("").toLowerCase(Locale.ROOT);
    }
    problems.migrated(
        "%s: form of DP-GEN before 0.10, taken as dpdispatcher's (batch_type, context_type, remote_root, remote_profile)"
            .formatted(file.where(name + ".machine")));
    JsonNode batch =
        machine.has("batch") ? machine.remove("batch") : machine.remove("machine_type");
    machine.remove("machine_type");
    boolean noQueue = batch != null && NO_QUEUE.contains(batch.asText().toLowerCase(Locale.ROOT));
    String batchType = batch == null || noQueue ? "shell" : batch.asText();
    boolean lazy =
        machine.path("lazy_local").asBoolean(false) || machine.path("lazy-local").asBoolean(false);
    machine.remove(List.of("lazy_local", "lazy-local"));
    ObjectNode profile = JsonNodeFactory.instance.objectNode();
    for (String key : PROFILE) {
      if (machine.has(key)) {
        profile.set(key, machine.remove(key));
      }
    }
    machine.put("batch_type", MachineReader.batchType(batchType).orElse(batchType));
    boolean here =
        !profile.has("hostname")
            || noQueue && HERE.contains(profile.path("hostname").asText().toLowerCase(Locale.ROOT));
    String context = here ? "LocalContext" : "SSHContext";
    machine.put("context_type", lazy ? "LazyLocalContext" : context);
    machine.put("local_root", "./");
    if (machine.has("work_path")) {
      machine.set("remote_root", machine.remove("work_path"));
    }
    if (!here && !lazy) {
      machine.set("remote_profile", profile);
    }
    return batchType.toLowerCase(Locale.ROOT);
  }

  private void resources(String name, ObjectNode section, String batch) {
    if (!(section.get("resources") instanceof ObjectNode resources)) {
      return;
    }
    String path = name + ".resources";
    RESOURCES.forEach(
        (old, now) -> {
          if (resources.has(old) && !resources.has(now)) {
            resources.set(now, resources.remove(old));
            file.moved(path + "." + old, path + "." + now);
            problems.migrated(
                "%s: old name, taken as %s".formatted(file.where(path + "." + old), now));
          }
        });
    SLURM_FLAGS.forEach(
        (old, flag) -> {
          if (!resources.has(old)) {
            return;
          }
          String key = path + "." + old;
          String value = words(resources.remove(old));
          if (value.isEmpty()) {
            return; // a default of old files that sets nothing
          }
          if (batch.equals("shell")) {
            problems.migrated(
                "%s: old key, of no effect: a shell grants no resources"
                    .formatted(file.where(key)));
            return;
          }
          if (!batch.startsWith("slurm")) {
            problems.error(
                "%s: old key; write the line that sets it into resources.custom_flags"
                    .formatted(file.where(key)));
            return;
          }
          String line = "#SBATCH " + flag + "=" + value + (old.equals("mem_limit") ? "G" : "");
          JsonNode flags =
              resources.has("custom_flags")
                  ? resources.get("custom_flags")
                  : resources.putArray("custom_flags");
          if (flags instanceof ArrayNode list) {
            list.add(line);
          }
          problems.migrated(
              "%s: old key, taken as custom_flags \"%s\"".formatted(file.where(key), line));
        });
    JsonNode mpi = resources.remove("with_mpi");
    if (mpi != null && mpi.asBoolean()) {
      problems.warn(
          "%s: old key, of no effect; write mpirun or srun into %s.command"
              .formatted(file.where(path + ".with_mpi"), name));
    }
  }

  private static String words(JsonNode value) {
    if (!value.isArray()) {
      String text = value.isNull() ? "" : value.asText();
      return text.equals("-1") ? "" : text;
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode item : value) {
      text.append(text.isEmpty() ? "" : ",").append(item.asText());
    }
    return text.toString();
  }
}
