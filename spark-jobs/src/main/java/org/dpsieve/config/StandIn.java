package org.dpsieve.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.ParameterFile;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.label.FpStyle;
import org.dpsieve.label.styles.FpStyles;

/**
 * What labels in a rehearsal, in the place of the parameter file's program.
 *
 * @param file {@code fp_style} and its keys
 * @param named whether somebody chose it
 */
record StandIn(Block file, Paths paths, boolean named) {
  private static final String STYLE = "fp_style";

  /** Of nobody's choice: needs no program but this, and is off the old level by something real. */
  private static final String DEFAULT = "d3";

  /** Styles that label frames where they are. */
  static List<String> styles() {
    return FpStyles.all().stream()
        .filter(style -> style != FpStyles.NONE && !style.runsProgram())
        .map(FpStyle::key)
        .toList();
  }

  /**
   * @param given a file with a style of {@link #styles()}; without one D3 is added to stored labels
   * @return empty when the file cannot be read, which {@code problems} has
   */
  static Optional<StandIn> of(Optional<Path> given, Path current, Problems problems) {
    if (given.isPresent()) {
      return ParameterFile.read(given.get(), problems)
          .map(
              content ->
                  new StandIn(content.block(problems), new Paths(current, given.get()), true));
    }
    Path nowhere = Path.of("--rehearse");
    ParameterFile.Content content = ParameterFile.empty(nowhere, problems);
    content.root().put(STYLE, DEFAULT);
    return Optional.of(
        new StandIn(content.block(problems), new Paths(current, nowhere.toAbsolutePath()), false));
  }

  /** Whether the labeller of a file is not its own: a teacher that it names itself may stay. */
  boolean replaces(Block parameters) {
    String own = parameters.node().path(STYLE).asText(FpStyles.NONE.key());
    return named || !styles().contains(own);
  }

  /** The style; empty when it is wrong, which is reported. */
  Optional<FpStyle> style() {
    if (!file.require(STYLE, "one of " + String.join(", ", styles()))) {
      return Optional.empty();
    }
    return file.choice(STYLE, styles()).flatMap(FpStyles::named);
  }
}
