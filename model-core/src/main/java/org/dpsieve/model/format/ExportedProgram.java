package org.dpsieve.model.format;

import java.util.Map;
import org.dpsieve.error.UnsupportedModelException;

/**
 * What DeePMD-kit's backend pt_expt exports ({@code .pte}) and compiles ({@code .pt2}): a program
 * with the serialisation of its model beside it. DPA4C is evaluated by either in the same way;
 * other descriptors are not, where {@code sel} is too small.
 */
final class ExportedProgram {
  private ExportedProgram() {}

  /**
   * Of torch.export, and of the packages of its compiler.
   *
   * @param records of the archive
   */
  static boolean isOne(Map<String, byte[]> records) {
    return records.keySet().stream()
        .anyMatch(name -> name.endsWith("/archive_format") || name.contains("/aotinductor/"));
  }

  static Section read(String file, Map<String, byte[]> records) {
    for (Map.Entry<String, byte[]> record : records.entrySet()) {
      if (record.getKey().endsWith("/extra/model.json")) {
        Section root = TextModel.read(file, record.getValue());
        Section model = root.section("model");
        if (model.has("descriptor")
            && model.section("descriptor").text("type", "").equals("dpa4c")) {
          return root;
        }
      }
    }
    throw new UnsupportedModelException(
        "%s: a program that DeePMD-kit's backend pt_expt exported (.pte, .pt2), of which only those of dpa4c can be read; convert it: dp convert-backend %s model.dp"
            .formatted(file, file));
  }
}
