package org.dpsieve.error;

/**
 * Something the user can mend: a file, a key or a value. The message names it, says what was found,
 * what was expected and what to do. Ends the program with exit code 2, without a stack trace.
 */
public class InputException extends RuntimeException {
  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
