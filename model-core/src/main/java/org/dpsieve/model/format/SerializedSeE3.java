package org.dpsieve.model.format;

import java.util.Arrays;
import org.dpsieve.error.InputException;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE3;
import org.dpsieve.model.SeE3Tebd;

/** se_e3 and se_e3_tebd ({@code deepmd/dpmodel/descriptor/se_t.py, se_t_tebd.py: serialize}). */
final class SerializedSeE3 {
  private SerializedSeE3() {}

  static SeE3 read(Section section, int types) {
    int[] sel = SerializedDescriptors.sel(section, types);
    int slots = Arrays.stream(sel).sum();
    // Net (a, b) of the serialisation is the one for neighbors of a and b; only a <= b are used.
    Network[][] embedding = SerializedSeE2A.embedding(section, types, false);
    SerializedSeE2A.width(section.file(), embedding);
    boolean[][] masked = SerializedDescriptors.masked(section, types);
    for (int a = 0; a < types; a++) {
      for (int b = 0; b < types; b++) {
        if (b < a) {
          embedding[a][b] = null;
        } else if (embedding[a][b] == null && masked == null) {
          throw new InputException(
              "%s: no embedding net for types %d and %d; damaged file?"
                  .formatted(section.file(), a, b));
        }
        // The serialisation leaves out the net of an excluded pair, which other centres need.
        SerializedModelReader.refuse(
            section.file(),
            a <= b && embedding[a][b] == null,
            "exclude_types of descriptor se_e3: this format leaves out embedding nets that the"
                + " numbers depend on; the model cannot be read");
      }
    }
    SerializedDescriptors.requireNoMean(
        section, SerializedDescriptors.statistics(section, "davg", types, slots, 4), 1);
    return new SeE3(
        SerializedDescriptors.smoothing(section),
        SerializedDescriptors.protection(section),
        sel,
        SerializedDescriptors.statistics(section, "dstd", types, slots, 4),
        embedding,
        masked,
        SerializedNetworks.precision(section));
  }

  static SeE3Tebd readTyped(Section section, int types) {
    int sel = SerializedDescriptors.mixedSel(section);
    SerializedDescriptors.requireNoMean(
        section, SerializedDescriptors.statistics(section, "davg", types, sel, 4), 1);
    return new SeE3Tebd(
        SerializedDescriptors.smoothing(section),
        SerializedDescriptors.protection(section),
        sel,
        SerializedDescriptors.statistics(section, "dstd", types, sel, 4),
        SerializedTypedEmbedding.read(section, types, false, section.flag("smooth", true)),
        section.flag("concat_output_tebd", true),
        SerializedDescriptors.masked(section, types),
        SerializedNetworks.precision(section));
  }
}
