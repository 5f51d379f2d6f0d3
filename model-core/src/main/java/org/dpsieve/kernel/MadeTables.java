package org.dpsieve.kernel;

import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.dpsieve.digest.Sha256;
import org.dpsieve.model.Layer;
import org.dpsieve.model.Network;

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
    String key = key(network, low, high, accuracy);
    synchronized (MADE) {
      SoftReference<EmbeddingTable> known = MADE.get(key);
      EmbeddingTable table = known == null ? null : known.get();
      if (table != null) {
        return table;
      }
    }
    // not within the lock: several are made at once, and the same one twice does no harm
    EmbeddingTable table = new EmbeddingTable(network, low, high, accuracy);
    synchronized (MADE) {
      MADE.put(key, new SoftReference<>(table));
    }
    return table;
  }

  private static String key(
      Network network, double low, double high, EmbeddingTable.Accuracy accuracy) {
    MessageDigest digest = Sha256.start();
    for (Layer layer : network.layers()) {
      String shape =
          "%d %d %s %s "
              .formatted(layer.inputs(), layer.outputs(), layer.activation(), layer.shortcut());
      digest.update(shape.getBytes(StandardCharsets.UTF_8));
      add(digest, layer.weight());
      add(digest, layer.bias());
      add(digest, layer.idt() == null ? new double[0] : layer.idt());
    }
    add(digest, low, high, accuracy.terms(), accuracy.value(), accuracy.slope());
    return Sha256.hex(digest);
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
