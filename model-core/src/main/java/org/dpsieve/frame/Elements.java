package org.dpsieve.frame;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** Chemical symbols and atomic numbers, H (1) to Og (118). */
public final class Elements {
  private static final List<String> SYMBOLS =
      List.of(
          ("H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr"
                  + " Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho"
                  + " Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf"
                  + " Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og")
              .split(" "));
  private static final Map<String, Integer> NUMBERS = new HashMap<>();

  static {
    for (int i = 0; i < SYMBOLS.size(); i++) {
      NUMBERS.put(SYMBOLS.get(i), i + 1);
    }
  }

  private Elements() {}

  /**
   * Atomic number of the element that a type name begins with ({@code Fe1}, {@code OW}, {@code
   * ZN}): its leading letters are a symbol in capitals or small letters, or two letters of which
   * the first is one, or begin with a symbol of two letters and then a capital ({@code FeA}).
   * Longer words begin with none, {@code Bead} is no beryllium. Empty when there is none.
   */
  public static OptionalInt leading(String name) {
    int end = 0;
    while (end < name.length() && isLetter(name.charAt(end))) {
      end++;
    }
    if (end == 0) {
      return OptionalInt.empty();
    }
    String letters = name.substring(0, end);
    Integer z = NUMBERS.get(capitalised(letters));
    if (z == null && end == 2) {
      z = NUMBERS.get(capitalised(letters.substring(0, 1)));
    }
    if (z == null && end > 2 && Character.isUpperCase(letters.charAt(2))) {
      z = NUMBERS.get(letters.substring(0, 2));
    }
    return z == null ? OptionalInt.empty() : OptionalInt.of(z);
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  private static String capitalised(String letters) {
    return letters.substring(0, 1).toUpperCase(Locale.ROOT)
        + letters.substring(1).toLowerCase(Locale.ROOT);
  }

  /** Symbol of atomic number {@code z}, 1 to 118. */
  public static String symbol(int z) {
    return SYMBOLS.get(z - 1);
  }

  /**
   * Atomic number of a symbol spelt as chemists do ({@code Ag}); empty when there is no such
   * element.
   */
  public static OptionalInt number(String symbol) {
    Integer z = NUMBERS.get(symbol);
    return z == null ? OptionalInt.empty() : OptionalInt.of(z);
  }
}
