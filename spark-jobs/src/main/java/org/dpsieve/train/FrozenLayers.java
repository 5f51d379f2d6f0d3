package org.dpsieve.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE2A;

/**
 * Whether a training left alone what the user asked to freeze ({@code trainable} of descriptor and
 * fitting net), and changed something at all.
 */
public final class FrozenLayers {
  private FrozenLayers() {}

  /**
   * What is wrong, one sentence each; empty when all is well.
   *
   * @param input the training's input.json
   * @param before the model it started from
   */
  public static List<String> problems(String input, DeepPotential before, DeepPotential after) {
    JsonNode model;
    try {
      model = new ObjectMapper().readTree(input).path("model");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    List<String> problems = new ArrayList<>();
    boolean somethingFree = false;
    boolean somethingChanged = false;
    boolean descriptorChanged = descriptorChanged(before, after);
    boolean descriptorFree = model.path("descriptor").path("trainable").asBoolean(true);
    if (descriptorChanged && !descriptorFree) {
      problems.add("the descriptor's weights changed, though descriptor.trainable is false");
    }
    somethingFree |= descriptorFree;
    somethingChanged |= descriptorChanged;
    int layers = before.fitting().networks()[0].layers().size();
    TreeSet<Integer> changed = changedLayers(before, after);
    JsonNode trainable = model.path("fitting_net").path("trainable");
    for (int layer = 0; layer < layers; layer++) {
      boolean free =
          trainable.isArray() ? trainable.path(layer).asBoolean(true) : trainable.asBoolean(true);
      if (changed.contains(layer) && !free) {
        problems.add(
            "layer %d of the fitting net changed, though fitting_net.trainable[%d] is false"
                .formatted(layer, layer));
      }
      somethingFree |= free;
      somethingChanged |= changed.contains(layer);
    }
    if (somethingFree && !somethingChanged) {
      problems.add(
          "no weight changed at all, though the trainable keys leave some free (the PyTorch backend freezes the whole fitting net when one entry of its list is false)");
    }
    return problems;
  }

  private static boolean descriptorChanged(DeepPotential before, DeepPotential after) {
    if (!(before.descriptor() instanceof SeE2A old) || !(after.descriptor() instanceof SeE2A now)) {
      return false;
    }
    for (int c = 0; c < old.embedding().length; c++) {
      for (int n = 0; n < old.embedding()[c].length; n++) {
        if (old.embedding()[c][n] instanceof Network a
            && now.embedding()[c][n] instanceof Network b
            && !changedLayers(a, b).isEmpty()) {
          return true;
        }
      }
    }
    return false;
  }

  private static TreeSet<Integer> changedLayers(DeepPotential before, DeepPotential after) {
    TreeSet<Integer> changed = new TreeSet<>();
    for (int type = 0; type < before.fitting().networks().length; type++) {
      changed.addAll(
          changedLayers(before.fitting().networks()[type], after.fitting().networks()[type]));
    }
    return changed;
  }

  private static TreeSet<Integer> changedLayers(Network before, Network after) {
    TreeSet<Integer> changed = new TreeSet<>();
    for (int i = 0; i < before.layers().size(); i++) {
      Layer a = before.layers().get(i);
      Layer b = after.layers().get(i);
      if (!Arrays.equals(a.weight(), b.weight())
          || !Arrays.equals(a.bias(), b.bias())
          || !Arrays.equals(a.idt(), b.idt())) {
        changed.add(i);
      }
    }
    return changed;
  }
}
