package org.dpsieve.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.dpsieve.config.DpTrainConfig.Reuse;
import org.dpsieve.config.LastCheckpoint;
import org.dpsieve.digest.Sha256;

/**
 * DeePMD-kit's {@code input.json} of one model, made from the user's template as DP-GEN makes it
 * ({@code dpgen/generator/run.py: make_train_dp}), but with seeds that follow from the run's own.
 */
public final class DpInput {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode root;

  /**
   * One folder of training data.
   *
   * @param path as the input names it, relative to where {@code dp train} runs
   * @param isNew labelled in the last iteration
   * @param batchSize frames of it in a step
   */
  public record DataSystem(String path, int atoms, int frames, boolean isNew, int batchSize) {}

  /**
   * @param template {@code default_training_param} in version 2 form
   */
  public DpInput(String template) {
    try {
      this.root = (ObjectNode) JSON.readTree(template);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private ObjectNode object(String... path) {
    ObjectNode node = root;
    for (String key : path) {
      node = node.get(key) instanceof ObjectNode child ? child : node.putObject(key);
    }
    return node;
  }

  /** {@code model.type_map}, over whatever the template says. */
  public DpInput typeMap(List<String> symbols) {
    ArrayNode map = object("model").putArray("type_map");
    symbols.forEach(map::add);
    return this;
  }

  /** {@code training.change_bias_after_training}, over whatever the template says. */
  public DpInput biasAfterTraining(boolean change) {
    object("training").put("change_bias_after_training", change);
    return this;
  }

  /** The training data, and their batch sizes where the template has no {@code mixed:}. */
  public DpInput systems(List<DataSystem> systems) {
    ObjectNode data = object("training", "training_data");
    ArrayNode paths = data.putArray("systems");
    systems.forEach(system -> paths.add(system.path()));
    JsonNode given = data.path("batch_size");
    if (!(given.isTextual() && given.textValue().startsWith("mixed:"))) {
      ArrayNode sizes = data.putArray("batch_size");
      systems.forEach(system -> sizes.add(system.batchSize()));
    }
    return this;
  }

  /** Paths of validation data as seen from anywhere. */
  public DpInput validationFrom(Path folder) {
    if (root.path("training").path("validation_data").get("systems") instanceof ArrayNode paths) {
      for (int i = 0; i < paths.size(); i++) {
        paths.set(i, folder.toAbsolutePath().resolve(paths.get(i).asText()).normalize().toString());
      }
    }
    return this;
  }

  /** Fresh seeds, as DP-GEN gives them, that follow from {@code source} alone. */
  public DpInput seeds(String source) {
    ObjectNode model = object("model");
    if (model.get("descriptor") instanceof ObjectNode descriptor) {
      if (descriptor.path("type").asText().equals("hybrid")) {
        int member = 0;
        for (JsonNode one : descriptor.path("list")) {
          ((ObjectNode) one).put("seed", seed(source + ":descriptor:" + member++));
        }
      } else {
        descriptor.put("seed", seed(source + ":descriptor"));
      }
    }
    if (model.get("fitting_net") instanceof ObjectNode fitting) {
      fitting.put("seed", seed(source + ":fitting_net"));
    }
    if (model.get("type_embedding") instanceof ObjectNode embedding) {
      embedding.put("seed", seed(source + ":type_embedding"));
    }
    object("training").put("seed", seed(source + ":training"));
    return this;
  }

  /** Of 32 bits, unsigned. */
  private static long seed(String text) {
    return Integer.toUnsignedLong(ByteBuffer.wrap(Sha256.of(text)).getInt());
  }

  /** Names that the commands and whoever reads the results rely on. */
  public DpInput fileNames() {
    object("training").put("disp_file", "lcurve.out").put("save_ckpt", "model.ckpt");
    return this;
  }

  /** {@code model_devi_activation_func} of this model. */
  public DpInput activation(String embedding, String fitting) {
    object("model", "descriptor").put("activation_function", embedding);
    object("model", "fitting_net").put("activation_function", fitting);
    return this;
  }

  /** The short-range table beside the input. */
  public DpInput shortRangeTable(String fileName) {
    object("model").put("use_srtab", fileName);
    return this;
  }

  /** {@code training_reuse_*}, in an iteration where they hold. */
  public DpInput reuse(Reuse reuse, List<DataSystem> systems) {
    reuse.numbSteps().ifPresent(steps -> object("training").put("numb_steps", steps));
    reuse.startLr().ifPresent(rate -> object("learning_rate").put("start_lr", rate));
    ObjectNode loss = object("loss");
    if (loss.has("start_pref_e")) {
      reuse.startPrefE().ifPresent(weight -> loss.put("start_pref_e", weight));
    }
    if (loss.has("start_pref_f")) {
      reuse.startPrefF().ifPresent(weight -> loss.put("start_pref_f", weight));
    }
    int old = (int) systems.stream().filter(system -> !system.isNew()).count();
    if (old > 0 && old < systems.size()) {
      double ratio = ratio(reuse.oldRatio(), systems);
      object("training", "training_data")
          .put(
              "auto_prob",
              String.format(
                  Locale.ROOT,
                  "prob_sys_size; 0:%d:%f; %d:%d:%f",
                  old,
                  ratio,
                  old,
                  systems.size(),
                  1 - ratio));
    }
    return this;
  }

  private static double ratio(String given, List<DataSystem> systems) {
    if (!given.startsWith("auto")) {
      return Double.parseDouble(given);
    }
    double factor = given.contains(":") ? Double.parseDouble(given.substring(5)) : 10;
    double old = 0;
    double fresh = 0;
    for (DataSystem system : systems) {
      if (system.isNew()) {
        fresh += system.frames();
      } else {
        old += system.frames();
      }
    }
    return old / (old + factor * fresh);
  }

  /** {@code numb_steps} and every layer free, whatever the template says. */
  public DpInput free(int steps) {
    object("training").put("numb_steps", steps);
    object("model").findParents("trainable").forEach(net -> ((ObjectNode) net).remove("trainable"));
    return this;
  }

  /**
   * Forces weighed atom by atom, by {@code atom_pref.npy} in every system, with the prefactors that
   * forces have; those of DeePMD-kit where none are given.
   */
  public DpInput atomPreferences() {
    ObjectNode loss = object("loss");
    loss.put("start_pref_pf", loss.path("start_pref_f").asDouble(1000));
    loss.put("limit_pref_pf", loss.path("limit_pref_f").asDouble(1));
    loss.put("start_pref_f", 0);
    loss.put("limit_pref_f", 0);
    return this;
  }

  /** See {@link LastCheckpoint}; after all else about steps. */
  public DpInput lastCheckpoint() {
    ObjectNode training = object("training");
    LastCheckpoint.changes(training, steps()).forEach(training::put);
    return this;
  }

  /** {@code numb_steps}; 0 where it is not given. */
  public long steps() {
    return root.path("training").path("numb_steps").asLong();
  }

  /** As DP-GEN writes it, indented by four. */
  public String text() {
    try {
      DefaultIndenter four = new DefaultIndenter("    ", "\n");
      return JSON.writer(
                  new DefaultPrettyPrinter().withObjectIndenter(four).withArrayIndenter(four))
              .writeValueAsString(root)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
