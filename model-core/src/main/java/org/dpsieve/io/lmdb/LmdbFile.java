package org.dpsieve.io.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.dpsieve.error.InputException;
import org.dpsieve.io.Storage;
import org.dpsieve.text.Counted;

/**
 * An LMDB environment (format version 1, little-endian, 64 bits) for reading alone, of any storage:
 * its B+tree of pages as {@code mdb.c} of LMDB 0.9 describes it. Nothing is locked, mapped or
 * written, so that it may lie on a file system that others share, and be read-only.
 */
public final class LmdbFile implements AutoCloseable {
  private static final int MAGIC = 0xBEEFC0DE;
  private static final int VERSION = 1;
  private static final int HEADER = 16;
  private static final int META = HEADER;
  private static final int META_BYTES = 136;

  private static final int BRANCH = 0x01;
  private static final int LEAF = 0x02;
  private static final int OVERFLOW = 0x04;
  private static final int BIG_DATA = 0x01;
  private static final int NODE_HEADER = 8;

  private static final int DEEPEST = 32;
  private static final int PAGES_KEPT = 64;

  /** Of one value; metadata of a hundred million frames would be larger, and is refused. */
  private static final int LARGEST_VALUE = 1 << 30;

  private final String path;
  private final SeekableByteChannel channel;
  private final long size;
  private final int pageSize;
  private final long root;
  private final long entries;

  /** The pages read last: those near the root are among them. */
  private final Map<Long, ByteBuffer> pages =
      new LinkedHashMap<>(2 * PAGES_KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, ByteBuffer> eldest) {
          return size() > PAGES_KEPT;
        }
      };

  private LmdbFile(String path, SeekableByteChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.size = channel.size();
    ByteBuffer first = read(0, META_BYTES + META);
    this.pageSize = requireMeta(first).getInt(META + 24);
    if (pageSize < 512 || pageSize > 1 << 16 || Integer.bitCount(pageSize) != 1) {
      throw damaged("its pages have %s".formatted(Counted.of(pageSize, "byte")));
    }
    ByteBuffer second = size >= 2L * pageSize ? read(pageSize, META_BYTES + META) : first;
    boolean newer =
        second.getInt(META) == MAGIC && second.getLong(META + 128) > first.getLong(META + 128);
    ByteBuffer meta = newer ? second : first;
    // the second of two databases is that of the data: pad, flags, depth, pages, entries, root
    this.entries = meta.getLong(META + 24 + 48 + 32);
    this.root = meta.getLong(META + 24 + 48 + 40);
  }

  /**
   * Opens an environment.
   *
   * @param path of {@code data.mdb}, or of the file itself where it has no folder
   * @throws InputException when it is none, or one of another kind of machine
   */
  public static LmdbFile open(Storage storage, String path) throws IOException {
    SeekableByteChannel channel = storage.open(path);
    try {
      return new LmdbFile(path, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private ByteBuffer requireMeta(ByteBuffer meta) {
    int magic = meta.getInt(META);
    if (magic == Integer.reverseBytes(MAGIC)) {
      throw new InputException(
          path + ": an LMDB file of a big-endian machine; copy it with mdb_dump and mdb_load here");
    }
    if (magic != MAGIC) {
      throw damaged("no LMDB data, or of a machine of 32 bits");
    }
    if (meta.getInt(META + 4) != VERSION) {
      throw new InputException(
          "%s: LMDB format version %d, expected %d"
              .formatted(path, meta.getInt(META + 4), VERSION));
    }
    return meta;
  }

  private InputException damaged(String what) {
    return new InputException("%s: is damaged: %s".formatted(path, what));
  }

  /** How many records there are. */
  public long entries() {
    return entries;
  }

  /** The value of a key; {@code null} when there is none. */
  public byte[] get(byte[] key) throws IOException {
    if (root < 0) {
      return null;
    }
    long number = root;
    for (int depth = 0; depth < DEEPEST; depth++) {
      ByteBuffer page = page(number);
      if (flags(page, BRANCH)) {
        number = child(page, slot(page, key, true));
        continue;
      }
      requireLeaf(page, number);
      int slot = slot(page, key, false);
      return slot < count(page) && compare(page, slot, key) == 0 ? value(page, slot) : null;
    }
    throw damaged("its tree is deeper than %s".formatted(Counted.of(DEEPEST, "page")));
  }

  /**
   * Key and value of the first record, which tell what kind of data it is; {@code null} of none.
   */
  public byte[][] first() throws IOException {
    if (root < 0) {
      return null;
    }
    long number = root;
    for (int depth = 0; depth < DEEPEST; depth++) {
      ByteBuffer page = page(number);
      if (count(page) == 0) {
        throw damaged("page %d is empty".formatted(number));
      }
      if (flags(page, BRANCH)) {
        number = child(page, 0);
        continue;
      }
      requireLeaf(page, number);
      int node = node(page, 0);
      byte[] key = new byte[keyLength(page, node)];
      page.get(node + NODE_HEADER, key);
      return new byte[][] {key, value(page, 0)};
    }
    throw damaged("its tree is deeper than %s".formatted(Counted.of(DEEPEST, "page")));
  }

  private void requireLeaf(ByteBuffer page, long number) {
    if (!flags(page, LEAF) || flags(page, 0x20)) {
      throw damaged("page %d is no leaf".formatted(number));
    }
  }

  private ByteBuffer page(long number) throws IOException {
    ByteBuffer known = pages.get(number);
    if (known != null) {
      return known;
    }
    if (number < 2 || number > size / pageSize) {
      throw damaged("there is no page %d".formatted(number));
    }
    ByteBuffer page = read(number * pageSize, pageSize);
    int count = count(page);
    if (count < 0 || HEADER + 2 * count > pageSize) {
      throw damaged("page %d has %s".formatted(number, Counted.of(count, "record")));
    }
    pages.put(number, page);
    return page;
  }

  private static boolean flags(ByteBuffer page, int flag) {
    return (page.getShort(10) & flag) != 0;
  }

  private static int count(ByteBuffer page) {
    return ((page.getShort(12) & 0xFFFF) - HEADER) / 2;
  }

  /** Where a record of a page begins. */
  private int node(ByteBuffer page, int slot) {
    int node = page.getShort(HEADER + 2 * slot) & 0xFFFF;
    if (node < HEADER
        || node + NODE_HEADER > pageSize
        || node + NODE_HEADER + keyLength(page, node) > pageSize) {
      throw damaged("a record lies outside its page");
    }
    return node;
  }

  private static int keyLength(ByteBuffer page, int node) {
    return page.getShort(node + 6) & 0xFFFF;
  }

  /** Unsigned, byte by byte, the shorter first, as LMDB compares keys. */
  private int compare(ByteBuffer page, int slot, byte[] key) {
    int node = node(page, slot);
    byte[] other = new byte[keyLength(page, node)];
    page.get(node + NODE_HEADER, other);
    return Arrays.compareUnsigned(other, key);
  }

  /** Of a branch the child that may hold the key; of a leaf the first record that is not below. */
  private int slot(ByteBuffer page, byte[] key, boolean branch) {
    int low = branch ? 1 : 0; // the first key of a branch is not there
    int high = count(page);
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = compare(page, middle, key);
      if (branch ? order <= 0 : order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return branch ? low - 1 : low;
  }

  private long child(ByteBuffer page, int slot) {
    int node = node(page, slot);
    return (page.getShort(node) & 0xFFFFL)
        | (page.getShort(node + 2) & 0xFFFFL) << 16
        | (page.getShort(node + 4) & 0xFFFFL) << 32;
  }

  private byte[] value(ByteBuffer page, int slot) throws IOException {
    int node = node(page, slot);
    long length = (page.getShort(node) & 0xFFFFL) | (page.getShort(node + 2) & 0xFFFFL) << 16;
    int start = node + NODE_HEADER + keyLength(page, node);
    int nodeFlags = page.getShort(node + 4);
    if ((nodeFlags & ~BIG_DATA) != 0) {
      throw damaged("a record holds a database of its own, or several values");
    }
    if (length > Math.min(LARGEST_VALUE, size)) {
      throw damaged("a value of %s".formatted(Counted.of(length, "byte")));
    }
    if ((nodeFlags & BIG_DATA) == 0) {
      if (start + length > pageSize) {
        throw damaged("a value lies outside its page");
      }
      byte[] value = new byte[(int) length];
      page.get(start, value);
      return value;
    }
    if (start + 8 > pageSize) {
      throw damaged("a record lies outside its page");
    }
    long first = page.getLong(start);
    if (first < 2 || first > size / pageSize || first * pageSize + HEADER + length > size) {
      throw damaged("a value lies outside the file");
    }
    ByteBuffer bytes = read(first * pageSize, HEADER + (int) length);
    if (!flags(bytes, OVERFLOW)) {
      throw damaged("page %d holds no value".formatted(first));
    }
    return Arrays.copyOfRange(bytes.array(), HEADER, HEADER + (int) length);
  }

  private ByteBuffer read(long position, int length) throws IOException {
    if (position + length > size) {
      throw damaged("it ends after %s".formatted(Counted.of(size, "byte")));
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    channel.position(position);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw damaged("it ends after %s".formatted(Counted.of(size, "byte")));
      }
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
