package org.dpsieve.cli;

import java.util.Optional;
import java.util.OptionalDouble;
import org.dpsieve.error.InputException;
import org.dpsieve.outputlayer.LossPrefactors;
import picocli.CommandLine.Option;

/** How an output layer is solved. */
final class OutputLayerOptions {
  @Option(
      names = "--pref-e",
      defaultValue = "100",
      paramLabel = "X",
      description =
          "Loss prefactor of the energy. Default: ${DEFAULT-VALUE}. These are the prefactors that DeePMD-kit's"
              + " training ends with (limit_pref_e, limit_pref_f, limit_pref_v).")
  private double prefE;

  @Option(
      names = "--pref-f",
      defaultValue = "1",
      paramLabel = "X",
      description = "Loss prefactor of the force. Default: ${DEFAULT-VALUE}.")
  private double prefF;

  @Option(
      names = "--pref-v",
      defaultValue = "1",
      paramLabel = "X",
      description = "Loss prefactor of the virial. Default: ${DEFAULT-VALUE}.")
  private double prefV;

  @Option(
      names = "--ridge",
      paramLabel = "X",
      description =
          "Loss prefactor of the mean square change of the forces from the model's own, on the labelled frames;"
              + " 0 for none. An energy shift common to all atoms is free. Default: chosen by cross-validation"
              + " that leaves out a fifth of the frames at a time: from 0.001 to 30, the largest ridge whose"
              + " force error on frames left out is the smallest within 1/sqrt(number of frames), if the"
              + " energies' error is not above 1.5 times its smallest. With --property: as a part of the"
              + " largest eigenvalue of the squared features; default: the smallest error on frames left out.")
  private Double ridge;

  LossPrefactors prefactors() {
    return new LossPrefactors(prefE, prefF, prefV);
  }

  /** What is wrong with {@code --ridge}; {@link LossPrefactors} checks the others. */
  Optional<String> problem() {
    return ridge == null || ridge >= 0 && Double.isFinite(ridge)
        ? Optional.empty()
        : Optional.of("--ridge is %s, expected a number not below 0".formatted(ridge));
  }

  /** Empty where it is to be chosen. */
  OptionalDouble ridge() {
    problem()
        .ifPresent(
            problem -> {
              throw new InputException(problem);
            });
    return ridge == null ? OptionalDouble.empty() : OptionalDouble.of(ridge);
  }
}
