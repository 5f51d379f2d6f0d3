package org.dpsieve.config;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.config.reading.Spelling;

/**
 * {@code machine.json}. The keys are those of dpgen 0.14 {@code arginfo.py} and dpdispatcher 1.1
 * ({@code machine.py}, {@code submission.py}: {@code arginfo}), plus {@code engine} and {@code
 * backend}.
 */
final class MachineReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> BATCH_TYPES =
      List.of(
          "Shell",
          "Slurm",
          "SlurmJobArray",
          "PBS",
          "Torque",
          "SGE",
          "LSF",
          "Fugaku",
          "JH_UniScheduler",
          "DistributedShell",
          "Bohrium",
          "Lebesgue",
          "DpCloudServer",
          "OpenAPI");
  private static final List<String> CONTEXT_TYPES =
      List.of(
          "LazyLocalContext",
          "LocalContext",
          "SSHContext",
          "HDFSContext",
          "BohriumContext",
          "LebesgueContext",
          "DpCloudServerContext",
          "OpenAPIContext");
  private static final List<String> SSH_PROFILE =
      List.of(
          "hostname",
          "username",
          "password",
          "port",
          "key_filename",
          "passphrase",
          "timeout",
          "totp_secret",
          "tar_compress",
          "look_for_keys",
          "execute_command",
          "proxy_command",
          "archive_chunk_size");
  private static final List<String> LOCAL_PROFILE = List.of("symlink");
  private static final Pattern VERSION = Pattern.compile("(\\d+)(\\.\\d+)*([.-]?[a-z]+\\d*)*");

  private final Block file;
  private final Problems problems;

  MachineReader(Block file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * One section.
   *
   * @param block for messages
   * @param engine empty where none is named, or one that there is not for this step
   * @param backend likewise
   */
  record Section(
      Block block,
      Optional<Engine> engine,
      Optional<Backend> backend,
      Optional<String> command,
      Map<String, Object> machine,
      Map<String, Object> resources,
      List<String> userForwardFiles,
      List<String> userBackwardFiles) {
    MachineConfig.Section with(Engine chosen, Optional<NodeConfig> node) {
      return new MachineConfig.Section(chosen, command, machine, resources, node);
    }

    /** The same without anything said. */
    Section unset() {
      return new Section(
          block,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          Map.of(),
          List.of(),
          List.of());
    }

    /** The settings that an engine inside this program has no use for. */
    List<String> settings() {
      List<String> names = new ArrayList<>();
      command.ifPresent(c -> names.add("command"));
      if (!machine.isEmpty()) {
        names.add("machine");
      }
      if (!resources.isEmpty()) {
        names.add("resources");
      }
      return names;
    }
  }

  /** All sections, and the version of DeePMD-kit. */
  record Sections(String deepmdVersion, Section train, Section modelDevi, Section fp) {}

  Sections read() {
    OldMachine.migrate(file.file(), file.node(), problems);
    apiVersion();
    String version = file.text("deepmd_version").orElse("2");
    var matcher = VERSION.matcher(version);
    if (!matcher.matches()
        || Integer.parseInt(matcher.group(1)) < 1
        || Integer.parseInt(matcher.group(1)) > 3) {
      file.error(
          "deepmd_version",
          "found '%s', expected a version from 1 to 3, as in \"3.2\"".formatted(version));
    }
    if (file.has("handlers")) {
      file.warn("handlers", "of no effect: no mail is sent");
    }
    Sections all =
        new Sections(
            version,
            section("train", Engine.OUTPUT_LAYER, Engine.DP, Engine.CHANGE_BIAS),
            section("model_devi", Engine.JVM, Engine.DP),
            section("fp", Engine.EMBEDDED, Engine.COMMAND));
    file.finishLeniently();
    return all;
  }

  private void apiVersion() {
    if (!file.has("api_version")) {
      return;
    }
    String version = file.node().get("api_version").asText();
    if (!version.matches("[1-9]\\d*(\\.\\d+)*")) {
      file.error(
          "api_version",
          "found %s, expected \"1.0\"".formatted(Block.describe(file.node().get("api_version"))));
    }
  }

  private Section section(String name, Engine... engines) {
    Block block = file.blockOrEmpty(name);
    List<String> comments = new ArrayList<>();
    block
        .node()
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (key.contains("comments")) {
                comments.add(key);
              }
            });
    block.declare(comments);
    block.declare(NodeReader.KEYS);
    if (name.equals("model_devi")) {
      block.declare(List.of("precision"));
    }
    Map<String, Object> machine = block.block("machine").map(this::machine).orElse(Map.of());
    Map<String, Object> resources = block.block("resources").map(this::resources).orElse(Map.of());
    if (block.text("export_command").isPresent()) {
      block.warn("export_command", "of no effect: only for model_format pt2");
    }
    Section section =
        new Section(
            block,
            named(block, "engine", engines, Engine::key),
            named(block, "backend", Backend.values(), Backend::key),
            block.text("command"),
            machine,
            resources,
            block.texts("user_forward_files").orElse(List.of()),
            block.texts("user_backward_files").orElse(List.of()));
    block.finishLeniently();
    return section;
  }

  private static <T> Optional<T> named(
      Block block, String key, T[] values, Function<T, String> name) {
    return block
        .choice(key, Arrays.stream(values).map(name).toList())
        .flatMap(text -> Arrays.stream(values).filter(v -> name.apply(v).equals(text)).findFirst());
  }

  /** Reports what dpdispatcher needs of a section's machine, and is not there. */
  static void requireMachine(Block section) {
    section
        .block("machine")
        .ifPresent(
            machine -> {
              machine.require("batch_type", "one of " + String.join(", ", BATCH_TYPES));
              machine.require("context_type", "one of " + String.join(", ", CONTEXT_TYPES));
            });
  }

  /** A batch type as dpdispatcher spells it, from any spelling that it takes. */
  static Optional<String> batchType(String name) {
    return BATCH_TYPES.stream().filter(known -> known.equalsIgnoreCase(name)).findFirst();
  }

  private Map<String, Object> machine(Block machine) {
    machine
        .text("batch_type")
        .filter(name -> batchType(name).isEmpty())
        .ifPresent(name -> unknown(machine, "batch_type", name, BATCH_TYPES));
    String given = machine.text("context_type").orElse("");
    String context =
        CONTEXT_TYPES.stream()
            .filter(
                known -> known.equalsIgnoreCase(given) || known.equalsIgnoreCase(given + "Context"))
            .findFirst()
            .orElse("");
    if (context.isEmpty() && !given.isEmpty()) {
      unknown(machine, "context_type", given, CONTEXT_TYPES);
    }
    if (machine.given("local_root")) {
      machine
          .text("local_root")
          .filter(root -> !root.equals("./"))
          .ifPresent(
              root ->
                  machine.error(
                      "local_root",
                      "found '%s', expected \"./\" (or no such key)".formatted(root)));
    }
    if (machine.given("remote_root")) {
      machine.text("remote_root");
    }
    machine.bool("clean_asynchronously");
    machine.integer("retry_count", 0);
    Optional<Block> profile = machine.block("remote_profile");
    if (context.equals("SSHContext")) {
      if (machine.require("remote_profile", "an object with hostname and username")) {
        profile.ifPresent(this::sshProfile);
      }
    } else if (context.endsWith("LocalContext")) {
      profile.ifPresent(block -> block.declare(LOCAL_PROFILE).finishLeniently());
    }
    machine.declare(List.of("input_data", "kwargs"));
    machine.finishLeniently();
    return map(machine.node());
  }

  private void sshProfile(Block profile) {
    profile.declare(SSH_PROFILE);
    if (profile.require("hostname", "the machine's name")) {
      profile.text("hostname");
    }
    if (profile.require("username", "the name to log in with")) {
      profile.text("username");
    }
    profile.integer("port", 1);
    profile.integer("timeout", 0);
    profile.finishLeniently();
  }

  private Map<String, Object> resources(Block resources) {
    resources.integer("number_node", 0);
    resources.integer("cpu_per_node", 0);
    resources.integer("gpu_per_node", 0);
    resources.integer("group_size", 0);
    resources.integer("para_deg", 0);
    resources.text("queue_name");
    resources.text("batch_type");
    resources.bool("module_purge");
    resources.finite("wait_time", 0);
    for (String key :
        List.of(
            "custom_flags",
            "source_list",
            "module_unload_list",
            "module_list",
            "prepend_script",
            "append_script")) {
      resources.texts(key);
    }
    resources.declare(List.of("memory", "gpu_discovery_script")); // ours, for backend spark
    resources.block("envs");
    resources.block("kwargs");
    resources
        .block("strategy")
        .ifPresent(
            strategy -> {
              strategy.bool("if_cuda_multi_devices");
              if (strategy.finite("ratio_unfinished", 0).orElse(0) >= 1) {
                strategy.error("ratio_unfinished", "expected a share below 1");
              }
              strategy.text("customized_script_header_template_file");
              strategy.finishLeniently();
            });
    resources.finishLeniently();
    return map(resources.node());
  }

  private static void unknown(Block block, String key, String name, List<String> known) {
    block.error(
        key,
        "unknown '%s'%s; known: %s"
            .formatted(name, Spelling.hint(name, known), String.join(", ", known)));
  }

  private static Map<String, Object> map(JsonNode node) {
    Map<String, Object> map =
        JSON.convertValue(node, new TypeReference<LinkedHashMap<String, Object>>() {});
    map.keySet().removeIf(key -> key.startsWith("_"));
    return map;
  }
}
