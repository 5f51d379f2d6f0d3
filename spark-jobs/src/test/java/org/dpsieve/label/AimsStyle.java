package org.dpsieve.label;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dpsieve.frame.Frame;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.dpdata.DpdataReader;

// docs begin here
/** FHI-aims: {@code control.in} as {@code fp_params} gives it; dpdata reads the output. */
final class AimsStyle extends ProgramStyle {
  AimsStyle() {
    super("aims", List.of("fp_params"), Set.of());
  }

  @Override
  protected ProgramConfig settings(ProgramKeys given) {
    given.require("{\"control\": \"the text of control.in\"}");
    return given.config();
  }

  @Override
  protected TaskLabeller labeller(
      List<String> typeMap, TypeElements elements, ProgramConfig config) {
    String control = config.parameters().path("control").asText();
    return KindLabels.ofElements(typeMap, elements, map -> new AimsLabeller(control));
  }

  @Override
  public Optional<OutputReader> outputs() {
    return Optional.of(AimsLabeller.READER);
  }

  private record AimsLabeller(String control) implements TaskLabeller {
    static final OutputReader READER = DpdataReader.of("fhi_aims/output", "output");

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
}
