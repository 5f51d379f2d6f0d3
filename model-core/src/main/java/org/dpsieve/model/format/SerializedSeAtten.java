package org.dpsieve.model.format;

import java.util.ArrayList;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.model.AttentionLayer;
import org.dpsieve.model.Layer;
import org.dpsieve.model.SeAtten;
import org.dpsieve.model.TypedEmbedding;
import org.dpsieve.text.Counted;

/** se_atten, dpa1, se_atten_v2 ({@code deepmd/dpmodel/descriptor/dpa1.py: serialize}). */
final class SerializedSeAtten {
  private static final double SHORTEST = 1e-12; // np_normalize, torch.nn.functional.normalize

  private SerializedSeAtten() {}

  static SeAtten read(Section section, int types) {
    String file = section.file();
    SerializedModelReader.refuse(
        file, section.count("lmax", 1) > 1, "se_atten with lmax above 1 cannot be read yet");
    int sel = SerializedDescriptors.mixedSel(section);
    SerializedDescriptors.requireNoMean(
        section, SerializedDescriptors.statistics(section, "davg", types, sel, 4), 0);
    boolean smooth =
        section.text("type").equals("se_atten_v2") || section.flag("smooth_type_embedding", true);
    TypedEmbedding embedding =
        SerializedTypedEmbedding.read(section, types, section.flag("type_one_side", false), smooth);
    int axis = section.count("axis_neuron");
    if (axis < 1 || axis > embedding.width()) {
      throw new InputException(
          "%s: axis_neuron %,d of %s; damaged file?"
              .formatted(file, axis, Counted.of(embedding.width(), "embedding output")));
    }
    return new SeAtten(
        SerializedDescriptors.smoothing(section),
        SerializedDescriptors.protection(section),
        sel,
        axis,
        SerializedDescriptors.statistics(section, "dstd", types, sel, 4),
        embedding,
        attention(section, embedding.width()),
        section.flag("concat_output_tebd", true),
        SerializedDescriptors.masked(section, types),
        SerializedNetworks.precision(section));
  }

  private static List<AttentionLayer> attention(Section section, int width) {
    List<AttentionLayer> layers = new ArrayList<>();
    int count = section.count("attn_layer", 2);
    if (count == 0) {
      return layers;
    }
    List<Section> stored = section.section("attention_layers").sections("attention_layers");
    if (stored.size() != count || stored.contains(null)) {
      throw new InputException(
          "%s: %s, expected %d; damaged file?"
              .formatted(section.file(), Counted.of(stored.size(), "attention layer"), count));
    }
    for (Section layer : stored) {
      Section attention = layer.section("attention_layer");
      SerializedModelReader.refuse(
          section.file(),
          attention.count("num_heads", 1) != 1,
          "attention with several heads cannot be read");
      Layer in = SerializedNetworks.layer(attention.section("in_proj"));
      Layer out = SerializedNetworks.layer(attention.section("out_proj"));
      int hidden = out.inputs();
      if (in.inputs() != width || out.outputs() != width || in.outputs() != 3 * hidden) {
        throw new InputException(
            "%s: attention of shapes %d x %d and %d x %d for an embedding of %d; damaged file?"
                .formatted(
                    section.file(), in.inputs(), in.outputs(), hidden, out.outputs(), width));
      }
      Section norm = layer.section("attn_layer_norm");
      Section variables = norm.section("@variables");
      layers.add(
          new AttentionLayer(
              in,
              out,
              section.flag("normalize", true),
              SHORTEST,
              section.has("temperature")
                  ? section.number("temperature")
                  : 1 / Math.sqrt(hidden * section.number("scaling_factor", 1)),
              section.flag("attn_dotr", true),
              variables.tensor("w", width).values(),
              variables.tensor("b", width).values(),
              section.number("ln_eps", 1e-5)));
    }
    return layers;
  }
}
