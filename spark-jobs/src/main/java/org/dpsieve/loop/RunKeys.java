package org.dpsieve.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dpsieve.config.DpTrainConfig;
import org.dpsieve.config.LabelConfig;
import org.dpsieve.config.PropertyConfig;
import org.dpsieve.config.RunConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.config.TrainConfig;
import org.dpsieve.config.TrainingInput;
import org.dpsieve.io.RegularFile;
import org.dpsieve.label.ConvergenceSettings;
import org.dpsieve.label.LabelIdentity;
import org.dpsieve.pick.Measure;

/**
 * What a run is known by, by key as the files spell it; after a comma or in brackets, which part or
 * form of it. A value with parts is a JSON object.
 *
 * @param fixed another value of any of them is another run: labels of before and after would not go
 *     together, or the run would not be what its first call says
 * @param open may change between two calls, which is recorded
 * @param accepted those of {@code fixed} whose change the user answers for
 */
public record RunKeys(
    SortedMap<String, String> fixed, SortedMap<String, String> open, Set<String> accepted) {
  /** The first digits of each given model's SHA-256. */
  static final String MODELS = "training_iter0_model_path (sha256 of the models)";

  /** What a run is for, where it is not energies and forces. */
  static final String PROPERTY = "property";

  private static final String MEASURE = "model_devi_p_by (column)";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DIGITS = 16;

  public RunKeys(SortedMap<String, String> fixed, SortedMap<String, String> open) {
    this(fixed, open, Set.of());
  }

  /**
   * Of a run's configuration.
   *
   * @param workdir paths below or beside it are kept relative, so that the whole may be moved
   */
  static RunKeys of(RunConfig run, Workdir workdir) {
    SimplifyConfig config = run.simplify();
    RunKeys keys = new RunKeys(new TreeMap<>(), new TreeMap<>());
    keys.fixed.put("seed", Long.toString(config.pick().seed()));
    keys.fixed.put("type_map", String.join(" ", config.typeMap()));
    if (!config.elements().isEmpty()) {
      keys.fixed.put("elements", config.elements().toString());
    }
    keys.fixed.put("pick_data", relative(config.pool().pickData(), workdir));
    config
        .pool()
        .tables()
        .ifPresent(tables -> keys.fixed.put("mapping", tables.mapping().toString()));
    keys.fixed.put("init_data_sys", relative(config.pool().initData(), workdir));
    if (!config.pool().oldData().isEmpty()) {
      keys.fixed.put("old_data", relative(config.pool().oldData(), workdir));
    }
    if (!config.pool().extxyzKeys().names().isEmpty()) {
      keys.fixed.put("extxyz_keys", config.pool().extxyzKeys().toString());
    }
    keys.fixed.put("labeled", Boolean.toString(config.pool().labeled()));
    keys.fixed.put(MODELS, checksums(config.train().models()));
    keys.open.put("init_pick_number", Integer.toString(config.pick().initPickNumber()));
    keys.open.put("pick_strategy", config.pick().strategy().key());
    if (config.pick().initStrategy() != config.pick().strategy()) {
      keys.open.put("init_pick_strategy", config.pick().initStrategy().key());
    }
    keys.add(config.train());
    keys.add(config.label());
    config.property().ifPresent(property -> keys.add(property, config.trust().measure().column()));
    return keys;
  }

  private void add(PropertyConfig property, String measure) {
    fixed.put(PROPERTY, property.label().toString());
    if (property.source() != null) {
      fixed.put("property_from", property.source().text());
      if (!property.files().isEmpty()) {
        fixed.put("property_from (sha256)", checksums(property.files()));
      }
    }
    open.put("property_basis", property.basis() == null ? "(chosen)" : property.basis());
    open.put(MEASURE, measure);
  }

  /** What the frames of a run are picked by. */
  static Measure measure(Map<String, String> identity) {
    return Stream.of(Measure.PROPERTY, Measure.SIGMA)
        .filter(measure -> measure.column().equals(identity.get(MEASURE)))
        .findFirst()
        .orElse(Measure.FORCE);
  }

  RunKeys accepting(Set<String> others) {
    return new RunKeys(fixed, open, Set.copyOf(others));
  }

  /** All of them. */
  SortedMap<String, String> all() {
    SortedMap<String, String> all = new TreeMap<>(fixed);
    all.putAll(open);
    return all;
  }

  /** The key in the parameter file. */
  static String name(String key) {
    return key.split(" \\(|, ", 2)[0];
  }

  private void add(TrainConfig train) {
    open.put(
        "train.engine",
        train
            .dp()
            .map(dp -> dp.fineTuning().biasAlone() ? "change-bias" : "dp")
            .orElse("output-layer"));
    open.put(
        "default_training_param, loss",
        train.inputs().stream()
            .map(input -> text(input.loss()))
            .distinct()
            .collect(Collectors.joining("; ")));
    if (!train.branch().isEmpty()) {
      fixed.put("model_branch", train.branch());
    }
    if (train.dp().isEmpty()) {
      open.put("old_labels", train.oldLabels().name().toLowerCase(Locale.ROOT));
    }
    if (train.dp().isPresent()) {
      add(train.dp().get());
      List<String> inputs = train.inputs().stream().map(TrainingInput::json).distinct().toList();
      for (int m = 0; m < inputs.size(); m++) {
        String which = inputs.size() == 1 ? "" : ", input %d".formatted(m);
        open.put("default_training_param" + which, leaves(inputs.get(m)));
      }
    }
  }

  /** What a training depends on beside its input, as far as it is given. */
  private void add(DpTrainConfig dp) {
    List<Path> pretrained =
        dp.start().stream()
            .filter(start -> start.init() == DpTrainConfig.Init.FINETUNE)
            .map(DpTrainConfig.Start::path)
            .toList();
    if (!pretrained.isEmpty()) {
      fixed.put("training_finetune_model (sha256)", checksums(pretrained));
    }
    if (!dp.fineTuning().branch().isEmpty()) {
      fixed.put("model_branch", dp.fineTuning().branch());
    }
    if (dp.fineTuning().pretrainScript()) {
      open.put("use_pretrain_script", "true");
    }
    dp.fineTuning()
        .biasAfter()
        .ifPresent(after -> open.put("change_bias_after_training", after.toString()));
    String sizes = dp.batchSizes().identity();
    if (!sizes.isEmpty()) {
      open.put("batch sizes", sizes);
    }
  }

  /** What labels depend on. */
  private void add(LabelConfig label) {
    fixed.put("fp_style", label.style().key());
    if (label.settings().isEmpty()) {
      return;
    }
    LabelIdentity identity = label.settings().get().identity();
    fixed.putAll(identity.values());
    identity.inputs().forEach(this::add);
    identity.files().forEach((key, files) -> fixed.put(key + " (sha256)", checksums(files)));
  }

  private void add(String key, ConvergenceSettings.Parts parts) {
    fixed.put(key, json(parts.level()));
    open.put(key + ", convergence", json(parts.convergence()));
  }

  private static String leaves(String json) {
    try {
      return json(ConvergenceSettings.leaves((ObjectNode) JSON.readTree(json)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String json(SortedMap<String, String> map) {
    try {
      return JSON.writeValueAsString(map);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(TrainingInput.Loss loss) {
    return "pref_e %s to %s, pref_f %s to %s, pref_v %s to %s"
        .formatted(
            loss.startPrefE(),
            loss.limitPrefE(),
            loss.startPrefF(),
            loss.limitPrefF(),
            loss.startPrefV(),
            loss.limitPrefV());
  }

  private static String checksums(List<Path> files) {
    return files.stream().map(file -> digits(main(file))).collect(Collectors.joining(" "));
  }

  static String digits(Path file) {
    return RegularFile.sha256(file).substring(0, DIGITS);
  }

  /** The file that identifies a model; some are folders. */
  private static Path main(Path model) {
    return Files.isDirectory(model) ? model.resolve("saved_model.pb") : model;
  }

  private static String relative(List<String> paths, Workdir workdir) {
    return paths.stream()
        .map(
            path ->
                path.startsWith("/") && !workdir.isElsewhere()
                    ? workdir.root().relativize(Path.of(path)).toString().replace('\\', '/')
                    : path)
        .collect(Collectors.joining(" "));
  }
}
