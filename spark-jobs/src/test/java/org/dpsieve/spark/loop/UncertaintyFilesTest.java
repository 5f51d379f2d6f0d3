package org.dpsieve.spark.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.dpsieve.error.InputException;
import org.dpsieve.outputlayer.OutputPosterior;
import org.dpsieve.spark.transfer.KnownSums;
import org.dpsieve.spark.transfer.OutputLayerStage;
import org.dpsieve.uncertainty.FrameWidth;
import org.dpsieve.uncertainty.Reliability;
import org.dpsieve.uncertainty.Uncertainty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UncertaintyFilesTest {
  private static final int FRAMES = 300;
  private static final int NUMBERS = 50; // of each frame

  @TempDir private Path folder;

  private static double[] numbers(Random random, int count) {
    return random.doubles(count, -1, 1).map(x -> x / 3).toArray();
  }

  private static FrameWidth width() {
    Random random = new Random(1);
    return new FrameWidth(
        numbers(random, NUMBERS),
        numbers(random, NUMBERS),
        Stream.generate(() -> numbers(random, NUMBERS)).limit(FRAMES).toArray(double[][]::new),
        numbers(random, FRAMES),
        0.2,
        Math.log(1.1),
        -1 / 3.0,
        2 / 3.0);
  }

  private void write(FrameWidth width) throws IOException {
    OutputPosterior posterior = new OutputPosterior(numbers(new Random(2), 9), 3);
    Reliability.Of none = new Reliability.Of(0, 1, List.of());
    UncertaintyFiles.write(
        folder,
        FRAMES,
        new OutputLayerStage.Trained(
            List.of(),
            new Uncertainty(new boolean[] {true}, List.of(posterior), 1.5, 1 / 0.7, width),
            new Reliability(0, none, none),
            null,
            List.of(),
            null,
            null,
            KnownSums.NONE,
            Optional.empty()));
  }

  /** To the last bit: a run that is called again goes on with the same numbers. */
  @Test
  void widthsAreReadAsTheyWereWritten() throws IOException {
    FrameWidth width = width();
    write(width);
    FrameWidth read = UncertaintyFiles.read(folder).orElseThrow().uncertainty().width();
    assertThat(read).usingRecursiveComparison().isEqualTo(width);
    assertThat(Files.size(folder.resolve("uncertainty.json"))).isLessThan(2000);
  }

  @Test
  void withoutWidthsThereIsNoFileOfThem() throws IOException {
    write(null);
    assertThat(UncertaintyFiles.read(folder).orElseThrow().uncertainty().width()).isNull();
    assertThat(folder.resolve("width.npy")).doesNotExist();
  }

  /** Earlier versions had the arrays in the JSON file. */
  @Test
  void aFolderOfAnEarlierVersionIsSaidToBeOne() throws IOException {
    write(width());
    Path json = folder.resolve("uncertainty.json");
    Files.writeString(
        json, Files.readString(json).replaceFirst("\"reach\"", "\"mean\": [0.5], \"reach\""));
    assertThat(UncertaintyFiles.numbers(folder).orElseThrow().labels()).isEqualTo(FRAMES);
    Files.delete(folder.resolve("width.npy"));
    assertThatThrownBy(() -> UncertaintyFiles.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "%s: missing, though uncertainty.json speaks of widths: an earlier version of dpsieve wrote this folder. Put back what was there, or remove %s and run again to have it made anew"
                .formatted(folder.resolve("width.npy"), folder));
  }
}
