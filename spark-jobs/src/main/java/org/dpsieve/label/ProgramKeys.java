package org.dpsieve.label;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dpsieve.config.reading.Block;

/** The keys that most programs have: parameters as an object, and pseudopotentials. */
public final class ProgramKeys {
  private static final String USER = "user_fp_params";
  private static final String FEW = "fp_params";

  private final StyleKeys keys;
  private final boolean user;
  private final String key;
  private final boolean given;
  private final ObjectNode parameters = JsonNodeFactory.instance.objectNode();

  /** Reads the parameters as they are. */
  ProgramKeys(StyleKeys keys, FpStyle style) {
    this.keys = keys;
    Block file = keys.file();
    this.user = style.keys().contains(USER);
    this.key = file.has(USER) ? USER : FEW;
    this.given = style.keys().contains(key) && file.has(key);
    if (given) {
      file.block(key).ifPresent(block -> parameters.setAll(withoutComments(block.node())));
      if (key.equals(USER) && file.has(FEW)) {
        file.warn(FEW, "of no effect beside user_fp_params");
      }
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

  /** Those of the parameter file. */
  public StyleKeys all() {
    return keys;
  }

  /** Whether there are parameters. */
  public boolean given() {
    return given;
  }

  /** The key that holds them, or would. */
  public String key() {
    return key;
  }

  /** {@code fp_params}, where DP-GEN's few keys are given; the program's own are not looked at. */
  public Optional<Block> few() {
    return given && key.equals(FEW) ? keys.file().block(key) : Optional.empty();
  }

  /** The parameters, whichever key holds them. */
  public Optional<Block> block() {
    return given ? keys.file().block(key) : Optional.empty();
  }

  /** Reports parameters that are missing. */
  public void require(String expected) {
    if (!given) {
      keys.file().require(user ? USER : FEW, expected);
    }
  }

  /** Reports a number of a block that is missing, or none above 0. */
  public static void number(Block block, String name) {
    if (block.require(name, "a number above 0")) {
      block.finite(name, Double.MIN_VALUE);
    }
  }

  /** {@code fp_pp_files}. */
  public List<Path> potentials() {
    return keys.elementFiles("fp_pp_files", "pseudopotential files");
  }

  /** With nothing but the parameters. */
  public ProgramConfig config() {
    return config(List.of());
  }

  /** With pseudopotentials. */
  public ProgramConfig config(List<Path> potentials) {
    return ProgramConfig.of(given ? key : "", parameters, potentials);
  }
}
