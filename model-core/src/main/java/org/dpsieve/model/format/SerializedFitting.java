package org.dpsieve.model.format;

import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.ExtraInputs;
import org.dpsieve.model.Network;
import org.dpsieve.text.Counted;

/** The ener fitting ({@code deepmd/dpmodel/fitting/general_fitting.py: serialize}). */
final class SerializedFitting {
  private SerializedFitting() {}

  /** Sections of the nets: one per type, or one for all. */
  static List<Section> nets(Section fitting, int types) {
    List<Section> nets = fitting.section("nets").sections("networks");
    int expected = fitting.flag("mixed_types", false) ? 1 : types;
    if (nets.size() != expected || nets.contains(null)) {
      throw new InputException(
          "%s: %s for %s, expected %d; damaged file?"
              .formatted(
                  fitting.file(),
                  Counted.of(nets.size(), "fitting net"),
                  Counted.of(types, "type"),
                  expected));
    }
    return nets;
  }

  static EnergyFitting read(Section fitting, Section model, int types) {
    String type = fitting.text("type", "unknown");
    if (!type.equals("ener")) {
      throw new NoPotentialException(
          "%s: a model of the fitting '%s'".formatted(fitting.file(), type));
    }
    EnergyFitting nets = nets(fitting, model, types);
    double[] own = fitting.section("@variables").tensor("bias_atom_e", types, 1).values();
    double[] out = model.section("@variables").tensor("out_bias", 1, types, 1).values();
    double[] level = new double[types];
    for (int t = 0; t < types; t++) {
      level[t] = own[t] + out[t];
    }
    return nets.raised(level);
  }

  /** The nets, whatever they give, without anything added to it. */
  static EnergyFitting nets(Section fitting, Section model, int types) {
    String file = fitting.file();
    SerializedModelReader.refuse(
        file,
        fitting.has("exclude_types")
            && !(model.has("atom_exclude_types")
                && model.list("atom_exclude_types").containsAll(fitting.list("exclude_types")))
            && !fitting.list("exclude_types").isEmpty(),
        "exclude_types of a fitting that are not atom_exclude_types of the model cannot be read");
    SerializedModelReader.refuseSpin(fitting);
    SerializedModelReader.refuse(
        file,
        fitting.flag("use_aparam_as_mask", false),
        "use_aparam_as_mask of a fitting cannot be read");
    List<Section> nets = nets(fitting, types);
    Network[] networks = new Network[types];
    Section variables = fitting.section("@variables");
    for (int t = 0; t < types; t++) {
      networks[t] =
          t > 0 && nets.size() == 1 ? networks[0] : SerializedNetworks.network(nets.get(t));
    }
    return new EnergyFitting(
        networks,
        vacuumSubtracted(fitting, types, nets.size() == 1),
        new double[types],
        extraInputs(fitting, variables),
        SerializedNetworks.precision(fitting));
  }

  /** {@code atom_ener}: of types that have a number; where all share one net, of every type. */
  private static boolean[] vacuumSubtracted(Section fitting, int types, boolean shared) {
    boolean[] subtracted = new boolean[types];
    List<?> given = fitting.has("atom_ener") ? fitting.list("atom_ener") : List.of();
    if (given.stream().anyMatch(value -> value != null)) {
      for (int t = 0; t < types; t++) {
        subtracted[t] = shared || t >= given.size() || given.get(t) != null;
      }
    }
    return subtracted;
  }

  private static ExtraInputs extraInputs(Section fitting, Section variables) {
    int frame = fitting.count("numb_fparam", 0);
    int atom = fitting.count("numb_aparam", 0);
    int embedding = fitting.count("dim_case_embd", 0);
    if (frame == 0 && atom == 0 && embedding == 0) {
      return ExtraInputs.NONE;
    }
    return new ExtraInputs(
        numbers(variables, "fparam_avg", frame),
        numbers(variables, "fparam_inv_std", frame),
        frame > 0 && fitting.has("default_fparam") ? defaults(fitting, frame) : null,
        numbers(variables, "aparam_avg", atom),
        numbers(variables, "aparam_inv_std", atom),
        numbers(variables, "case_embd", embedding));
  }

  private static double[] numbers(Section variables, String key, int count) {
    return count == 0 ? new double[0] : variables.tensor(key, count).values();
  }

  private static double[] defaults(Section fitting, int count) {
    List<?> given = fitting.list("default_fparam");
    if (given.size() != count || !given.stream().allMatch(value -> value instanceof Number)) {
      throw new InputException(
          "%s: default_fparam %s, expected %s; damaged file?"
              .formatted(fitting.file(), given, Counted.of(count, "number")));
    }
    return Arrays.stream(given.toArray()).mapToDouble(x -> ((Number) x).doubleValue()).toArray();
  }
}
