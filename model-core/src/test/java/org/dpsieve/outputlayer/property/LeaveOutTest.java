package org.dpsieve.outputlayer.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors on what is left out, against fits that leave it out. */
class LeaveOutTest {
  private final Random random = new Random(3);

  private DesignRows rows(int blocks, int perBlock, int size, int components) {
    double[] truth = random.doubles(size * components, -1, 1).toArray();
    List<DesignRows.Block> made = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      double[] x = random.doubles(perBlock * size, -1, 1).toArray();
      double[] y = Products.times(x, perBlock, size, truth, components);
      for (int k = 0; k < y.length; k++) {
        y[k] += 0.1 * random.nextGaussian();
      }
      made.add(new DesignRows.Block(x, y));
    }
    return new DesignRows(size, components, made);
  }

  private static double[] scale(int size) {
    double[] scale = new double[size];
    Arrays.setAll(scale, k -> 1 + 0.3 * k);
    return scale;
  }

  @ParameterizedTest
  @CsvSource({"12, 1, 5, 2", "6, 1, 20, 1", "7, 3, 9, 1", "4, 3, 30, 1", "5, 9, 8, 1"})
  void theClosedFormIsThatOfFitsWithoutTheBlock(
      int blocks, int perBlock, int size, int components) {
    DesignRows all = rows(blocks, perBlock, size, components);
    double ridge = 0.05;
    LeaveOut.Errors errors = new LeaveOut(all, scale(size)).errors(ridge);
    for (int out = 0; out < blocks; out++) {
      List<DesignRows.Block> rest = new ArrayList<>(all.blocks());
      DesignRows.Block left = rest.remove(out);
      LeaveOut without = new LeaveOut(new DesignRows(size, components, rest), scale(size));
      double[] predicted =
          Products.times(left.x(), perBlock, size, without.parameters(ridge), components);
      double[] spread = without.posterior(ridge).spread(left.x());
      for (int k = 0; k < predicted.length; k++) {
        assertThat(errors.errors()[out * predicted.length + k])
            .isCloseTo(left.y()[k] - predicted[k], within(1e-6));
      }
      for (int i = 0; i < perBlock; i++) {
        assertThat(errors.spread()[out * perBlock + i]).isCloseTo(spread[i], within(1e-6));
      }
    }
  }

  /** Labels at another level that say almost all: the change needs fewer. */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void oldLabelsAreUsedWhereTheyHelp(boolean related) {
    int size = 30;
    DesignRows many = rows(200, 1, size, 1);
    List<DesignRows.Block> few = new ArrayList<>();
    for (DesignRows.Block block : many.blocks().subList(0, 12)) {
      double y = related ? block.y()[0] + 0.2 * block.x()[0] : 3 * random.nextGaussian();
      few.add(new DesignRows.Block(block.x(), new double[] {y}));
    }
    DesignRows labelled = new DesignRows(size, 1, few);
    PropertyFit fit = PropertyFit.best(labelled, many, OptionalDouble.empty());
    PropertyFit alone = PropertyFit.best(labelled, null, OptionalDouble.empty());
    if (related) {
      assertThat(fit.usesOld()).isTrue();
      assertThat(fit.loss()).isLessThan(0.2 * alone.loss());
    } else {
      assertThat(fit.loss()).isLessThanOrEqualTo(alone.loss());
    }
  }
}
