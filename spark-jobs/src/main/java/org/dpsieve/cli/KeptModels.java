package org.dpsieve.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.spark.loop.UncertaintyFiles;
import org.dpsieve.uncertainty.UncertainEnsemble;

/**
 * Ensembles that were asked for lately, ready to evaluate; a file that has changed is read anew.
 */
final class KeptModels {
  private static final int KEPT = 4;

  /**
   * @param uncertain {@code null} where no posteriors lie beside the models
   */
  record Models(Ensemble ensemble, UncertainEnsemble uncertain) {}

  private record Key(List<Path> files, List<String> states, List<String> typeMap, Precision of) {}

  private final Map<Key, Models> kept = new LinkedHashMap<>(8, 0.75f, true);

  /**
   * @param typeMap names of the types, where the models name none
   */
  Models of(List<Path> files, List<String> typeMap, Precision precision) throws IOException {
    if (files.isEmpty()) {
      throw new InputException("no models; name one or more model files");
    }
    List<String> states = new ArrayList<>();
    for (Path file : files) { // what is not there says the reader
      states.add(
          Files.exists(file) ? Files.size(file) + " " + Files.getLastModifiedTime(file) : "");
    }
    Key key = new Key(files, states, typeMap, precision);
    Models models = kept.get(key);
    if (models == null) {
      models = read(files, typeMap, precision);
      kept.put(key, models);
      if (kept.size() > KEPT) {
        kept.remove(kept.keySet().iterator().next()).ensemble().close();
      }
    }
    return models;
  }

  private static Models read(List<Path> files, List<String> typeMap, Precision precision) {
    List<DeepPotential> models =
        files.stream().map(file -> ModelFiles.read(file, typeMap)).toList();
    Ensemble ensemble = Ensemble.of(models, new EnsembleOptions(true, precision));
    Optional<UncertaintyFiles.Known> known =
        precision == Precision.FLOAT64 ? beside(files) : Optional.empty();
    return new Models(
        ensemble,
        known
            .map(k -> new UncertainEnsemble(models, ensemble, k.uncertainty(), k.members(), null))
            .orElse(null));
  }

  /** Posteriors are of all models of one training, in its order. */
  private static Optional<UncertaintyFiles.Known> beside(List<Path> files) {
    Path folder = files.get(0).toAbsolutePath().getParent();
    for (int m = 0; m < files.size(); m++) {
      Path file = files.get(m).toAbsolutePath();
      if (!file.getParent().equals(folder)
          || !file.getFileName().toString().startsWith("graph.%03d.".formatted(m))) {
        return Optional.empty();
      }
    }
    return UncertaintyFiles.numbers(folder)
        .filter(numbers -> numbers.models() == files.size())
        .flatMap(numbers -> UncertaintyFiles.read(folder));
  }
}
