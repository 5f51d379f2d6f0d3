package org.dpsieve.model.format;

import java.util.Arrays;
import org.dpsieve.error.InputException;
import org.dpsieve.model.Network;
import org.dpsieve.model.SeE2R;

/** The se_e2_r descriptor ({@code deepmd/dpmodel/descriptor/se_r.py: serialize}). */
final class SerializedSeE2R {
  private SerializedSeE2R() {}

  static SeE2R read(Section section, int types) {
    String file = section.file();
    int[] sel = SerializedDescriptors.sel(section, types);
    Network[][] embedding =
        SerializedSeE2A.embedding(section, types, section.flag("type_one_side", true));
    SerializedSeE2A.width(file, embedding);
    for (Network[] row : embedding) {
      if (Arrays.asList(row).contains(null)) {
        throw new InputException("%s: an embedding net is missing; damaged file?".formatted(file));
      }
    }
    int slots = Arrays.stream(sel).sum();
    return new SeE2R(
        SerializedDescriptors.smoothing(section),
        SerializedDescriptors.protection(section),
        sel,
        slots,
        column(SerializedDescriptors.statistics(section, "davg", types, slots, 1)),
        column(SerializedDescriptors.statistics(section, "dstd", types, slots, 1)),
        embedding,
        SerializedDescriptors.masked(section, types),
        SerializedNetworks.precision(section));
  }

  private static double[] column(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(row -> row[0]).toArray();
  }
}
