package org.dpsieve.label;

import java.util.Map;
import java.util.Optional;
import org.dpsieve.config.ProgramConfig;
import org.dpsieve.frame.Frame;
import org.dpsieve.label.dpdata.DpdataReader;

// docs begin here
/** FHI-aims: {@code control.in} as {@code fp_params} gives it; dpdata reads the output. */
record AimsLabeller(String control) implements TaskLabeller {
  static final OutputReader READER = DpdataReader.of("fhi_aims/output", "output");

  static AimsLabeller load(ProgramConfig config) {
    return new AimsLabeller(config.parameters().path("control").asText());
  }

  @Override
  public String style() {
    return "aims";
  }

  @Override
  public OutputReader reader() {
    return READER;
  }

  @Override
  public Optional<Finding> check(Frame frame) {
    return AtomOrder.noCell(frame, "FHI-aims");
  }

  @Override
  public Map<String, byte[]> taskFiles(Frame frame) {
    TextGeometry rows = TextGeometry.of(frame);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      text.append("lattice_vector %s\n".formatted(rows.vector(i)));
    }
    for (int k = 0; k < rows.atomCount(); k++) {
      text.append("atom %s %s\n".formatted(rows.position(k), rows.element(k)));
    }
    return Map.of(
        "geometry.in",
        TextGeometry.bytes(text.toString()),
        "control.in",
        TextGeometry.bytes(control));
  }
}
