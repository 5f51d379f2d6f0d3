package org.dpsieve.label.styles;

import java.util.List;
import java.util.Optional;
import org.dpsieve.label.FpStyle;
import org.dpsieve.label.NoStyle;
import org.dpsieve.label.abacus.AbacusStyle;
import org.dpsieve.label.ase.AseStyle;
import org.dpsieve.label.cp2k.Cp2kStyle;
import org.dpsieve.label.d3.D3Style;
import org.dpsieve.label.dp.DpStyle;
import org.dpsieve.label.dpdata.CustomStyle;
import org.dpsieve.label.espresso.PwscfStyle;
import org.dpsieve.label.gaussian.GaussianStyle;
import org.dpsieve.label.siesta.SiestaStyle;
import org.dpsieve.label.vasp.VaspStyle;

/** The one list of styles: another labeller is a line here. */
public final class FpStyles {
  public static final FpStyle NONE = new NoStyle();
  public static final CustomStyle CUSTOM = new CustomStyle();

  private static final List<FpStyle> ALL =
      List.of(
          NONE,
          new D3Style(),
          new DpStyle(),
          new AseStyle(),
          new VaspStyle(),
          new PwscfStyle(),
          new Cp2kStyle(),
          new AbacusStyle(),
          new GaussianStyle(),
          new SiestaStyle(),
          CUSTOM);

  private FpStyles() {}

  /** In the order that messages name them in. */
  public static List<FpStyle> all() {
    return ALL;
  }

  /** All names. */
  public static List<String> keys() {
    return ALL.stream().map(FpStyle::key).toList();
  }

  /** By its name. */
  public static Optional<FpStyle> named(String key) {
    return ALL.stream().filter(style -> style.key().equals(key)).findFirst();
  }
}
