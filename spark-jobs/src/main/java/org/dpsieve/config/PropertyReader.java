package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.reading.Block;
import org.dpsieve.config.reading.Paths;
import org.dpsieve.config.reading.Problems;
import org.dpsieve.config.reading.Spelling;
import org.dpsieve.error.InputException;
import org.dpsieve.frame.Property;
import org.dpsieve.label.property.PrintedQuantity;
import org.dpsieve.label.property.PropertyCommand;
import org.dpsieve.label.property.PropertySource;
import org.dpsieve.label.styles.FpStyles;
import org.dpsieve.outputlayer.property.PropertyTransfer;
import org.dpsieve.pick.Measure;
import org.dpsieve.pick.PropertyTrust;
import org.dpsieve.pick.TrustLevels;

/** The keys of a run for another property than energy and forces. */
final class PropertyReader {
  static final String PROPERTY = "property";
  private static final String FROM = "property_from";
  private static final String BASIS = "property_basis";
  private static final String BY = "model_devi_p_by";
  private static final String TRUST = "model_devi_p_trust";

  static final List<String> KEYS = List.of(PROPERTY, FROM, BASIS, TRUST + "_lo", TRUST + "_hi", BY);

  /** Of energies and forces alone. */
  private static final List<String> OF_ENERGIES =
      List.of(
          "model_devi_f_trust_lo",
          "model_devi_f_trust_hi",
          "model_devi_e_trust_lo",
          "model_devi_e_trust_hi",
          "true_error_f_trust_lo",
          "true_error_f_trust_hi",
          "true_error_e_trust_lo",
          "true_error_e_trust_hi",
          "numb_members",
          "use_ele_temp",
          "result_pool",
          "final_training");

  /** Whose outputs are read for the quantities that programs print. */
  private static final List<String> PRINTING = List.of("pwscf", "vasp");

  private final Block file;
  private final Paths paths;
  private final Problems problems;

  PropertyReader(Block file, Paths paths, Problems problems) {
    this.file = file;
    this.paths = paths;
    this.problems = problems;
  }

  /** Whether a file is of such a run. */
  static boolean isAsked(Block file) {
    return file.given(PROPERTY);
  }

  /** Whether frames are labelled by a command alone, without a program of {@code fp_style}. */
  static boolean isLabelledByCommand(Block file) {
    return isAsked(file) && file.node().path(FROM).isArray();
  }

  /** What the file says. */
  record GivenProperty(PropertyConfig property, TrustLevels trust) {}

  Optional<GivenProperty> read(PoolConfig pool, LabelConfig label) {
    if (!isAsked(file)) {
      for (String key : KEYS) {
        if (file.has(key) && !key.equals(PROPERTY)) {
          file.error(key, "has a meaning beside property alone; name the property, or remove it");
        }
      }
      return Optional.empty();
    }
    for (String key : OF_ENERGIES) {
      if (file.given(key)) {
        file.error(key, "is for runs for energies and forces; with property remove it");
      }
    }
    Property property = property(pool);
    List<Path> files = new ArrayList<>();
    PropertySource source = source(property, pool.labeled(), label, files);
    String basis = file.choice(BASIS, PropertyTransfer.Options.BASES).orElse(null);
    PropertyTrust trust =
        new PropertyTrust(
            measure(), new TrustReader(file, problems).band(TRUST, "in the property's unit"));
    if (property == null) {
      return Optional.empty();
    }
    requireLabels(property, pool);
    return Optional.of(
        new GivenProperty(
            new PropertyConfig(property, basis, source, files), TrustLevels.of(trust)));
  }

  /** {@code null} where it is wrong, which is reported. */
  private Property property(PoolConfig pool) {
    Optional<String> text = file.text(PROPERTY);
    if (text.isEmpty()) {
      return null;
    }
    try {
      Property property = Property.of(text.get());
      if (property.atomic() && !pool.labeled()) {
        file.error(
            PROPERTY,
            "'%s': values of atoms are learnt with labeled true; of frames that are still to be labelled expected a property of frames"
                .formatted(text.get()));
      }
      return property;
    } catch (InputException e) {
      file.error(PROPERTY, e.getMessage());
      return null;
    }
  }

  /** {@code null} where there is none, or a wrong one, which is reported. */
  private PropertySource source(
      Property property, boolean labeled, LabelConfig label, List<Path> files) {
    JsonNode given = file.node().path(FROM);
    if (labeled) {
      if (file.given(FROM)) {
        file.warn(FROM, "of no effect: labeled is true, so nothing is calculated");
      }
      file.declare(KEYS);
      return null;
    }
    if (label.style().addsToStored()) {
      file.error(
          "fp_style",
          "%s adds to energies; with property expected a program, or a command in property_from"
              .formatted(label.style().key()));
    }
    if (given.isArray()) {
      List<String> words = file.texts(FROM).orElse(List.of());
      if (words.isEmpty() || words.get(0).isBlank()) {
        file.error(FROM, "expected a command, a list of its words");
        return null;
      }
      return new PropertyCommand(
          words.stream().map(word -> word(word, files)).toList(), String.join(" ", words));
    }
    String name = file.text(FROM).orElse(property == null ? "" : property.name());
    Optional<PrintedQuantity> quantity = PrintedQuantity.named(name);
    if (quantity.isEmpty()) {
      file.error(
          FROM,
          "'%s'%s: expected what a program prints (%s) or a command that prints JSON, a list of its words"
              .formatted(
                  name,
                  Spelling.hint(name, PrintedQuantity.names()),
                  String.join(", ", PrintedQuantity.names())));
      return null;
    }
    if (label.style() != FpStyles.NONE && !PRINTING.contains(label.style().key())) {
      file.error(
          FROM,
          "'%s' is read of outputs of %s, not of fp_style %s; expected a command that prints JSON, a list of its words"
              .formatted(name, String.join(" and ", PRINTING), label.style().key()));
    }
    return quantity.get();
  }

  /** The command runs in a task's folder: files it names are named in full. */
  private String word(String word, List<Path> files) {
    Path path = word.matches("[^/]*") && !word.contains(".") ? null : paths.resolve(word);
    if (path == null || !Files.isRegularFile(path)) {
      return word;
    }
    files.add(path);
    return path.toString();
  }

  private Measure measure() {
    boolean one = file.node().path("numb_models").asInt(2) == 1;
    String by = file.choice(BY, List.of("deviation", "sigma")).orElse(one ? "sigma" : "deviation");
    if (one && by.equals("deviation")) {
      file.error(BY, "'deviation', but one model never disagrees with itself; expected sigma");
    }
    return by.equals("sigma") ? Measure.SIGMA : Measure.PROPERTY;
  }

  private void requireLabels(Property property, PoolConfig pool) {
    PoolFiles arrays = new PoolFiles(paths, problems);
    if (pool.labeled()) {
      arrays.requireSome(
          file,
          "pick_data",
          pool.pickData(),
          property.file(),
          "labeled true takes the labels from there");
    }
    arrays.requireAll(
        file,
        "init_data_sys",
        pool.initData(),
        property.file(),
        "initial data are trained on, they need labels");
    arrays.requireSome(
        file, "old_data", pool.oldData(), property.file(), "it is to hold labels of another level");
  }

  /**
   * What goes together with models of energies alone, and what does not.
   *
   * @param ofProperty whether the models are of the property already
   */
  void check(PickConfig pick, PoolConfig pool, MachineConfig machine, boolean ofProperty) {
    if (!isAsked(file)) {
      return;
    }
    if (machine.train().engine() != Engine.OUTPUT_LAYER) {
      file.error(
          PROPERTY,
          "models of a property are solved for here: expected train.engine output-layer, found %s"
              .formatted(machine.train().engine().key()));
    }
    if (machine.modelDevi().engine() != Engine.JVM) {
      file.error(
          PROPERTY,
          "models of a property are evaluated here: expected model_devi.engine jvm, found %s"
              .formatted(machine.modelDevi().engine().key()));
    }
    if (!ofProperty && pool.initData().isEmpty() && pick.initPickNumber() < 3) {
      file.error(
          "init_pick_number",
          "found %d, expected 3 or more: the first models of the property are made of these labels"
              .formatted(pick.initPickNumber()));
    }
  }
}
