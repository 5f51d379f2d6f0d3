package org.dpsieve.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.model.Precision;
import org.dpsieve.spark.loop.PosteriorModels;
import org.dpsieve.spark.loop.PropertyPosteriors;
import picocli.CommandLine.Option;

/** How far off models may be, outside of a run. */
final class UncertaintyOptions {
  @Option(
      names = "--run",
      paramLabel = "RUN",
      converter = WorkdirOption.class,
      description =
          "A work directory of simplify: its newest models, in the place of -m, and how far off"
              + " they may be: sigma_e, sigma_f.")
  private Path run;

  @Option(
      names = "--posteriors",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "The same for the models of -m: a file of dpsieve posterior for each, or what a training"
              + " of a run has left (iter.*/00.train).")
  private List<Path> posteriors;

  /**
   * The same for models of a property. Empty where nobody asks.
   *
   * @param property that they should be of
   */
  Optional<PropertyPosteriors> ofProperty(
      ModelOptions models, EngineOption engine, Property property) {
    if (posteriors != null) {
      throw new InputException(
          "--posteriors are of models of energies; how far off models of a property may be is known in the run that trained them: --run");
    }
    if (run == null) {
      return Optional.empty();
    }
    if (models.areGiven()) {
      throw new InputException("--run names the models; leave out -m");
    }
    if (engine.namesProgram()) {
      throw new InputException("--run goes with --engine jvm: leave --engine out");
    }
    PropertyPosteriors known = PropertyPosteriors.ofRun(run);
    if (!known.property().name().equals(property.name())) {
      throw new InputException(
          "--property %s: the run %s is for %s".formatted(property.name(), run, known.property()));
    }
    return Optional.of(known);
  }

  /**
   * Empty where nobody asks.
   *
   * @param notes hears which program evaluates the models, where one does
   */
  Optional<PosteriorModels> of(ModelOptions models, EngineOption engine, Consumer<String> notes) {
    if (run == null && posteriors == null) {
      return Optional.empty();
    }
    String option = run == null ? "--posteriors" : "--run";
    if (run != null && (posteriors != null || models.areGiven())) {
      throw new InputException(
          "--run names the models and their posteriors; leave out -m and --posteriors");
    }
    if (models.options().precision() != Precision.FLOAT64) {
      throw new InputException(
          option + " goes with --precision float64 alone: draws need all digits");
    }
    PosteriorModels known =
        run == null
            ? PosteriorModels.of(
                models.files(), posteriors, models.typeMap(), models.branch(), notes)
            : PosteriorModels.ofRun(run, notes);
    if (engine.namesProgram() && !known.isForeign()) {
      throw new InputException(
          option + " goes with --engine jvm for models that are read here: leave --engine out");
    }
    return Optional.of(known);
  }
}
