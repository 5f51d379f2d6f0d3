package org.dpsieve.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of the styles whose labels another program calculates, except VASP's own. */
final class ProgramReader {
  private final Block file;
  private final Paths paths;
  private final List<String> typeMap;

  ProgramReader(Block file, Paths paths, List<String> typeMap) {
    this.file = file;
    this.paths = paths;
    this.typeMap = typeMap;
  }

  ProgramConfig read(FpStyle style) {
    boolean potentials = style.keys().contains("fp_pp_files");
    Optional<String> template = Optional.empty();
    ObjectNode parameters = JsonNodeFactory.instance.objectNode();
    String key = file.has("user_fp_params") ? "user_fp_params" : "fp_params";
    boolean given = style.keys().contains(key) && file.has(key);
    if (given) {
      file.block(key).ifPresent(block -> parameters.setAll(withoutComments(block.node())));
      if (key.equals("user_fp_params") && file.has("fp_params")) {
        file.warn("fp_params", "of no effect beside user_fp_params");
      }
    }
    if (style == FpStyle.CP2K) {
      template = file.text("external_input_path");
      if (template.isPresent() && given) {
        file.error("external_input_path", "found beside %s; keep one".formatted(key));
      } else if (template.isEmpty() && !given) {
        file.require("user_fp_params", "CP2K's sections, or external_input_path a whole input");
      }
    } else if (style == FpStyle.ABACUS) {
      template = given ? Optional.empty() : file.text("fp_incar");
      if (template.isEmpty() && !given) {
        file.require("user_fp_params", "the keys of INPUT, or fp_incar an INPUT file");
      }
    } else if (!given) {
      file.require(
          style.keys().contains("user_fp_params") ? "user_fp_params" : "fp_params", example(style));
    }
    if (given && !(key.equals("user_fp_params") && style == FpStyle.PWSCF)) {
      file.block(key).ifPresent(block -> check(style, block));
    }
    return new ProgramConfig(
        given ? key : "",
        parameters,
        potentials ? files("fp_pp_files", "pseudopotential files") : List.of(),
        style == FpStyle.ABACUS && file.has("fp_orb_files")
            ? files("fp_orb_files", "orbital files")
            : List.of(),
        template.flatMap(
            text -> file(style == FpStyle.CP2K ? "external_input_path" : "fp_incar", text)),
        style == FpStyle.ABACUS
            ? file.text("fp_kpt_file").flatMap(text -> file("fp_kpt_file", text))
            : Optional.empty(),
        style == FpStyle.ABACUS ? kPoints() : List.of(),
        style == FpStyle.ABACUS ? descriptor() : Optional.empty());
  }

  private static String example(FpStyle style) {
    return switch (style) {
      case PWSCF -> "pw.x's namelists and kspacing: {\"control\": {...}, \"system\": {...}, ...}";
      case GAUSSIAN -> "{\"keywords\": \"force b3lyp/6-31g**\", \"nproc\": 4}";
      case SIESTA -> "{\"ecut\", \"ediff\", \"kspacing\", \"mixingWeight\", \"NumberPulay\"}";
      default -> "{\"input_fmt\", \"input_fn\", \"output_fmt\", \"output_fn\"}";
    };
  }

  /** DP-GEN's few parameters of a style; CP2K's and ABACUS's are the programs' own. */
  private static void check(FpStyle style, Block block) {
    switch (style) {
      case PWSCF -> {
        for (String key : List.of("ecut", "ediff", "sigma", "kspacing")) {
          number(block, key);
        }
        if (block.require("smearing", "mp, gauss or fd")) {
          block.text("smearing");
        }
        block.finish();
      }
      case SIESTA -> {
        for (String key : List.of("ecut", "ediff", "kspacing", "mixingWeight", "NumberPulay")) {
          number(block, key);
        }
        block.finish();
      }
      case CUSTOM -> {
        List<String> keys = List.of("input_fmt", "input_fn", "output_fmt", "output_fn");
        block.declare(keys); // or each would pass for another one misspelt
        for (String key : keys) {
          if (block.require(key, "a string")) {
            block.text(key);
          }
        }
        block.finish();
      }
      case GAUSSIAN -> gaussian(block);
      default -> {}
    }
  }

  private static void gaussian(Block block) {
    if (block.require("keywords", "a route, e.g. \"force b3lyp/6-31g**\"")) {
      block.textOrTexts("keywords");
    }
    if (block.require("nproc", "the number of processors")) {
      block.integer("nproc", 1);
    }
    JsonNode multiplicity = block.has("multiplicity") ? block.node().get("multiplicity") : null;
    if (multiplicity != null
        && !multiplicity.asText().equals("auto")
        && !(multiplicity.isIntegralNumber() && multiplicity.intValue() > 0)) {
      block.error(
          "multiplicity", "found %s, expected a number from 1 or \"auto\"".formatted(multiplicity));
    }
    block.integer("charge", -1000);
    block.bool("fragment_guesses");
    block.text("basis_set");
    block.textOrTexts("keywords_high_multiplicity");
    block.finish();
  }

  private static void number(Block block, String key) {
    if (block.require(key, "a number above 0")) {
      block.finite(key, Double.MIN_VALUE);
    }
  }

  private static ObjectNode withoutComments(ObjectNode node) {
    ObjectNode copy = node.objectNode();
    node.properties()
        .forEach(
            entry -> {
              // "_" alone is the parameter of a CP2K section
              if (!entry.getKey().startsWith("_") || entry.getKey().equals("_")) {
                copy.set(
                    entry.getKey(),
                    entry.getValue() instanceof ObjectNode child
                        ? withoutComments(child)
                        : entry.getValue().deepCopy());
              }
            });
    return copy;
  }

  private List<Path> files(String key, String what) {
    return ElementFiles.read(file, paths, typeMap, key, what).stream()
        .flatMap(text -> file(key, text).stream())
        .toList();
  }

  private Optional<Path> descriptor() {
    Optional<String> name = file.text("fp_dpks_descriptor");
    Optional<String> folder = file.text("fp_pp_path");
    if (name.isEmpty() || folder.isEmpty()) {
      return Optional.empty();
    }
    return file("fp_dpks_descriptor", Paths.within(folder.get(), name.get()));
  }

  private Optional<Path> file(String key, String text) {
    Path path = paths.resolve(text);
    if (!Files.isRegularFile(path)) {
      file.error(key, "no such file: " + paths.lookedFor(text));
      return Optional.empty();
    }
    return Optional.of(path);
  }

  private List<Integer> kPoints() {
    Optional<List<Double>> numbers = file.numbers("k_points");
    if (numbers.isEmpty()) {
      return List.of();
    }
    boolean whole = numbers.get().stream().allMatch(k -> k == Math.rint(k));
    if (numbers.get().size() != 6 || !whole) {
      file.error("k_points", "found %s, expected six integers".formatted(numbers.get()));
      return List.of();
    }
    return numbers.get().stream().map(Double::intValue).toList();
  }
}
