package org.dpsieve.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.OutputLayerFiles;
import org.dpsieve.resident.DpProgram;
import org.dpsieve.spark.deviation.DpBodies;

/** Models whose output layers are solved for: read here, or evaluated by DeePMD-kit. */
final class SolvedModels {
  private SolvedModels() {}

  /**
   * @param names of types, for models that do not name theirs; empty for others
   * @param branch of checkpoints of several models; empty for others
   * @param out hears which program evaluates them, where one does
   */
  static List<DeepPotential> read(
      List<Path> models, List<String> names, String branch, PrintWriter out) {
    DpBodies[] elsewhere = new DpBodies[1];
    List<DeepPotential> read = new ArrayList<>();
    for (Path model : models) {
      int place = read.size();
      read.add(
          OutputLayerFiles.read(
              model,
              names,
              branch,
              () -> {
                if (elsewhere[0] == null) {
                  DpProgram program = new DpProgram(DpProgram.defaultCommand(), Map.of());
                  elsewhere[0] = DpBodies.of(models, branch, program);
                  out.printf("%s is evaluated by DeePMD-kit %s%n", model, elsewhere[0].check());
                }
                return elsewhere[0].evaluator(place);
              }));
    }
    return read;
  }
}
