package org.dpsieve.label.vasp;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dpsieve.config.reading.Block;
import org.dpsieve.frame.TypeElements;
import org.dpsieve.label.FpStyle;
import org.dpsieve.label.KindLabels;
import org.dpsieve.label.LabelIdentity;
import org.dpsieve.label.Labeller;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.StyleKeys;
import org.dpsieve.label.StyleSettings;

/** {@code fp_style: vasp}. */
public final class VaspStyle implements FpStyle {
  private static final String INCAR = "fp_incar";
  private static final String SPACING = "fp_aniso_kspacing";

  @Override
  public String key() {
    return "vasp";
  }

  @Override
  public List<String> keys() {
    return List.of("fp_pp_path", "fp_pp_files", INCAR, SPACING, "cvasp");
  }

  @Override
  public Optional<String> refusal(String key) {
    return key.endsWith("fp_params")
        ? Optional.of("VASP takes its settings from fp_incar alone; remove it")
        : Optional.empty();
  }

  @Override
  public Optional<OutputReader> outputs() {
    return Optional.of(new VaspReader());
  }

  @Override
  public Optional<StyleSettings> read(StyleKeys keys) {
    Block file = keys.file();
    Optional<List<Double>> spacing = file.numbers(SPACING);
    if (spacing.isPresent()
        && (spacing.get().size() != 3 || spacing.get().stream().anyMatch(k -> k <= 0))) {
      file.error(SPACING, "found %s, expected three numbers above 0".formatted(spacing.get()));
    }
    List<Path> potcars = potcars(keys);
    SortedMap<String, Path> incars = incars(keys, spacing.isPresent());
    return incars.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Settings(
                keys.typeMap(),
                keys.elements(),
                new VaspConfig(potcars, incars, spacing, file.flag("cvasp"))));
  }

  /** One INCAR, or an object of them by composition. */
  private static SortedMap<String, Path> incars(StyleKeys keys, boolean spacingGiven) {
    Block file = keys.file();
    SortedMap<String, Path> incars = new TreeMap<>();
    if (!file.require(INCAR, "the path of an INCAR file, or paths by composition")) {
      return incars;
    }
    JsonNode value = file.node().get(INCAR);
    if (!value.isObject()) {
      file.text(INCAR)
          .ifPresent(text -> incars.put(CompositionKey.DEFAULT, incar(keys, text, spacingGiven)));
      return incars;
    }
    value
        .properties()
        .forEach(
            entry -> {
              if (entry.getKey().startsWith("_")) {
                return; // a comment
              }
              CompositionKey.problem(entry.getKey(), keys.typeMap())
                  .ifPresent(problem -> file.error(INCAR, problem));
              if (entry.getValue().isTextual()) {
                incars.put(entry.getKey(), incar(keys, entry.getValue().textValue(), spacingGiven));
              } else {
                file.error(
                    INCAR,
                    "'%s' is %s, expected the path of an INCAR file"
                        .formatted(entry.getKey(), entry.getValue()));
              }
            });
    if (!incars.containsKey(CompositionKey.DEFAULT)) {
      file.error(
          INCAR, "has no 'default', the INCAR of compositions that no other key names; add it");
    }
    return incars;
  }

  private static Path incar(StyleKeys keys, String text, boolean spacingGiven) {
    Path incar = keys.paths().resolve(text);
    new VaspFiles(keys.problems())
        .checkIncar(keys.file(), incar, keys.paths().lookedFor(text), spacingGiven);
    return incar;
  }

  private static List<Path> potcars(StyleKeys keys) {
    List<Path> potcars =
        keys.elementNames("fp_pp_files", "POTCAR files").stream()
            .map(keys.paths()::resolve)
            .toList();
    VaspFiles vasp = new VaspFiles(keys.problems());
    for (int i = 0; i < potcars.size(); i++) {
      vasp.checkPotcar(
          keys.file(),
          potcars.get(i),
          keys.typeMap().isEmpty() ? "" : keys.elements().symbol(keys.typeMap().get(i)).orElse(""));
    }
    return potcars;
  }

  private record Settings(List<String> typeMap, TypeElements elements, VaspConfig config)
      implements StyleSettings {
    @Override
    public String plan() {
      return "VASP task folders from %s and %s"
          .formatted(
              config.incars().values().stream()
                  .map(Path::toString)
                  .collect(Collectors.joining(", ")),
              config.potcars().stream()
                  .map(potcar -> potcar.getFileName().toString())
                  .collect(Collectors.joining(", ")));
    }

    @Override
    public Labeller labeller() {
      return KindLabels.of(typeMap, elements, map -> VaspLabeller.load(map, config));
    }

    @Override
    public LabelIdentity identity() {
      LabelIdentity identity = new LabelIdentity().files("fp_pp_files", config.potcars());
      config
          .incars()
          .forEach(
              (key, incar) ->
                  identity.input(
                      key.equals(CompositionKey.DEFAULT) ? INCAR : INCAR + ", " + key,
                      IncarParts.of(incar)));
      config.anisoKspacing().ifPresent(spacing -> identity.value(SPACING, spacing.toString()));
      return identity;
    }
  }
}
