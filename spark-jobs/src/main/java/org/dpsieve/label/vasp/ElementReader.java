package org.dpsieve.label.vasp;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import org.dpsieve.label.UnexpectedText;

/** XML whose tags and texts are short: a parser keeps each in memory. */
final class ElementReader extends FilterReader {
  private static final int LONGEST = 1 << 20;

  /** Since the last tag. */
  private int length;

  ElementReader(Reader in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    int c = super.read();
    count(c);
    return c;
  }

  @Override
  public int read(char[] chars, int offset, int size) throws IOException {
    int read = super.read(chars, offset, size);
    for (int i = 0; i < read; i++) {
      count(chars[offset + i]);
    }
    return read;
  }

  private void count(int c) {
    length = c == '>' ? 0 : length + 1;
    if (length > LONGEST) {
      throw new UnexpectedText("holds a tag or a text of more than a million characters");
    }
  }
}
