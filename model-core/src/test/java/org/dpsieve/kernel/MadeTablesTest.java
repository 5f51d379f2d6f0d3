package org.dpsieve.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dpsieve.model.Activation;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.format.ModelFiles;
import org.dpsieve.testing.GoldenArchitecture;
import org.junit.jupiter.api.Test;

class MadeTablesTest {
  private static Network net(double bias) {
    return new Network(
        List.of(
            new Layer(
                1,
                2,
                new double[] {0.3, -0.7},
                new double[] {bias, 0.2},
                null,
                Activation.TANH,
                Layer.Shortcut.NONE)));
  }

  private static EmbeddingTable table(Network network, double high) {
    return MadeTables.of(network, -1, high, EmbeddingTable.Accuracy.FLOAT64);
  }

  @Test
  void equalNetsShareATableAndOthersDoNot() {
    EmbeddingTable one = table(net(0.1), 5);
    assertThat(table(net(0.1), 5)).isSameAs(one);
    assertThat(table(net(Math.nextUp(0.1)), 5)).isNotSameAs(one);
    assertThat(table(net(0.1), 6)).isNotSameAs(one);
    assertThat(MadeTables.of(net(0.1), -1, 5, EmbeddingTable.Accuracy.FLOAT32)).isNotSameAs(one);
  }

  @Test
  void soDoRadialFunctions() {
    EmbeddingTable one = radial("plain");
    assertThat(radial("plain")).isSameAs(one);
    assertThat(radial("lmax-4-gaussian")).isNotSameAs(one);
  }

  private static EmbeddingTable radial(String golden) {
    byte[] file = new GoldenArchitecture("../dpa4c/" + golden).file("dp");
    return new Dpa4cNets((Dpa4c) ModelFiles.read(golden, file).descriptor(), true).table();
  }
}
