package org.dpsieve.spark.deviation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.format.OutputLayerFiles;
import org.dpsieve.resident.DpProgram;

/** Models whose output layers are solved for: read here, or evaluated by DeePMD-kit. */
public final class SolvedModels {
  private SolvedModels() {}

  /**
   * @param names of types, for models that do not name theirs; empty for others
   * @param branch of checkpoints of several models; empty for others
   * @param notes hears which program evaluates them, where one does; it is started for that
   */
  public static List<DeepPotential> read(
      List<Path> models, List<String> names, String branch, Consumer<String> notes) {
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
                  notes.accept(
                      "%s is evaluated by DeePMD-kit %s".formatted(model, elsewhere[0].check()));
                }
                return elsewhere[0].evaluator(place);
              }));
    }
    return read;
  }
}
