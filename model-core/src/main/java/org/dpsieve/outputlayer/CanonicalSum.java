package org.dpsieve.outputlayer;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * A sum of numbered terms that comes out the same to the last bit whatever the order in which terms
 * and partial sums arrive: terms 2k and 2k+1 are added first, then pairs of such pairs, a binary
 * tree given by the numbers alone.
 *
 * @param <T> a term; adding may change and return its first argument
 */
public final class CanonicalSum<T extends Serializable> implements Serializable {
  private static final long serialVersionUID = 1;

  /** (level, index) of partial sums that wait for their sibling. */
  private record Node(int level, long index) implements Comparable<Node>, Serializable {
    @Override
    public int compareTo(Node other) {
      return level != other.level
          ? Integer.compare(level, other.level)
          : Long.compare(index, other.index);
    }
  }

  private final TreeMap<Node, T> waiting = new TreeMap<>();

  /** Adds term number {@code index}, each number once. */
  public void add(long index, T term, BinaryOperator<T> plus) {
    put(new Node(0, index), term, plus);
  }

  /** Adds all that another sum has. */
  public void add(CanonicalSum<T> other, BinaryOperator<T> plus) {
    other.waiting.forEach((node, sum) -> put(node, sum, plus));
  }

  private void put(Node node, T sum, BinaryOperator<T> plus) {
    Node place = node;
    T value = sum;
    while (true) {
      T sibling = waiting.remove(new Node(place.level, place.index ^ 1));
      if (sibling == null) {
        if (waiting.put(place, value) != null) {
          throw new IllegalArgumentException("term " + place + " was added twice");
        }
        return;
      }
      value = place.index % 2 == 0 ? plus.apply(value, sibling) : plus.apply(sibling, value);
      place = new Node(place.level + 1, place.index / 2);
    }
  }

  /**
   * The sum of all terms, which must be there without gaps from 0 on; {@code null} without terms.
   */
  public T total(BinaryOperator<T> plus) {
    T total = null;
    for (Map.Entry<Node, T> entry : waiting.entrySet()) { // small subtrees, the last terms, first
      total = total == null ? entry.getValue() : plus.apply(entry.getValue(), total);
    }
    waiting.clear();
    return total;
  }
}
