package org.dpsieve.spark.workdir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.SeekableByteChannel;

/** A file of Hadoop's that is written from its beginning to its end. */
final class WriteChannel implements SeekableByteChannel {
  private final OutputStream out;
  private long position;
  private boolean open = true;

  WriteChannel(OutputStream out) {
    this.out = out;
  }

  @Override
  public int read(ByteBuffer into) {
    throw new NonReadableChannelException();
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    byte[] some = new byte[from.remaining()];
    from.get(some);
    out.write(some);
    position += some.length;
    return some.length;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long place) {
    if (place != position) {
      throw new UnsupportedOperationException("written from its beginning to its end");
    }
    return this;
  }

  @Override
  public long size() {
    return position;
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new UnsupportedOperationException("written from its beginning to its end");
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      out.close();
    }
  }
}
