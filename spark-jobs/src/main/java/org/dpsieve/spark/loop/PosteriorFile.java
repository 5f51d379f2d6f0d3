package org.dpsieve.spark.loop;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.dpsieve.error.InputException;
import org.dpsieve.io.JsonFile;
import org.dpsieve.io.OwnFiles;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.uncertainty.FrameWidth;
import org.dpsieve.uncertainty.Uncertainty;

/**
 * What labelled frames leave open of one model, in one file: what {@code dpsieve posterior} writes.
 *
 * @param format {@link #FORMAT}
 * @param model SHA-256 of the model file that it is of
 * @param typeMap the model's
 * @param typesWithLabels of these
 * @param frames labelled
 * @param energyFactor of standard deviations of energies; NaN where there were no such labels
 * @param forceFactor the same of forces
 * @param width by which frames differ; {@code null} for none
 * @param root rows of the upper triangle of the posterior's root: the first has as many numbers as
 *     the output layer has parameters, each further one less
 */
public record PosteriorFile(
    @JsonProperty("format") String format,
    @JsonProperty("model_sha256") String model,
    @JsonProperty("type_map") List<String> typeMap,
    @JsonProperty("types_with_labels") boolean[] typesWithLabels,
    @JsonProperty("frames") long frames,
    @JsonProperty("energy_factor") double energyFactor,
    @JsonProperty("force_factor") double forceFactor,
    @JsonProperty("width") FrameWidth width,
    @JsonProperty("root") double[][] root) {
  static final String FORMAT = "dpsieve posterior 1";

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * @param uncertainty of one model
   */
  public static PosteriorFile of(
      Uncertainty uncertainty, List<String> typeMap, String modelSha256, long frames) {
    OutputPosterior posterior = uncertainty.posteriors().get(0);
    int size = posterior.size();
    double[][] rows = new double[size][];
    for (int k = 0; k < size; k++) {
      rows[k] = Arrays.copyOfRange(posterior.root(), k * size + k, (k + 1) * size);
    }
    return new PosteriorFile(
        FORMAT,
        modelSha256,
        typeMap,
        uncertainty.present(),
        frames,
        uncertainty.energyFactor(),
        uncertainty.forceFactor(),
        uncertainty.width(),
        rows);
  }

  /** The old file or the new one is there, never half of it. */
  public void write(Path file) throws IOException {
    OwnFiles.replace(file.toAbsolutePath(), JSON.writeValueAsBytes(this));
  }

  /**
   * @throws InputException when it is no such file
   */
  static PosteriorFile read(Path file) {
    PosteriorFile found;
    try {
      found = JsonFile.read(file, PosteriorFile.class);
    } catch (InputException e) {
      throw new InputException(
          e.getMessage() + "; expected a file that dpsieve posterior has written", e);
    }
    found.problem(file);
    return found;
  }

  private void problem(Path file) {
    boolean whole =
        FORMAT.equals(format)
            && model != null
            && typeMap != null
            && typesWithLabels != null
            && typesWithLabels.length == typeMap.size()
            && root != null;
    for (int k = 0; whole && k < root.length; k++) {
      whole =
          root[k] != null
              && root[k].length == root.length - k
              && Arrays.stream(root[k]).allMatch(Double::isFinite);
    }
    if (!whole) {
      throw new InputException(
          "%s: format '%s' or its numbers are damaged; expected a file of format '%s', as dpsieve posterior writes it"
              .formatted(file, format, FORMAT));
    }
  }

  OutputPosterior posterior() {
    int size = root.length;
    double[] all = new double[size * size];
    for (int k = 0; k < size; k++) {
      System.arraycopy(root[k], 0, all, k * size + k, size - k);
    }
    return new OutputPosterior(all, size);
  }
}
