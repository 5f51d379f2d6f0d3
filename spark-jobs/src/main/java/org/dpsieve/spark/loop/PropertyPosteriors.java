package org.dpsieve.spark.loop;

import java.nio.file.Path;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.loop.RunHistory;
import org.dpsieve.loop.Workdir;
import org.dpsieve.outputlayer.property.PropertySpread;
import org.dpsieve.outputlayer.property.PropertyTransfer;

/**
 * Models of a property that a run has trained, for whoever asks outside of a loop.
 *
 * @param property that they are of
 * @param files of the models
 * @param spreads how far off they may be, one of each model
 */
public record PropertyPosteriors(
    Property property, List<Path> files, List<PropertySpread> spreads) {
  /**
   * The newest models of a run.
   *
   * @throws InputException when there is no run, or none for a property, or no training in it yet
   */
  public static PropertyPosteriors ofRun(Path workdir) {
    RunHistory history = RunHistory.read(new Workdir(workdir));
    String property = history.identity().get("property");
    if (property == null) {
      throw new InputException(
          "%s: is a run for energies; leave out --property".formatted(workdir));
    }
    if (history.trainings().isEmpty()) {
      throw new InputException(
          "%s: no models are trained there yet; go on with simplify".formatted(workdir));
    }
    Path folder = history.workdir().train(history.trainings().lastKey());
    List<Path> files = PosteriorModels.models(folder);
    return new PropertyPosteriors(
        PropertyTransfer.ofFrames(Property.of(property)),
        files,
        SpreadFiles.read(folder, files.size()));
  }
}
