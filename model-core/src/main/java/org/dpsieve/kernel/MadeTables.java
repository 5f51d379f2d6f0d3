package org.dpsieve.kernel;

import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.dpsieve.digest.Sha256;
import org.dpsieve.model.Dpa4c;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;
import org.dpsieve.model.RadialBasis;

/**
 * The tables made in this JVM, by what they depend on. Where embedding nets are frozen, the models
 * of every iteration have the same, and a run would make them some ten times: two seconds for four
 * models. A table does not change once it is made.
 */
final class MadeTables {
  /** Some 0.5 MB each. */
  private static final int MOST = 128;

  private static final Map<String, SoftReference<EmbeddingTable>> MADE =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(
            Map.Entry<String, SoftReference<EmbeddingTable>> eldest) {
          return size() > MOST;
        }
      };

  private MadeTables() {}

  /** As the constructor of the same arguments makes it. */
  static EmbeddingTable of(
      Network network, double low, double high, EmbeddingTable.Accuracy accuracy) {
    MessageDigest digest = start("network", low, high, accuracy);
    for (Layer layer : network.layers()) {
      add(
          digest,
          "%d %d %s %s "
              .formatted(layer.inputs(), layer.outputs(), layer.activation(), layer.shortcut()));
      add(digest, layer.weight());
      add(digest, layer.bias());
      add(digest, layer.idt() == null ? new double[0] : layer.idt());
    }
    return of(Sha256.hex(digest), () -> new EmbeddingTable(network, low, high, accuracy));
  }

  /**
   * The radial functions of a DPA4C.
   *
   * @param nets in the order of the table's columns
   */
  static EmbeddingTable of(
      Dpa4c model,
      EmbeddingSlope nets,
      int columns,
      double low,
      double high,
      EmbeddingTable.Accuracy accuracy) {
    MessageDigest digest = start("dpa4c", low, high, accuracy);
    RadialBasis basis = model.basis();
    add(digest, "%s %d %d ".formatted(basis.gaussian(), columns, model.shape().channels(1)));
    add(digest, basis.places());
    add(digest, basis.rcut(), model.radial().scale());
    model.radial().hidden().forEach(layer -> add(digest, layer.values()));
    add(digest, model.radial().output().values());
    add(digest, model.modes() == null ? new double[0] : model.modes().values());
    return of(Sha256.hex(digest), () -> new EmbeddingTable(nets, columns, low, high, accuracy));
  }

  private static EmbeddingTable of(String key, Supplier<EmbeddingTable> maker) {
    synchronized (MADE) {
      SoftReference<EmbeddingTable> known = MADE.get(key);
      EmbeddingTable table = known == null ? null : known.get();
      if (table != null) {
        return table;
      }
    }
    // not within the lock: several are made at once, and the same one twice does no harm
    EmbeddingTable table = maker.get();
    synchronized (MADE) {
      MADE.put(key, new SoftReference<>(table));
    }
    return table;
  }

  private static MessageDigest start(
      String kind, double low, double high, EmbeddingTable.Accuracy accuracy) {
    MessageDigest digest = Sha256.start();
    add(digest, kind);
    add(digest, low, high, accuracy.terms(), accuracy.value(), accuracy.slope());
    return digest;
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void add(MessageDigest digest, double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + Double.BYTES * values.length);
    bytes.putInt(values.length);
    for (double value : values) {
      bytes.putDouble(value);
    }
    digest.update(bytes.array());
  }
}
