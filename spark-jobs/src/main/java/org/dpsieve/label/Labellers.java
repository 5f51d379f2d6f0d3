package org.dpsieve.label;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.dpsieve.config.FpStyle;
import org.dpsieve.config.ProgramConfig;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.error.InputException;
import org.dpsieve.label.abacus.AbacusLabeller;
import org.dpsieve.label.abacus.AbacusReader;
import org.dpsieve.label.cp2k.Cp2kLabeller;
import org.dpsieve.label.cp2k.Cp2kReader;
import org.dpsieve.label.dpdata.CustomLabeller;
import org.dpsieve.label.espresso.PwscfLabeller;
import org.dpsieve.label.espresso.PwscfReader;
import org.dpsieve.label.gaussian.GaussianLabeller;
import org.dpsieve.label.gaussian.GaussianReader;
import org.dpsieve.label.siesta.SiestaLabeller;
import org.dpsieve.label.siesta.SiestaReader;
import org.dpsieve.label.vasp.VaspLabeller;
import org.dpsieve.label.vasp.VaspReader;

/** All labellers, by {@code fp_style}. */
public final class Labellers {
  private static final Map<FpStyle, Function<SimplifyConfig, Labeller>> STYLES =
      new EnumMap<>(FpStyle.class);
  private static final Map<FpStyle, OutputReader> READERS = new EnumMap<>(FpStyle.class);

  static {
    STYLES.put(FpStyle.D3, D3Labels::of);
    STYLES.put(
        FpStyle.VASP,
        config ->
            KindLabels.of(
                config.typeMap(),
                config.elements(),
                map -> VaspLabeller.load(map, config.label().vasp().orElseThrow())));
    READERS.put(FpStyle.VASP, new VaspReader());
    program(FpStyle.PWSCF, PwscfLabeller::load, new PwscfReader());
    STYLES.put(
        FpStyle.CP2K,
        config ->
            Cp2kLabeller.load(
                config.typeMap(), config.elements(), config.label().program().orElseThrow()));
    READERS.put(FpStyle.CP2K, new Cp2kReader());
    program(FpStyle.ABACUS, AbacusLabeller::load, new AbacusReader());
    elementsOnly(FpStyle.GAUSSIAN, GaussianLabeller::load, new GaussianReader());
    program(FpStyle.SIESTA, SiestaLabeller::load, new SiestaReader());
    elementsOnly(FpStyle.CUSTOM, CustomLabeller::load, null);
  }

  private Labellers() {}

  /**
   * Registers a program's labeller.
   *
   * @param reader of its outputs for the command {@code labels}; {@code null} where it depends on
   *     the parameter file
   */
  private static void program(
      FpStyle style,
      BiFunction<List<String>, ProgramConfig, TaskLabeller> load,
      OutputReader reader) {
    STYLES.put(
        style,
        config ->
            KindLabels.of(
                config.typeMap(),
                config.elements(),
                map -> load.apply(map, config.label().program().orElseThrow())));
    if (reader != null) {
      READERS.put(style, reader);
    }
  }

  /** The same of a program whose inputs know no kinds of one element. */
  private static void elementsOnly(
      FpStyle style,
      BiFunction<List<String>, ProgramConfig, TaskLabeller> load,
      OutputReader reader) {
    STYLES.put(
        style,
        config ->
            KindLabels.ofElements(
                config.typeMap(),
                config.elements(),
                map -> load.apply(map, config.label().program().orElseThrow())));
    if (reader != null) {
      READERS.put(style, reader);
    }
  }

  /**
   * The labeller of a run. Reads the files it needs, once, here.
   *
   * @throws InputException when there is none for the style, or its files do not fit
   */
  public static Labeller of(SimplifyConfig config) {
    if (config.pool().labeled()) {
      return new StoredLabels();
    }
    Function<SimplifyConfig, Labeller> style = STYLES.get(config.label().style());
    if (style == null) {
      throw new InputException(
          "%s: fp_style '%s' labels nothing; give one of %s, or labeled: true when the pool has its labels"
              .formatted(
                  config.file(),
                  config.label().style().key(),
                  STYLES.keySet().stream().map(FpStyle::key).toList()));
    }
    return style.apply(config);
  }

  /** Reads the outputs of a style's program; empty for one that has none of its own. */
  public static Optional<OutputReader> reader(FpStyle style) {
    return Optional.ofNullable(READERS.get(style));
  }

  /** The styles of {@link #reader}. */
  public static List<String> readable() {
    return READERS.keySet().stream().map(FpStyle::key).toList();
  }
}
