package org.dpsieve.label.ase;

/** Which Python has ASE where nobody names one. */
final class AsePython {
  private AsePython() {}

  /** The one that {@code DPSIEVE_PYTHON} names, else {@code python3}. */
  static String byDefault() {
    String path = System.getenv("DPSIEVE_PYTHON");
    return path == null || path.isBlank() ? "python3" : quoted(path);
  }

  static String quoted(String path) {
    return path.contains("'") ? "\"" + path + "\"" : "'" + path + "'";
  }
}
