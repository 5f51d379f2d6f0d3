package org.dpsieve.model.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dpsieve.error.UnsupportedModelException;
import org.dpsieve.model.Activation;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.Precision;
import org.dpsieve.model.SeE2A;

/** DeePMD-kit's dictionaries of arrays, and the files they are kept in. */
final class SerializedWriting {
  private SerializedWriting() {}

  static StoredTensor tensor(double[] values, int... shape) {
    return new StoredTensor(null, false, shape, values);
  }

  /** {@code deepmd/dpmodel/descriptor/se_e2_a.py: serialize}. */
  static Map<String, Object> descriptor(SeE2A model, List<String> typeMap) {
    int types = typeMap.size();
    int slots = 0;
    List<Integer> sel = new ArrayList<>();
    for (int one : model.sel()) {
      sel.add(one);
      slots += one;
    }
    Network first = (Network) model.embedding()[0][0];
    List<Integer> neurons = first.layers().stream().map(Layer::outputs).toList();
    boolean timeStep = first.layers().stream().anyMatch(layer -> layer.idt() != null);
    String precision = model.precision() == Precision.FLOAT32 ? "float32" : "float64";
    String activation = activation(first.layers().get(0).activation(), "embedding net");
    double rcut = model.smoothing().end();
    double smooth = model.smoothing().start();

    List<Object> nets = new ArrayList<>();
    for (int neighbor = 0; neighbor < types; neighbor++) {
      for (int centre = 0; centre < (model.typeOneSide() ? 1 : types); centre++) {
        Network embedding = (Network) model.embedding()[centre][neighbor];
        Map<String, Object> net = new LinkedHashMap<>();
        net.put("@class", "EmbeddingNetwork");
        net.put("@version", 2);
        net.put("in_dim", 1);
        net.put("neuron", neurons);
        net.put("activation_function", activation);
        net.put("resnet_dt", timeStep);
        net.put("bias", true);
        net.put("precision", precision);
        net.put("layers", layers(embedding.layers(), "embedding net"));
        nets.add(net);
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("@class", "Descriptor");
    all.put("type", "se_e2_a");
    all.put("@version", 2);
    all.put("rcut", rcut);
    all.put("rcut_smth", smooth);
    all.put("sel", sel);
    all.put("neuron", neurons);
    all.put("axis_neuron", model.axisNeuron());
    all.put("resnet_dt", timeStep);
    all.put("trainable", true);
    all.put("type_one_side", model.typeOneSide());
    all.put("exclude_types", List.of());
    all.put("env_protection", model.protection());
    all.put("set_davg_zero", false);
    all.put("activation_function", activation);
    all.put("precision", precision);
    all.put("spin", null);
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("rcut", rcut);
    environment.put("rcut_smth", smooth);
    environment.put("protection", model.protection());
    environment.put("use_exp_switch", false);
    all.put("env_mat", environment);
    all.put(
        "embeddings", collection(nets, model.typeOneSide() ? 1 : 2, types, "embedding_network"));
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("davg", tensor(repeated(model.davg(), slots), types, slots, 4));
    variables.put("dstd", tensor(repeated(model.dstd(), slots), types, slots, 4));
    all.put("@variables", variables);
    all.put("type_map", typeMap);
    return all;
  }

  private static double[] repeated(double[][] rows, int times) {
    double[] all = new double[rows.length * times * rows[0].length];
    int to = 0;
    for (double[] row : rows) {
      for (int i = 0; i < times; i++, to += row.length) {
        System.arraycopy(row, 0, all, to, row.length);
      }
    }
    return all;
  }

  static Map<String, Object> collection(List<Object> nets, int axes, int types, String kind) {
    Map<String, Object> collection = new LinkedHashMap<>();
    collection.put("@class", "NetworkCollection");
    collection.put("@version", 1);
    collection.put("ndim", axes);
    collection.put("ntypes", types);
    collection.put("network_type", kind);
    collection.put("networks", nets);
    return collection;
  }

  static List<Object> layers(List<Layer> layers, String where) {
    List<Object> all = new ArrayList<>();
    for (Layer layer : layers) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("@class", "Layer");
      one.put("@version", 2);
      one.put("bias", true);
      one.put("use_timestep", layer.idt() != null);
      one.put("activation_function", activation(layer.activation(), where));
      one.put("resnet", layer.shortcut() != Layer.Shortcut.NONE);
      one.put("precision", "float64");
      one.put("trainable", true);
      Map<String, Object> variables = new LinkedHashMap<>();
      variables.put("w", tensor(layer.weight(), layer.inputs(), layer.outputs()));
      variables.put("b", tensor(layer.bias(), layer.outputs()));
      variables.put("idt", layer.idt() == null ? null : tensor(layer.idt(), layer.outputs()));
      one.put("@variables", variables);
      all.add(one);
    }
    return all;
  }

  static String activation(Activation activation, String where) {
    return switch (activation.function()) {
      case LINEAR -> "none";
      case GELU -> {
        if (!activation.equals(Activation.GELU)) { // TensorFlow's own, in single precision
          throw new UnsupportedModelException(
              "%s: activation function gelu_tf cannot be written; convert the model first: dp convert-backend MODEL model.dp"
                  .formatted(where));
        }
        yield "gelu";
      }
      case SILUT -> "silut:" + activation.parameter();
      default -> activation.function().name().toLowerCase(Locale.ROOT);
    };
  }

  /** {@code deepmd/dpmodel/utils/serialization.py: save_dp_model}, of {@code .dp}. */
  static byte[] hdf5(Map<String, Object> root) throws IOException {
    Path local = Files.createTempFile("dpsieve", ".dp");
    try {
      try (WritableHdfFile file = HdfFile.write(local)) {
        int[] count = new int[1];
        Object named =
            mapped(
                root,
                tensor -> {
                  String name = "variable_%04d".formatted(count[0]++);
                  file.putDataset(name, nested(tensor, 0, 0));
                  return "/" + name;
                });
        file.putAttribute("json", new ObjectMapper().writeValueAsString(named));
      }
      return Files.readAllBytes(local);
    } finally {
      Files.delete(local);
    }
  }

  private interface OfTensor {
    Object of(StoredTensor tensor);
  }

  private static Object mapped(Object value, OfTensor ofTensor) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, child) -> copy.put(key.toString(), mapped(child, ofTensor)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(child -> copy.add(mapped(child, ofTensor)));
      return copy;
    }
    return value instanceof StoredTensor tensor ? ofTensor.of(tensor) : value;
  }

  /** As an array of arrays, in the precision it has. */
  private static Object nested(StoredTensor tensor, int axis, int from) {
    int[] shape = tensor.shape();
    if (shape.length == 0) {
      return tensor.single() ? (Object) (float) tensor.values()[0] : tensor.values()[0];
    }
    int[] rest = java.util.Arrays.copyOfRange(shape, axis, shape.length);
    Object array = Array.newInstance(tensor.single() ? float.class : double.class, rest);
    int stride = 1;
    for (int k = axis + 1; k < shape.length; k++) {
      stride *= shape[k];
    }
    for (int i = 0; i < shape[axis]; i++) {
      if (axis == shape.length - 1) {
        double value = tensor.values()[from + i];
        Array.set(array, i, tensor.single() ? (Object) (float) value : (Object) value);
      } else {
        Array.set(array, i, nested(tensor, axis + 1, from + i * stride));
      }
    }
    return array;
  }

  /** The same of {@code .yaml}; as JSON, which is YAML. */
  static byte[] yaml(Map<String, Object> root) {
    StringBuilder text = new StringBuilder();
    write(root, text);
    return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(Object value, StringBuilder text) {
    if (value instanceof Map<?, ?> map) {
      String comma = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        text.append(comma).append('"').append(entry.getKey()).append("\": ");
        write(entry.getValue(), text);
        comma = ",\n";
      }
      text.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> list) {
      String comma = "[";
      for (Object child : list) {
        text.append(comma);
        write(child, text);
        comma = ", ";
      }
      text.append(list.isEmpty() ? "[]" : "]");
    } else if (value instanceof StoredTensor tensor) {
      text.append(
              "{\"@class\": \"np.ndarray\", \"@is_variable\": true, \"@version\": 1, \"dtype\": \"")
          .append(tensor.single() ? "float32" : "float64")
          .append("\", \"value\": ");
      numbers(tensor, 0, 0, text);
      text.append('}');
    } else if (value instanceof String words) {
      text.append('"').append(words.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    } else if (value instanceof Double || value instanceof Float) {
      text.append(number(((Number) value).doubleValue()));
    } else {
      text.append(value); // null, true, a whole number
    }
  }

  private static void numbers(StoredTensor tensor, int axis, int from, StringBuilder text) {
    int[] shape = tensor.shape();
    if (axis == shape.length) {
      text.append(number(tensor.values()[from]));
      return;
    }
    int stride = 1;
    for (int k = axis + 1; k < shape.length; k++) {
      stride *= shape[k];
    }
    text.append('[');
    for (int i = 0; i < shape[axis]; i++) {
      text.append(i == 0 ? "" : ", ");
      numbers(tensor, axis + 1, from + i * stride, text);
    }
    text.append(']');
  }

  /** 1.0E10 is text to PyYAML, 1.0e+10 is not. */
  private static String number(double value) {
    return Double.toString(value).replaceAll("E(?=\\d)", "e+").replace('E', 'e');
  }
}
