package org.dpsieve.spark.loop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.dpsieve.frame.Property;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.LocalStorage;
import org.dpsieve.io.npy.NpyArray;
import org.dpsieve.io.npy.NpyWriter;
import org.dpsieve.model.PropertyHead.Form;
import org.dpsieve.outputlayer.property.PropertyDesign;
import org.dpsieve.outputlayer.property.PropertyPosterior;
import org.dpsieve.outputlayer.property.PropertySolution;
import org.dpsieve.outputlayer.property.PropertySpread;

/**
 * What a training says of the errors of its models of a property, beside them: of each model {@code
 * spread.000.json} and {@code spread.000.npy}, from which standard deviations are computed, and
 * {@code left_out.000.npy}, [3, labels, components]: labels, errors on them when they are left out,
 * and standard deviations expected of these.
 */
public final class SpreadFiles {
  /** Of all its files. */
  static final Pattern NAMES = Pattern.compile("spread\\.\\d+\\.(json|npy)|left_out\\.\\d+\\.npy");

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private SpreadFiles() {}

  /** What says how the long array is cut. */
  private record Sizes(
      String property,
      Form form,
      int[] group,
      int hidden,
      int kept,
      int width,
      int size,
      int directions,
      double ridge,
      double[] noise,
      double quantile) {}

  static void write(Path folder, int model, PropertySolution solution) throws IOException {
    PropertyDesign design = solution.spread().design();
    PropertyPosterior posterior = solution.spread().posterior();
    List<double[]> parts = new ArrayList<>(List.of(design.centre()));
    parts.addAll(List.of(design.projection()));
    parts.addAll(List.of(posterior.scale(), posterior.vectors(), posterior.eigenvalues()));
    DoubleBuffer all = DoubleBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
    parts.forEach(all::put);
    NpyWriter.write(
        new LocalStorage(), file(folder, model, "npy").toString(), all.array(), all.capacity());
    JSON.writeValue(
        file(folder, model, "json").toFile(),
        new Sizes(
            design.property().toString(),
            design.form(),
            design.group(),
            design.centre()[0].length,
            design.projection()[0].length / design.centre()[0].length,
            design.width(),
            posterior.scale().length,
            posterior.eigenvalues().length,
            posterior.ridge(),
            solution.spread().noise(),
            solution.spread().quantile()));
    PropertySolution.LeftOut left = solution.leftOut();
    DoubleBuffer rows = DoubleBuffer.allocate(3 * left.label().length);
    rows.put(left.label()).put(left.error()).put(left.sigma());
    NpyWriter.write(
        new LocalStorage(),
        leftOut(folder, model).toString(),
        rows.array(),
        3,
        left.label().length / left.components(),
        left.components());
  }

  private static Path file(Path folder, int model, String suffix) {
    return folder.resolve("spread.%03d.%s".formatted(model, suffix));
  }

  private static Path leftOut(Path folder, int model) {
    return folder.resolve("left_out.%03d.npy".formatted(model));
  }

  /** Of all models; empty where they were given, not trained. */
  static List<PropertySpread> read(Path folder, int models) {
    List<PropertySpread> spreads = new ArrayList<>();
    try {
      for (int m = 0; m < models; m++) {
        if (!Files.exists(file(folder, m, "json"))) {
          return List.of();
        }
        Sizes sizes = JsonFile.read(file(folder, m, "json"), Sizes.class);
        spreads.add(spread(sizes, NpyArray.open(file(folder, m, "npy")).read()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return spreads;
  }

  private static PropertySpread spread(Sizes sizes, double[] numbers) {
    DoubleBuffer all = DoubleBuffer.wrap(numbers);
    int groups = Arrays.stream(sizes.group).max().orElseThrow() + 1;
    double[][] centre = new double[groups][];
    double[][] projection = new double[groups][];
    for (int g = 0; g < groups; g++) {
      centre[g] = take(all, sizes.hidden);
    }
    for (int g = 0; g < groups; g++) {
      projection[g] = take(all, sizes.hidden * sizes.kept);
    }
    double[] scale = take(all, sizes.size);
    double[] vectors = take(all, sizes.size * sizes.directions);
    double[] eigenvalues = take(all, sizes.directions);
    return new PropertySpread(
        new PropertyDesign(
            Property.of(sizes.property), sizes.form, sizes.group, centre, projection, sizes.width),
        new PropertyPosterior(scale, vectors, eigenvalues, sizes.ridge),
        sizes.noise,
        sizes.quantile);
  }

  private static double[] take(DoubleBuffer all, int count) {
    double[] some = new double[count];
    all.get(some);
    return some;
  }

  /**
   * Labels left out by one model.
   *
   * @return {@code null} where it was given, not trained
   */
  public static PropertySolution.LeftOut leftOut(Path folder) {
    Path file = leftOut(folder, 0);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      NpyArray array = NpyArray.open(file);
      int components = Math.toIntExact(array.shape()[2]);
      DoubleBuffer all = DoubleBuffer.wrap(array.read());
      int size = all.capacity() / 3;
      return new PropertySolution.LeftOut(
          components, take(all, size), take(all, size), take(all, size));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
