package org.dpsieve.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A DeePMD-kit {@code input.json}, as far as it matters here.
 *
 * @param loss the prefactors of {@code loss}
 * @param trainable which layers the user leaves free
 * @param json the whole input in DeePMD-kit's version 2 form, old keys mapped
 */
public record TrainingInput(Loss loss, Trainable trainable, String json) {
  /**
   * How many parameters frames or atoms have.
   *
   * @param key {@code numb_fparam} or {@code numb_aparam}
   */
  public int parameters(String key) {
    return at("/model/fitting_net").path(key).asInt(0);
  }

  private JsonNode at(String pointer) {
    try {
      return new ObjectMapper().readTree(json).at(pointer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@code model.finetune_head}; empty where it is not given. */
  public String finetuneHead() {
    return at("/model/finetune_head").asText("");
  }

  /**
   * Whether adapters are trained ({@code model.lora}) that DeePMD-kit never folds into the model,
   * as it does in the best checkpoints of a full validation alone.
   */
  public boolean leavesAdapters() {
    return at("/model/lora").isObject() && !at("/validating/full_validation").asBoolean(false);
  }

  /**
   * {@code loss} of type {@code ener}: the weight of the squared error of energy, force and virial
   * at the start of training and in its limit, where the learning rate has vanished ({@code
   * deepmd/tf/loss/ener.py: EnerStdLoss}).
   */
  public record Loss(
      double startPrefE,
      double limitPrefE,
      double startPrefF,
      double limitPrefF,
      double startPrefV,
      double limitPrefV) {}

  /** Which parameters {@code descriptor.trainable} and {@code fitting_net.trainable} leave free. */
  public enum Trainable {
    /** The last layer of the fitting net and nothing else, as in the published example. */
    OUTPUT_LAYER,
    /** Anything else. */
    OTHER
  }
}
