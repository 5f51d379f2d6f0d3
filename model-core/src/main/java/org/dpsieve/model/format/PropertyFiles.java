package org.dpsieve.model.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.model.DeepPotential;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.PropertyHead;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.model.PropertyModel;
import org.dpsieve.model.SeE2A;
import org.dpsieve.model.SmoothSwitch;

/**
 * New models of properties, as DeePMD-kit 3.2 reads them: its serialisation in HDF5 ({@code .dp})
 * or as YAML ({@code .yaml}). The descriptor is that of a model of energies: taken over as it is
 * from files of these formats, made anew from a se_e2_a of any other.
 */
public final class PropertyFiles {
  private static final List<String> SUFFIXES = List.of(".dp", ".yaml", ".yml");

  /** Of the layout that is written; what wrote it says so, too. */
  private static final String PROGRAM = "3.2.0, by dpsieve";

  private PropertyFiles() {}

  /**
   * A model of energies, or of a property, as it is evaluated once another output layer makes it
   * one of a property: neighbors are picked as the format that is written has it.
   *
   * @param path of any format that is read
   * @param names as for {@link ModelFiles#read(Path, List)}
   * @throws UnsupportedModelException when its descriptor cannot be written
   */
  public static DeepPotential start(Path path, List<String> names) {
    DeepPotential model = ModelFiles.readBody(path, names);
    ModelFormat format = ModelFormat.of(ModelFiles.bytes(ModelFiles.file(path)));
    if (isTakenOver(format)) {
      return model;
    }
    requireWritable(model);
    SeE2A descriptor = inDouble((SeE2A) model.descriptor());
    return new DeepPotential(
        model.name(),
        model.typeMap(),
        descriptor,
        model.fitting(),
        SerializedModelReader.rules(descriptor),
        model.excludedTypes(),
        model.additions());
  }

  /** The switch of a graph, whose radii are in single precision, as other formats have it. */
  private static SeE2A inDouble(SeE2A descriptor) {
    double from = descriptor.smoothing().start();
    double to = descriptor.smoothing().end();
    return new SeE2A(
        new SmoothSwitch(from, to, to - from),
        descriptor.protection(),
        descriptor.sel(),
        descriptor.normalization(),
        descriptor.axisNeuron(),
        descriptor.typeOneSide(),
        descriptor.davg(),
        descriptor.dstd(),
        descriptor.embeddingWidth(),
        descriptor.embedding(),
        descriptor.masked(),
        null,
        descriptor.precision());
  }

  private static boolean isTakenOver(ModelFormat format) {
    return format == ModelFormat.HDF5 || format == ModelFormat.TEXT;
  }

  private static void requireWritable(DeepPotential model) {
    String why = null;
    if (!(model.descriptor() instanceof SeE2A descriptor)) {
      why = "the descriptor " + model.descriptor().kind();
    } else if (!Arrays.stream(descriptor.embedding())
        .flatMap(Arrays::stream)
        .allMatch(net -> net instanceof Network)) {
      why = "embedding nets that are tables (dp compress) or left out (exclude_types)";
    } else if (descriptor.masked() != null
        || descriptor.ofEmpty(0, 0) != descriptor.embedding()[0][0]) {
      why = "exclude_types";
    } else if (descriptor.normalization() != Arrays.stream(descriptor.sel()).sum()) {
      why = "a sel that was changed later";
    } else if (!model.excludedTypes().isEmpty()) {
      why = "atom_exclude_types";
    }
    if (why != null) {
      throw new UnsupportedModelException(
          "%s: a model with %s is written as one of a property from DeePMD-kit's own serialisation only; convert it first (a compressed one: what it was made from): dp convert-backend %s %s.dp"
              .formatted(
                  model.name(), why, model.name(), model.name().replaceFirst("\\.[^./]*$", "")));
    }
  }

  /** Refuses names from which DeePMD-kit could not tell the format. */
  public static void requireSuffix(Path target) {
    String name = target.getFileName().toString().toLowerCase(Locale.ROOT);
    if (SUFFIXES.stream().noneMatch(name::endsWith)) {
      throw new InputException(
          "%s: models of properties are written as .dp (HDF5) or .yaml; give it a name that ends so"
              .formatted(target));
    }
  }

  /**
   * Writes a model. The same arguments give the same bytes.
   *
   * @param source of the model of energies whose descriptor it has
   * @param bias of the labels by type, [types][components]: DeePMD-kit's {@code out_bias}
   * @param deviation of the labels, [components]: its {@code out_std}
   * @param target appears whole or not at all
   */
  public static void write(
      Path source, PropertyModel model, double[][] bias, double[] deviation, Path target) {
    requireSuffix(target);
    Path file = ModelFiles.file(source);
    byte[] bytes = ModelFiles.bytes(file);
    ModelFormat format = ModelFormat.of(bytes);
    Map<String, Object> descriptor =
        isTakenOver(format)
            ? copy(format.sections(file.toString(), bytes).section("model").section("descriptor"))
            : SerializedWriting.descriptor(
                (SeE2A) model.body().descriptor(), model.body().typeMap());
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("software", "deepmd-kit");
    root.put("version", PROGRAM);
    root.put("backend", "dpmodel");
    root.put("model", model(model, descriptor, bias, deviation));
    root.put("model_def_script", script(model, descriptor));
    try {
      boolean hdf5 = target.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".dp");
      OwnFiles.replace(target, hdf5 ? SerializedWriting.hdf5(root) : SerializedWriting.yaml(root));
    } catch (IOException e) {
      throw new InputException("%s: cannot be written: %s".formatted(target, e.getMessage()), e);
    }
  }

  private static Map<String, Object> copy(Section section) {
    Map<String, Object> copy = new LinkedHashMap<>();
    section.values().forEach((key, value) -> copy.put(key.toString(), value));
    return copy;
  }

  private static Map<String, Object> model(
      PropertyModel model, Map<String, Object> descriptor, double[][] bias, double[] deviation) {
    PropertyHead head = model.head();
    int types = model.body().typeCount();
    int dimension = head.dimension();
    boolean standardised = fitting(head).equals("property");
    double[] outBias = new double[types * dimension];
    double[] outStd = new double[types * dimension];
    Arrays.fill(outStd, 1);
    for (int t = 0; t < types; t++) {
      for (int c = 0; c < dimension; c++) {
        switch (head.form()) {
          case INVARIANT -> {
            outBias[t * dimension + c] = bias[t][c];
            outStd[t * dimension + c] = standardised ? deviation[c] : 1;
          }
          case DIPOLE -> {}
          default -> outBias[t * dimension + c] = c % 4 == 0 ? head.shift()[t] : 0;
        }
      }
    }
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("type_map", model.body().typeMap());
    whole.put("atom_exclude_types", model.body().excludedTypes());
    whole.put("pair_exclude_types", excludedPairs(model.body()));
    whole.put("rcond", null);
    whole.put("preset_out_bias", null);
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("out_bias", SerializedWriting.tensor(outBias, 1, types, dimension));
    variables.put("out_std", SerializedWriting.tensor(outStd, 1, types, dimension));
    whole.put("@variables", variables);
    whole.put("@class", "Model");
    whole.put("type", "standard");
    whole.put("@version", SerializedModelReader.VERSION);
    whole.put("descriptor", descriptor);
    whole.put("fitting", fitting(model, bias, standardised ? deviation : null));
    return whole;
  }

  private static List<List<Integer>> excludedPairs(DeepPotential body) {
    List<List<Integer>> pairs = new ArrayList<>();
    for (int c = 0; c < body.typeCount(); c++) {
      for (int n = c; n < body.typeCount(); n++) {
        if (!body.neighborRules().sees(c, n)) {
          pairs.add(List.of(c, n));
        }
      }
    }
    return pairs;
  }

  /** {@code fitting_net.type}. */
  private static String fitting(PropertyHead head) {
    return switch (head.form()) {
      case DIPOLE -> "dipole";
      case POLAR_DIAGONAL, POLAR_FULL -> "polar";
      default -> head.property().name().equals("dos") ? "dos" : "property";
    };
  }

  private static Map<String, Object> fitting(
      PropertyModel model, double[][] bias, double[] deviation) {
    PropertyHead head = model.head();
    DeepPotential body = model.body();
    int types = body.typeCount();
    int outputs = head.outputs();
    String type = fitting(head);
    Network[] networks = body.fitting().networks();
    boolean shared = types > 1 && Arrays.stream(networks).distinct().count() == 1;
    List<Layer> layers = networks[0].layers();
    List<Integer> neurons =
        layers.subList(0, layers.size() - 1).stream().map(Layer::outputs).toList();
    String activation = SerializedWriting.activation(layers.get(0).activation(), body.name());
    boolean timeStep = layers.stream().anyMatch(layer -> layer.idt() != null);

    List<Object> nets = new ArrayList<>();
    double[] own = new double[types * outputs];
    for (int t = 0; t < types; t++) {
      double[] weight = head.weight()[t].clone();
      for (int i = 0; deviation != null && i < weight.length; i++) {
        weight[i] /= deviation[i % outputs];
      }
      for (int k = 0; k < outputs; k++) {
        double value = head.bias()[t][k];
        if (head.form() == Form.INVARIANT) {
          value = (value - bias[t][k]) / (deviation == null ? 1 : deviation[k]);
        }
        own[t * outputs + k] = value;
      }
      if (t > 0 && shared) {
        continue;
      }
      List<Layer> all = new ArrayList<>(networks[t].layers());
      int inputs = networks[t].outputLayer().inputs();
      all.set(all.size() - 1, Layer.linear(inputs, outputs, weight, new double[outputs]));
      Map<String, Object> net = new LinkedHashMap<>();
      net.put("@class", "FittingNetwork");
      net.put("@version", 1);
      net.put("in_dim", body.descriptor().size());
      net.put("out_dim", outputs);
      net.put("neuron", neurons);
      net.put("activation_function", activation);
      net.put("resnet_dt", timeStep);
      net.put("precision", "float64");
      net.put("bias_out", true);
      net.put("layers", SerializedWriting.layers(all, body.name()));
      nets.add(net);
    }
    Map<String, Object> fitting = new LinkedHashMap<>();
    fitting.put("@class", "Fitting");
    fitting.put("@version", SerializedPropertyFitting.VERSIONS.get(type));
    fitting.put("type", type);
    fitting.put("var_name", type.equals("property") ? head.property().name() : type);
    fitting.put("ntypes", types);
    fitting.put("dim_descrpt", body.descriptor().size());
    fitting.put("neuron", neurons);
    fitting.put("resnet_dt", timeStep);
    for (String none : List.of("numb_fparam", "numb_aparam", "dim_case_embd")) {
      fitting.put(none, 0);
    }
    fitting.put("default_fparam", null);
    fitting.put("rcond", null);
    fitting.put("activation_function", activation);
    fitting.put("precision", "float64");
    fitting.put("mixed_types", shared || types == 1 && networks.length == 1);
    fitting.put("exclude_types", body.excludedTypes());
    fitting.put(
        "nets",
        SerializedWriting.collection(nets, shared || types == 1 ? 0 : 1, types, "fitting_network"));
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("bias_atom_e", SerializedWriting.tensor(own, types, outputs));
    for (String none :
        List.of("case_embd", "fparam_avg", "fparam_inv_std", "aparam_avg", "aparam_inv_std")) {
      variables.put(none, null);
    }
    fitting.put("@variables", variables);
    fitting.put("type_map", body.typeMap());
    fitting.put("tot_ener_zero", false);
    fitting.put("trainable", layers.stream().map(layer -> true).toList());
    fitting.put("layer_name", null);
    fitting.put("use_aparam_as_mask", false);
    fitting.put("spin", null);
    switch (type) {
      case "property" -> {
        fitting.put("dim_out", outputs);
        fitting.put("atom_ener", null);
        fitting.put("task_dim", outputs);
        fitting.put("intensive", head.property().intensive());
        fitting.put("distinguish_types", true);
      }
      case "dos" -> {
        fitting.put("dim_out", outputs);
        fitting.put("atom_ener", null);
      }
      case "dipole" -> {
        fitting.put("embedding_width", outputs);
        fitting.put("r_differentiable", true);
        fitting.put("c_differentiable", true);
      }
      default -> {
        fitting.put("embedding_width", outputs);
        fitting.put("fit_diag", true);
        fitting.put("shift_diag", true);
        double[] ones = new double[types];
        Arrays.fill(ones, 1);
        variables.put("scale", SerializedWriting.tensor(ones, types, 1));
        variables.put("constant_matrix", SerializedWriting.tensor(new double[types], types));
      }
    }
    return fitting;
  }

  /** The model section of an input that would make such a model. */
  private static Map<String, Object> script(PropertyModel model, Map<String, Object> descriptor) {
    PropertyHead head = model.head();
    List<Layer> layers = model.body().fitting().networks()[0].layers();
    Map<String, Object> fitting = new LinkedHashMap<>();
    String type = fitting(head);
    fitting.put("type", type);
    fitting.put(
        "neuron", layers.subList(0, layers.size() - 1).stream().map(Layer::outputs).toList());
    if (type.equals("property")) {
      fitting.put("property_name", head.property().name());
      fitting.put("task_dim", head.dimension());
      fitting.put("intensive", head.property().intensive());
      fitting.put("distinguish_types", true);
    } else if (type.equals("dos")) {
      fitting.put("numb_dos", head.dimension());
    }
    Map<String, Object> plain = new LinkedHashMap<>();
    descriptor.forEach(
        (key, value) -> {
          if (!(value instanceof Map<?, ?>) && !key.startsWith("@") && value != null) {
            plain.put(key, value);
          }
        });
    Map<String, Object> script = new LinkedHashMap<>();
    script.put("type_map", model.body().typeMap());
    script.put("descriptor", plain);
    script.put("fitting_net", fitting);
    return script;
  }
}
