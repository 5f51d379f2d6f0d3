package org.dpsieve.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dpsieve.error.InputException;
import org.dpsieve.error.NoPotentialException;
import org.dpsieve.error.UnnamedTypesException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.infer.Ensemble;
import org.dpsieve.infer.EnsembleOptions;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Precision;
import org.dpsieve.model.format.ModelFiles;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The ensemble of a command. */
final class ModelOptions {
  @Option(
      names = {"-m", "--models"},
      arity = "1..*",
      paramLabel = "FILE",
      description = "Frozen models. Default: graph.*.pb of this folder.")
  private List<Path> files;

  @Mixin private BranchOption branch;

  @Mixin private TypeMapOption typeMap;

  @Option(
      names = "--precision",
      defaultValue = "float64",
      paramLabel = "NAME",
      converter = PrecisionName.class,
      completionCandidates = Words.Precisions.class,
      description = {
        "Of the nets: float64 or float32: faster, max_devi_f within 2e-4 eV/A or 0.1 %%.",
        "Without AVX-512, float32 is float64. Default: ${DEFAULT-VALUE}."
      })
  private Precision precision;

  /** The names are those of NumPy. */
  private static final class PrecisionName implements CommandLine.ITypeConverter<Precision> {
    @Override
    public Precision convert(String name) {
      return switch (name) {
        case "float64" -> Precision.FLOAT64;
        case "float32" -> Precision.FLOAT32;
        default ->
            throw new CommandLine.TypeConversionException(
                "found '%s', expected float64 or float32".formatted(name));
      };
    }
  }

  /** The files as given, in order; without any, those of this folder by name. */
  List<Path> files() {
    if (files != null) {
      return files;
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> here = Files.newDirectoryStream(Path.of(""), "graph.*.pb")) {
      here.forEach(found::add);
    } catch (IOException e) {
      throw new InputException("this folder cannot be listed: " + e.getMessage(), e);
    }
    if (found.isEmpty()) {
      throw new InputException("no graph.*.pb in this folder; name the models: -m FILE...");
    }
    found.sort(null);
    return found;
  }

  /** Whether they were named. */
  boolean areGiven() {
    return files != null;
  }

  /** How to evaluate them. */
  EnsembleOptions options() {
    return new EnsembleOptions(true, precision);
  }

  /**
   * Models of a property are evaluated in double precision, and are no branches.
   *
   * @param option that asks for them
   * @throws InputException when something else is asked for
   */
  void requirePlain(String option) {
    if (precision != Precision.FLOAT64) {
      throw new InputException(option + " goes with --precision float64 alone; leave it out");
    }
    if (!branch().isEmpty()) {
      throw new InputException(
          option + " goes without --model-branch: checkpoints of several models are of energies");
    }
  }

  /** Of models that name no types; empty where it was not given. */
  List<String> typeMap() {
    return typeMap.names();
  }

  /** Of checkpoints of several models; empty where it was not given. */
  String branch() {
    return branch.name();
  }

  /** Why the reader here does not know one of them; empty where it does. */
  Optional<String> unread() {
    for (Path file : files()) {
      try {
        read(file, typeMap());
      } catch (NoPotentialException e) {
        return Optional.empty(); // nobody evaluates it, which is said by who reads it
      } catch (UnsupportedModelException e) {
        return Optional.of(e.feature());
      } catch (UnnamedTypesException e) {
        continue; // systems may name them
      }
    }
    return Optional.empty();
  }

  /**
   * @param names of the types, where the model names none
   */
  DeepPotential read(Path file, List<String> names) {
    return ModelFiles.read(file, names, branch());
  }

  Ensemble ensemble() {
    return ensemble(typeMap());
  }

  /**
   * @param names of the types, where the models name none
   */
  Ensemble ensemble(List<String> names) {
    return Ensemble.of(files().stream().map(file -> read(file, names)).toList(), options());
  }
}
