package org.dpsieve.io.extxyz;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What people call units: {@code eV}, {@code Ha/Bohr}, {@code kcal/(mol*Å)}, {@code eV Å^-3},
 * {@code kbar}, {@code a.u.}: products and quotients of names with whole powers. CODATA 2018.
 */
public final class UnitName {
  private static final double ELEMENTARY_CHARGE = 1.602176634e-19; // C
  private static final double AVOGADRO = 6.02214076e23;
  private static final double HARTREE = 27.211386245988; // eV
  private static final double BOHR = 0.529177210903; // Å
  private static final double PASCAL = 1e-30 / ELEMENTARY_CHARGE; // eV/Å³

  private static final int LONGEST = 64;
  private static final int DEEPEST = 8;

  /** What a unit may be of; powers of energy and length. */
  public enum Dimension {
    ENERGY(1, 0, HARTREE, "eV, hartree, Ry, kcal/mol, kJ/mol"),
    LENGTH(0, 1, BOHR, "angstrom, bohr, nm"),
    FORCE(1, -1, HARTREE / BOHR, "eV/angstrom, hartree/bohr, kcal/mol/angstrom"),
    STRESS(1, -3, HARTREE / (BOHR * BOHR * BOHR), "eV/angstrom^3, GPa, kbar, hartree/bohr^3");

    private final int energy;
    private final int length;
    private final double atomic;
    private final String examples;

    Dimension(int energy, int length, double atomic, String examples) {
      this.energy = energy;
      this.length = length;
      this.atomic = atomic;
      this.examples = examples;
    }

    /** For messages. */
    public String examples() {
      return examples;
    }
  }

  /** In eV, Å and moles. */
  private record Unit(double factor, int energy, int length, int mole) {
    static final Unit ONE = new Unit(1, 0, 0, 0);

    Unit times(Unit other, int power) {
      return new Unit(
          factor * Math.pow(other.factor, power),
          energy + power * other.energy,
          length + power * other.length,
          mole + power * other.mole);
    }
  }

  /** Names whose case counts (mPa is no MPa), then those in lower case. */
  private static final Map<String, Unit> UNITS = new HashMap<>();

  static {
    energy(1, "ev", "electronvolt", "electronvolts");
    energy(1e-3, "meV");
    energy(HARTREE, "ha", "hartree", "hartrees", "eh");
    energy(HARTREE / 1e3, "mHa", "mHartree", "mEh");
    energy(HARTREE / 2, "ry", "rydberg", "rydbergs");
    energy(HARTREE / 2e3, "mRy");
    // of a mole: the energy of so many joules in one frame is nobody's
    UNITS.put("kj", new Unit(1e3 / ELEMENTARY_CHARGE / AVOGADRO, 1, 0, 1));
    UNITS.put("kcal", new Unit(4184 / ELEMENTARY_CHARGE / AVOGADRO, 1, 0, 1));
    UNITS.put("mol", new Unit(1, 0, 0, 1));
    length(
        1, "a", "å", "ang", "angs", "angstrom", "angstroms", "angstroem", "ångström", "ångstrom");
    length(BOHR, "bohr", "bohrs", "a0", "bohrradius");
    length(10, "nm", "nanometer", "nanometers");
    length(0.01, "pm", "picometer", "picometers");
    pressure(1, "pa", "pascal");
    pressure(1e6, "MPa", "megapascal");
    pressure(1e9, "gpa", "gigapascal");
    pressure(1e5, "bar");
    pressure(1e8, "kbar", "kb", "kilobar");
    pressure(1e11, "Mbar");
    pressure(101325, "atm");
  }

  private static void energy(double factor, String... names) {
    for (String name : names) {
      UNITS.put(name, new Unit(factor, 1, 0, 0));
    }
  }

  private static void length(double factor, String... names) {
    for (String name : names) {
      UNITS.put(name, new Unit(factor, 0, 1, 0));
    }
  }

  private static void pressure(double pascals, String... names) {
    for (String name : names) {
      UNITS.put(name, new Unit(pascals * PASCAL, 1, -3, 0));
    }
  }

  private final String text;
  private final Dimension dimension;
  private int at;
  private int depth;

  private UnitName(String text, Dimension dimension) {
    this.text = text;
    this.dimension = dimension;
  }

  /** What a number in this unit is multiplied with to be in eV and Å; empty when it is no such. */
  public static OptionalDouble factor(String name, Dimension dimension) {
    String text =
        name.strip()
            .replace('\u212B', 'Å')
            .replace("**", "^")
            .replaceAll("[·×⋅]", "*")
            .replace("³", "^3")
            .replace("⁻¹", "^-1")
            .replace("⁻³", "^-3")
            .replaceAll("(?i)\\bang\\.", "ang")
            .replaceAll("(?i)[ _]?\\bper\\b[ _]?|_per_", "/")
            .replaceAll("(?i)(kcal|kj)_mol", "$1/mol");
    if (text.isEmpty() || text.length() > LONGEST) {
      return OptionalDouble.empty();
    }
    if (text.toLowerCase(Locale.ROOT).matches("a\\.?u\\.?|atomic([ _-]?units?)?")) {
      return OptionalDouble.of(dimension.atomic);
    }
    UnitName parser = new UnitName(text, dimension);
    Unit unit = parser.product();
    boolean fits =
        unit != null
            && parser.at == text.length()
            && unit.energy == dimension.energy
            && unit.length == dimension.length
            && unit.mole == 0;
    return fits ? OptionalDouble.of(unit.factor) : OptionalDouble.empty();
  }

  /** {@code null} where something is no unit. */
  private Unit product() {
    Unit product = Unit.ONE;
    int sign = 1;
    while (true) {
      skipSpace();
      Unit next = factor();
      if (next == null) {
        return null;
      }
      product = product.times(next, sign * power());
      skipSpace();
      if (at == text.length() || text.charAt(at) == ')') {
        return product;
      }
      char c = text.charAt(at);
      sign = c == '/' ? -1 : 1;
      if (c == '/' || c == '*') {
        at++;
      }
    }
  }

  private Unit factor() {
    if (at < text.length() && text.charAt(at) == '(' && ++depth <= DEEPEST) {
      at++;
      Unit inside = product();
      if (at == text.length()) {
        return null;
      }
      at++;
      return inside;
    }
    int start = at;
    while (at < text.length() && (Character.isLetter(text.charAt(at)) || text.charAt(at) == '.')) {
      at++;
    }
    String name = text.substring(start, at);
    if (name.equals("a") && text.startsWith("0", at)) { // the radius, not a power
      at++;
      name = "a0";
    }
    Unit exact = UNITS.get(name);
    String lower = name.toLowerCase(Locale.ROOT);
    if (exact != null) {
      return exact;
    }
    if (lower.matches("a\\.?u\\.?") && dimension != Dimension.LENGTH) { // au/bohr^3
      return UNITS.get("hartree");
    }
    return UNITS.get(lower);
  }

  /** After a name or bracket: {@code ^3}, {@code ^-1}, {@code 3}; 1 without. */
  private int power() {
    int start = at;
    if (at < text.length() && text.charAt(at) == '^') {
      at++;
    }
    int sign = 1;
    if (at > start && at < text.length() && text.charAt(at) == '-') {
      sign = -1;
      at++;
    }
    if (at < text.length() && text.charAt(at) >= '1' && text.charAt(at) <= '3') {
      return sign * (text.charAt(at++) - '0');
    }
    at = start;
    return 1;
  }

  private void skipSpace() {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
  }
}
