package org.dpsieve.resident;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.Labels;
import org.dpsieve.resident.Wire.Block;

/**
 * What is asked of frames; each has an array of numbers for each part of the answer.
 *
 * @param labels whether the frames' labels are needed
 * @param parts of the answer
 * @param evaluations of a model that it takes
 * @param width most numbers of an atom that the answer has beside those of an evaluation
 * @param own arrays beside those of the frames
 */
public record Question(
    ObjectNode head, boolean labels, int parts, int evaluations, int width, List<Block> own) {
  /** Of a frame's values, generously. */
  private static final int MOST_COMPONENTS = 1 << 14;

  private Question(ObjectNode head, boolean labels, int parts) {
    this(head, labels, parts, 1, 0, List.of());
  }

  /** Values of frames by models of a property, in its unit, [models, components]. */
  public static final Question VALUES =
      new Question(Wire.head("values"), false, 1, 1, 0, List.of());

  /**
   * Energy (eV, [layers]), force (eV/Å, [layers, atoms, 3]) and virial (eV, [layers, 9]) of a model
   * with other output layers. The models have to be loaded for that.
   *
   * @param model its place
   * @param layers row-major [layers][weights of all nets, then energies by type]
   */
  public static Question layers(int model, double[][] layers) {
    ObjectNode head = Wire.head("layers");
    head.put("model", model);
    Block numbers = Block.of("layers", new int[] {layers.length, layers[0].length});
    for (double[] layer : layers) {
      numbers.add(layer);
    }
    return new Question(head, false, 3, layers.length, 0, List.of(numbers));
  }

  /**
   * The last hidden layer of a model, [atoms, width]. The models have to be loaded for layers.
   *
   * @param model its place
   * @param width of that layer, at most
   */
  public static Question hidden(int model, int width) {
    ObjectNode head = Wire.head("hidden");
    head.put("model", model);
    return new Question(head, false, 1, 1, width, List.of());
  }

  /**
   * Deviations, by {@link org.dpsieve.deviation.FrameDeviation#NAMES}, and of all atoms where asked
   * for: an array for each call.
   */
  public static Question deviations(List<DeviationCall> calls) {
    ObjectNode head = Wire.head("deviation");
    ArrayNode array = head.putArray("calls");
    for (DeviationCall call : calls) {
      array
          .addObject()
          .put("real", call.realError())
          .put("atomic", call.atomic())
          .put("relative", call.relative())
          .put("relative_v", call.relativeVirial());
    }
    return new Question(head, calls.stream().anyMatch(DeviationCall::realError), calls.size());
  }

  /**
   * Outputs of the models, [models, ...] each.
   *
   * @param names {@code energy} (eV), {@code force} (eV/Å), {@code virial} (eV), {@code
   *     atom_energy} (eV)
   */
  public static Question outputs(List<String> names) {
    ObjectNode head = Wire.head("outputs");
    ArrayNode array = head.putArray("names");
    names.forEach(array::add);
    return new Question(head, false, names.size());
  }

  /** Bytes that an answer can have at most, generously. */
  long mostBytes(int frames, int atoms, int models) {
    return 8L * frames * parts * evaluations * (models + 1) * (MOST_COMPONENTS + 16L * atoms)
        + 8L * frames * atoms * width;
  }

  /**
   * Frames as a request has them.
   *
   * @param batch of one number of atoms, all periodic or none
   * @param types by frame and atom, as the models number them
   * @param fparam how many frame parameters the models have, 0 where the frames have none
   * @param aparam likewise of atomic ones
   */
  List<Block> blocks(List<Frame> batch, List<int[]> types, int fparam, int aparam) {
    int frames = batch.size();
    int atoms = batch.get(0).atomCount();
    List<Block> blocks = new ArrayList<>(own);
    Block coord = Block.of("coord", new int[] {frames, atoms, 3});
    batch.forEach(frame -> coord.add(frame.coord()));
    Block type = Block.ofIntegers("type", new int[] {frames, atoms});
    types.forEach(type::add);
    blocks.addAll(List.of(coord, type));
    if (batch.get(0).cell() != null) {
      Block cell = Block.of("cell", new int[] {frames, 9});
      batch.forEach(frame -> cell.add(frame.cell()));
      blocks.add(cell);
    }
    if (fparam > 0) {
      Block block = Block.of("fparam", new int[] {frames, fparam});
      batch.forEach(frame -> block.add(frame.fparam()));
      blocks.add(block);
    }
    if (aparam > 0) {
      Block block = Block.of("aparam", new int[] {frames, atoms, aparam});
      batch.forEach(frame -> block.add(frame.aparam()));
      blocks.add(block);
    }
    if (labels) {
      blocks.addAll(labels(batch));
    }
    return blocks;
  }

  private static List<Block> labels(List<Frame> batch) {
    int frames = batch.size();
    int atoms = batch.get(0).atomCount();
    Block energy = Block.of("energy", new int[] {frames, 1});
    Block force = Block.of("force", new int[] {frames, atoms, 3});
    Block virial = Block.of("virial", new int[] {frames, 9});
    for (Frame frame : batch) {
      Labels labels = frame.labels();
      energy.add(new double[] {labels.energy() == null ? 0 : labels.energy()});
      force.add(labels.force() == null ? new double[3 * atoms] : labels.force());
      virial.add(labels.virial() == null ? new double[9] : labels.virial());
    }
    return List.of(energy, force, virial);
  }
}
