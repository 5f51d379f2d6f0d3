package org.dpsieve.label;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.dpsieve.config.FpStyle;
import org.dpsieve.config.SimplifyConfig;
import org.dpsieve.error.InputException;
import org.dpsieve.label.vasp.VaspLabeller;

/** All labellers, by {@code fp_style}. */
public final class Labellers {
  private static final Map<FpStyle, Function<SimplifyConfig, Labeller>> STYLES =
      new EnumMap<>(FpStyle.class);

  static {
    STYLES.put(FpStyle.D3, D3Labels::of);
    STYLES.put(
        FpStyle.VASP,
        config -> VaspLabeller.load(config.typeMap(), config.label().vasp().orElseThrow()));
  }

  private Labellers() {}

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
}
