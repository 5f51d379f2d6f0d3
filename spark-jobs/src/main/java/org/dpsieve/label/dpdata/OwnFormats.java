package org.dpsieve.label.dpdata;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dpsieve.label.Calculation;
import org.dpsieve.label.OutputReader;
import org.dpsieve.label.TaskOutputs;
import org.dpsieve.label.cp2k.Cp2kReader;
import org.dpsieve.label.espresso.PwscfReader;
import org.dpsieve.label.gaussian.GaussianReader;
import org.dpsieve.label.siesta.SiestaReader;
import org.dpsieve.label.vasp.VaspReader;

/** Formats of dpdata that are read here: what is no label is told apart as in the own styles. */
final class OwnFormats {
  private static final Map<String, OutputReader> READERS =
      Map.ofEntries(
          Map.entry("vasp/outcar", new VaspReader()),
          Map.entry("outcar", new VaspReader()),
          Map.entry("vasp/xml", new VaspReader()),
          Map.entry("xml", new VaspReader()),
          Map.entry("qe/pw/scf", new PwscfReader()),
          Map.entry("cp2k/output", new Cp2kReader()),
          Map.entry("siesta/output", new SiestaReader()),
          Map.entry("siesta/aimd_output", new SiestaReader()),
          Map.entry("gaussian/log", new GaussianReader()),
          Map.entry("gaussian/md", new GaussianReader()));

  private OwnFormats() {}

  static Optional<OutputReader> reader(String format) {
    return Optional.ofNullable(READERS.get(format));
  }

  /** A reader of files of another name. */
  record Named(String name, OutputReader reader) implements OutputReader {
    @Override
    public List<String> names() {
      return List.of(name);
    }

    @Override
    public Calculation read(String file, TaskOutputs folder) throws IOException {
      return reader.read(file, folder);
    }
  }
}
