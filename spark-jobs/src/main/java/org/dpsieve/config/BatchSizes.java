package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.dpsieve.config.reading.Block;

/**
 * {@code init_batch_size}, {@code sys_batch_size}: frames of a training step, as {@code
 * dpgen/generator/run.py: make_train_dp} hands them on.
 *
 * @param initial of each entry of {@code init_data_sys}, in their order
 * @param labelled of the frames that the run labels, by the group they were labelled in: SSS of
 *     {@code task.SSS.TTTTTT}, 0 for all with {@code labeled}
 */
public record BatchSizes(List<BatchSize> initial, List<BatchSize> labelled) {
  /** Where neither key is given. */
  public static final BatchSizes AUTO = new BatchSizes(List.of(), List.of());

  private static final Pattern AUTOMATIC = Pattern.compile("auto(:[1-9]\\d{0,8})?");

  public BatchSizes {
    initial = List.copyOf(initial);
    labelled = List.copyOf(labelled);
  }

  /**
   * One of them.
   *
   * @param frames of a step; 0 where atoms decide
   * @param atoms of a step at least, where they decide
   */
  public record BatchSize(int frames, int atoms) {
    static final BatchSize AUTO = new BatchSize(0, 32);

    /** For a system, as DP-GEN's {@code detect_batch_size}. */
    public int of(int systemAtoms, int systemFrames) {
      return frames > 0
          ? frames
          : Math.max(1, Math.min((atoms + systemAtoms - 1) / systemAtoms, systemFrames));
    }
  }

  /** Of an entry of {@code init_data_sys}; automatic beyond the end of the list. */
  public BatchSize initial(int entry) {
    return entry < initial.size() ? initial.get(entry) : BatchSize.AUTO;
  }

  /** Of a group of labelled frames, likewise. */
  public BatchSize labelled(int group) {
    return group < labelled.size() ? labelled.get(group) : BatchSize.AUTO;
  }

  /** Whether any entry of {@code init_data_sys} has a size of its own. */
  public boolean tellsEntriesApart() {
    return initial.stream().distinct().count() > 1
        || !initial.isEmpty() && !initial.get(0).equals(BatchSize.AUTO);
  }

  /** In one line, to compare with another call's; empty where all is automatic. */
  public String identity() {
    boolean automatic =
        initial.stream().allMatch(BatchSize.AUTO::equals)
            && labelled.stream().allMatch(BatchSize.AUTO::equals);
    return automatic ? "" : "init %s, sys %s".formatted(shown(initial), shown(labelled));
  }

  private static List<String> shown(List<BatchSize> sizes) {
    return sizes.stream()
        .map(size -> size.frames() > 0 ? "" + size.frames() : "auto:" + size.atoms())
        .toList();
  }

  /** What the keys say, their wrong values reported. */
  static BatchSizes read(Block file) {
    return new BatchSizes(read(file, "init_batch_size"), read(file, "sys_batch_size"));
  }

  private static List<BatchSize> read(Block file, String key) {
    List<BatchSize> sizes = new ArrayList<>();
    if (!file.has(key)) {
      return sizes;
    }
    JsonNode value = file.node().get(key);
    boolean understood = value.isArray() || value.isTextual() && value.textValue().equals("auto");
    for (JsonNode item : value) {
      if (item.isTextual() && AUTOMATIC.matcher(item.textValue()).matches()) {
        String[] parts = item.textValue().split(":");
        sizes.add(parts.length > 1 ? new BatchSize(0, Integer.parseInt(parts[1])) : BatchSize.AUTO);
      } else if (item.isIntegralNumber() && item.canConvertToInt() && item.intValue() > 0) {
        sizes.add(new BatchSize(item.intValue(), 0));
      } else {
        understood = false;
      }
    }
    if (!understood) {
      file.error(
          key,
          "found %s, expected \"auto\" or a list of integers and \"auto\""
              .formatted(Block.describe(value)));
    }
    return sizes;
  }
}
