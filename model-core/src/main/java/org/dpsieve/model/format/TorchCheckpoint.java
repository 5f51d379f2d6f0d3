package org.dpsieve.model.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dpsieve.error.InputException;

/**
 * What a checkpoint of DeePMD-kit's PyTorch backend ({@code .pt}) holds: one model, or, trained on
 * several tasks, one in each branch.
 *
 * @param multiTask whether branches have names; else there is one, called {@code Default}
 * @param branches by name, in the file's order
 */
public record TorchCheckpoint(boolean multiTask, Map<String, Branch> branches) {
  /** Of a fitting net of random numbers, in the place of a branch: DeePMD-kit's word. */
  public static final String RANDOM = "RANDOM";

  private static final String ONLY = "Default";

  /**
   * One of the models.
   *
   * @param aliases other names
   * @param weights how many tensors it has
   * @param descriptor its kind; empty where it does not say
   */
  public record Branch(
      List<String> aliases, List<String> typeMap, long weights, String descriptor) {}

  /**
   * @return empty where it is no archive, as PyTorch itself wrote none before 1.6
   * @throws InputException when it is an archive of something else
   */
  public static Optional<TorchCheckpoint> read(Path path) {
    String file = path.toString();
    try {
      byte[] bytes = Files.readAllBytes(path);
      return isArchive(bytes) ? Optional.of(read(file, bytes)) : Optional.empty();
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    } catch (StackOverflowError e) {
      throw new InputException("%s: nested too deeply; damaged file?".formatted(file), e);
    }
  }

  /** A zip. */
  private static boolean isArchive(byte[] bytes) {
    return bytes.length > 3 && bytes[0] == 'P' && bytes[1] == 'K';
  }

  private static TorchCheckpoint read(String file, byte[] bytes) {
    Map<String, byte[]> records = TorchArchive.read(file, bytes);
    String pickle =
        records.keySet().stream()
            .filter(name -> name.endsWith("/data.pkl"))
            .findFirst()
            .orElseThrow(() -> none(file));
    String folder = pickle.substring(0, pickle.length() - "data.pkl".length());
    Object root = new Unpickler(file, folder, records, records.get(pickle)).load();
    Map<?, ?> state =
        root instanceof Map<?, ?> map && map.get("model") instanceof Map<?, ?> model
            ? model
            : root instanceof Map<?, ?> map ? map : Map.of();
    if (!(state.get("_extra_state") instanceof Map<?, ?> extra)
        || !(extra.get("model_params") instanceof Map<?, ?> params)) {
      throw none(file);
    }
    Map<String, Branch> branches = new LinkedHashMap<>();
    boolean multiTask = params.get("model_dict") instanceof Map<?, ?>;
    if (multiTask) {
      ((Map<?, ?>) params.get("model_dict"))
          .forEach((name, model) -> branches.put("" + name, branch("" + name, model, state)));
    } else {
      branches.put(ONLY, branch(ONLY, params, state));
    }
    return new TorchCheckpoint(multiTask, branches);
  }

  /**
   * The name of the branch that is meant.
   *
   * @param models {@code model_dict}
   * @param given a name or an alias; empty for none
   * @throws InputException when there is no such branch, or none is named
   */
  static String branch(String file, Map<?, ?> models, String given) {
    Map<String, Branch> branches = new LinkedHashMap<>();
    models.forEach((name, model) -> branches.put("" + name, branch("" + name, model, Map.of())));
    TorchCheckpoint checkpoint = new TorchCheckpoint(true, branches);
    if (given.isEmpty()) {
      throw new InputException(
          "%s: a checkpoint of several models, with the branches %s, of which one has to be named: --model-branch NAME, model_branch in the parameter file, in SQL SET dpsieve.modelBranch; elsewhere freeze it: dp --pt freeze --head NAME"
              .formatted(file, checkpoint.names()));
    }
    String name =
        checkpoint
            .name(given)
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: has no branch '%s'; it has %s"
                            .formatted(file, given, checkpoint.names())));
    if (!(models.get(name) instanceof Map<?, ?>)) {
      throw none(file);
    }
    return name;
  }

  private static InputException none(String file) {
    return new InputException(
        "%s: no checkpoint of DeePMD-kit's PyTorch backend; expected model.ckpt-*.pt of dp --pt train"
            .formatted(file));
  }

  private static Branch branch(String name, Object model, Map<?, ?> state) {
    Map<?, ?> params = model instanceof Map<?, ?> map ? map : Map.of();
    String prefix = "model." + name + ".";
    return new Branch(
        texts(params.get("model_branch_alias")),
        texts(params.get("type_map")),
        state.entrySet().stream()
            .filter(
                entry ->
                    entry.getValue() instanceof StoredTensor
                        && entry.getKey().toString().startsWith(prefix))
            .count(),
        params.get("descriptor") instanceof Map<?, ?> descriptor
                && descriptor.get("type") instanceof String type
            ? type
            : "");
  }

  private static List<String> texts(Object list) {
    List<String> texts = new ArrayList<>();
    if (list instanceof List<?> all) {
      all.forEach(one -> texts.add(String.valueOf(one)));
    }
    return texts;
  }

  /** The name of the branch that a name or an alias means. */
  public Optional<String> name(String given) {
    return branches.entrySet().stream()
        .filter(
            branch -> branch.getKey().equals(given) || branch.getValue().aliases().contains(given))
        .findFirst()
        .map(Map.Entry::getKey);
  }

  /** The first branch's name; there is no other unless it was trained on several tasks. */
  public String only() {
    return branches.keySet().iterator().next();
  }

  /** {@code Alloy_PBE (alloy), Gold_D3}. */
  public String names() {
    return branches.entrySet().stream()
        .map(
            entry ->
                entry.getKey()
                    + (entry.getValue().aliases().isEmpty()
                        ? ""
                        : " (%s)".formatted(String.join(", ", entry.getValue().aliases()))))
        .collect(Collectors.joining(", "));
  }
}
