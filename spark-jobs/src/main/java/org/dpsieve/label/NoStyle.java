package org.dpsieve.label;

import java.util.List;
import java.util.Optional;

/** {@code fp_style: none}, for a pool that has its labels. */
public final class NoStyle implements FpStyle {
  @Override
  public String key() {
    return "none";
  }

  @Override
  public List<String> keys() {
    return List.of();
  }

  @Override
  public boolean runsProgram() {
    return false;
  }

  @Override
  public Optional<StyleSettings> read(StyleKeys keys) {
    return Optional.empty();
  }
}
