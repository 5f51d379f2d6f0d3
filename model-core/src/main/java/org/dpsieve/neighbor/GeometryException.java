package org.dpsieve.neighbor;

import org.dpsieve.error.InputException;

/**
 * Atoms or cell make no sense: not finite, no volume, far too dense. The message does not know the
 * frame's name; who catches it does.
 */
public final class GeometryException extends InputException {
  public GeometryException(String message) {
    super(message);
  }
}
