package org.dpsieve.cli;

import java.util.Map;
import org.dpsieve.frame.TypeElements;
import picocli.CommandLine.Option;

/** Which elements type names are of that are none themselves. */
final class ElementsOption {
  @Option(
      names = "--elements",
      split = ",",
      paramLabel = "NAME=ELEMENT",
      description =
          "Elements of type names that are none, e.g. OW=O,CA=C. Default: the leading letters of the"
              + " name.")
  private Map<String, String> names = Map.of();

  TypeElements elements() {
    return TypeElements.of(names);
  }
}
