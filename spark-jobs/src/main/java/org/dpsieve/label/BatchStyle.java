package org.dpsieve.label;

import java.util.List;
import java.util.stream.Stream;

/** A style that labels frames where they are, by a {@link BatchLabeller}. */
public abstract class BatchStyle implements FpStyle {
  protected static final String PARAMETERS = "fp_params";

  private final String key;
  private final List<String> keys;

  /**
   * @param keys besides {@code fp_params}
   */
  protected BatchStyle(String key, String... keys) {
    this.key = key;
    this.keys = Stream.concat(Stream.of(PARAMETERS), Stream.of(keys)).toList();
  }

  @Override
  public final String key() {
    return key;
  }

  @Override
  public final List<String> keys() {
    return keys;
  }

  @Override
  public final boolean runsProgram() {
    return false;
  }
}
