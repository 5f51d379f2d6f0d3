package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.DpTrainConfig.Backend;
import org.dpsieve.config.reading.Block;
import org.dpsieve.model.format.ModelFiles;

/**
 * What the models will be that {@code dp train} makes, as far as its input shows: whether our
 * reader knows them is found out before the training, not after.
 */
final class TrainedModels {
  /** Descriptors whose environment has a mean unless {@code set_davg_zero} is true. */
  private static final List<String> TYPE_EMBEDDED = List.of("se_atten", "dpa1", "se_atten_v2");

  private TrainedModels() {}

  /** Why only DeePMD-kit will know them; empty where our reader should. */
  static Optional<String> foreign(Backend backend, List<TrainingReader.InputBlocks> inputs) {
    if (backend == Backend.JAX) {
      return Optional.of("train_backend jax freezes into .savedmodel");
    }
    return inputs.stream().flatMap(input -> foreign(backend, input).stream()).findFirst();
  }

  private static Optional<String> foreign(Backend backend, TrainingReader.InputBlocks input) {
    Optional<String> model = input.model().flatMap(block -> kind(backend, block));
    return model.or(
        () -> input.descriptor().flatMap(block -> foreign(backend, block, block.node())));
  }

  private static Optional<String> kind(Backend backend, Block model) {
    String type = model.node().path("type").asText("standard");
    boolean known =
        type.equals("standard") || type.equals("linear_ener") && backend == Backend.TENSORFLOW;
    return known
        ? Optional.empty()
        : Optional.of("%s is '%s'".formatted(model.where("type"), type));
  }

  private static Optional<String> foreign(Backend backend, Block descriptor, JsonNode node) {
    String type = node.path("type").asText();
    if (type.equals("hybrid")) {
      for (JsonNode part : node.path("list")) {
        Optional<String> foreign = foreign(backend, descriptor, part);
        if (foreign.isPresent()) {
          return foreign;
        }
      }
      return Optional.empty();
    }
    if (!type.isEmpty() && !ModelFiles.readsDescriptor(backend.key(), type)) {
      return Optional.of("%s is '%s'".formatted(descriptor.where("type"), type));
    }
    if (backend == Backend.PYTORCH && TYPE_EMBEDDED.contains(type)) {
      if (!node.path("set_davg_zero").asBoolean(true)) {
        return Optional.of("%s is false".formatted(descriptor.where("set_davg_zero")));
      }
      if (node.path("use_econf_tebd").asBoolean(false)) {
        return Optional.of("%s is true".formatted(descriptor.where("use_econf_tebd")));
      }
    }
    return Optional.empty();
  }
}
