package org.dpsieve.cli;

import java.util.Iterator;
import java.util.List;
import org.dpsieve.d3.D3Options;
import org.dpsieve.outputlayer.property.PropertyTransfer;
import org.dpsieve.pick.PickStrategy;

/**
 * The words that an option takes, in the spelling that it accepts, for the tab key. By itself
 * picocli offers the names of Java's constants.
 */
abstract class Words implements Iterable<String> {
  private final List<String> words;

  private Words(List<String> words) {
    this.words = words;
  }

  @Override
  public Iterator<String> iterator() {
    return words.iterator();
  }

  /** {@code --on-exit}. */
  static final class OnExit extends Words {
    OnExit() {
      super(List.of("keep", "cancel"));
    }
  }

  /** {@code --precision}: NumPy's names. */
  static final class Precisions extends Words {
    Precisions() {
      super(List.of("float64", "float32"));
    }
  }

  /** {@code --engine} of deviations. */
  static final class Engines extends Words {
    Engines() {
      super(List.of("jvm", "dp"));
    }
  }

  /** {@code --damping}. */
  static final class Dampings extends Words {
    Dampings() {
      super(List.of("zero", "bj"));
    }
  }

  /** {@code --functional} of D3. */
  static final class Functionals extends Words {
    Functionals() {
      super(List.copyOf(D3Options.functionals()));
    }
  }

  /** {@code --basis}. */
  static final class Bases extends Words {
    Bases() {
      super(PropertyTransfer.Options.BASES);
    }
  }

  /** {@code --strategy}, {@code --strategies}. */
  static final class Strategies extends Words {
    Strategies() {
      super(PickStrategy.keys());
    }
  }
}
