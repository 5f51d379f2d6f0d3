package org.dpsieve.spark.frames;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import org.apache.hadoop.fs.FSDataInputStream;

/** A file of Hadoop's to be read anywhere. */
public class HadoopChannel implements SeekableByteChannel {
  private static final int MOST_AT_ONCE = 1 << 20;

  private final FSDataInputStream in;
  private final long size;
  private boolean open = true;

  public HadoopChannel(FSDataInputStream in, long size) {
    this.in = in;
    this.size = size;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    byte[] some = new byte[Math.min(into.remaining(), MOST_AT_ONCE)];
    int read = in.read(some);
    if (read > 0) {
      into.put(some, 0, read);
    }
    return read;
  }

  @Override
  public int write(ByteBuffer from) {
    throw new NonWritableChannelException();
  }

  @Override
  public long position() throws IOException {
    return in.getPos();
  }

  @Override
  public SeekableByteChannel position(long place) throws IOException {
    in.seek(Math.min(place, size));
    return this;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public SeekableByteChannel truncate(long to) {
    throw new NonWritableChannelException();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      in.close();
    }
  }
}
