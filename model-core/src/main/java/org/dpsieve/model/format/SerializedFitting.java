package org.dpsieve.model.format;

import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.model.EnergyFitting;
import org.dpsieve.model.Network;

/** The ener fitting ({@code deepmd/dpmodel/fitting/general_fitting.py: serialize}). */
final class SerializedFitting {
  private SerializedFitting() {}

  /** Sections of the nets, one per type. */
  static List<Section> nets(Section fitting, int types) {
    List<Section> nets = fitting.section("nets").sections("networks");
    if (nets.size() != types || nets.contains(null)) {
      throw new InputException(
          "%s: %d fitting nets for %d types; damaged file?"
              .formatted(fitting.file(), nets.size(), types));
    }
    return nets;
  }

  static EnergyFitting read(Section fitting, Section model, int types) {
    String file = fitting.file();
    String type = fitting.text("type", "unknown");
    SerializedModelReader.refuse(
        file, !type.equals("ener"), "fitting '" + type + "' cannot be read, expected ener");
    for (String key : List.of("numb_fparam", "numb_aparam", "dim_case_embd")) {
      SerializedModelReader.refuse(
          file, fitting.count(key, 0) > 0, "fitting with " + key + " cannot be read yet");
    }
    SerializedModelReader.refuse(
        file,
        fitting.flag("mixed_types", false),
        "a fitting shared by all types (mixed_types) cannot be read yet");
    SerializedModelReader.refuse(
        file,
        fitting.has("exclude_types") && !fitting.list("exclude_types").isEmpty(),
        "exclude_types of a fitting cannot be read");
    SerializedModelReader.refuse(file, fitting.has("spin"), "spin cannot be read");
    SerializedModelReader.refuse(
        file,
        fitting.has("atom_ener")
            && fitting.list("atom_ener").stream().anyMatch(value -> value != null),
        "atom_ener cannot be read in this format yet");
    List<Section> nets = nets(fitting, types);
    Network[] networks = new Network[types];
    double[] level = new double[types];
    double[] own = fitting.section("@variables").tensor("bias_atom_e", types, 1).values();
    double[] out = model.section("@variables").tensor("out_bias", 1, types, 1).values();
    for (int t = 0; t < types; t++) {
      networks[t] = SerializedNetworks.network(nets.get(t));
      level[t] = own[t] + out[t];
    }
    return new EnergyFitting(
        networks, new boolean[types], level, SerializedNetworks.precision(fitting));
  }
}
