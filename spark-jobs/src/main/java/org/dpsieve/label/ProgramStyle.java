package org.dpsieve.label;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.frame.TypeElements;

/** A style whose labels a program calculates from parameters and pseudopotentials. */
public abstract class ProgramStyle implements FpStyle {
  private final String key;
  private final List<String> keys;
  private final Set<String> convergence;

  /**
   * @param convergence settings that decide how a calculation converges, in small letters (see
   *     {@link ConvergenceSettings})
   */
  protected ProgramStyle(String key, List<String> keys, Set<String> convergence) {
    this.key = key;
    this.keys = keys;
    this.convergence = convergence;
  }

  /** Reads and checks the keys. */
  protected abstract ProgramConfig settings(ProgramKeys given);

  /** The labeller, kinds of one element taken care of. */
  protected abstract TaskLabeller labeller(
      List<String> typeMap, TypeElements elements, ProgramConfig config);

  @Override
  public final String key() {
    return key;
  }

  @Override
  public final List<String> keys() {
    return keys;
  }

  /** Settings that decide how a calculation converges. */
  public final Set<String> convergence() {
    return convergence;
  }

  @Override
  public final Optional<StyleSettings> read(StyleKeys given) {
    return Optional.of(
        new Settings(
            this, given.typeMap(), given.elements(), settings(new ProgramKeys(given, this))));
  }

  private record Settings(
      ProgramStyle style, List<String> typeMap, TypeElements elements, ProgramConfig config)
      implements StyleSettings {
    @Override
    public String plan() {
      List<String> from = new ArrayList<>();
      config.template().ifPresent(template -> from.add(template.toString()));
      if (!config.parametersKey().isEmpty()) {
        from.add(config.parametersKey());
      }
      config.potentials().forEach(file -> from.add(name(file)));
      config.orbitals().forEach(file -> from.add(name(file)));
      return "%s task folders from %s".formatted(style.key(), String.join(", ", from));
    }

    private static String name(Path file) {
      return file.getFileName().toString();
    }

    @Override
    public Labeller labeller() {
      return style.labeller(typeMap, elements, config);
    }

    @Override
    public LabelIdentity identity() {
      LabelIdentity identity = new LabelIdentity();
      if (!config.parametersKey().isEmpty()) {
        identity.input(
            config.parametersKey(),
            ConvergenceSettings.parameters(style.convergence(), config.parameters()));
      }
      identity
          .files("fp_pp_files", config.potentials())
          .files("fp_orb_files", config.orbitals())
          .files("fp_kpt_file", config.kPointsFile().stream().toList())
          .files("fp_dpks_descriptor", config.descriptor().stream().toList());
      config
          .template()
          .ifPresent(
              file ->
                  identity.input(
                      "input file of fp_style",
                      ConvergenceSettings.lines(style.convergence(), file)));
      if (!config.kPoints().isEmpty()) {
        identity.value("k_points", config.kPoints().toString());
      }
      return identity;
    }
  }
}
