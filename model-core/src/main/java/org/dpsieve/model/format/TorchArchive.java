package org.dpsieve.model.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.dpsieve.error.InputException;
import org.dpsieve.text.Counted;

/**
 * The records of a PyTorch archive ({@code caffe2/serialize/inline_container.cc}): a zip of stored
 * entries below one folder. Nothing of it is ever unpacked to a disk.
 */
final class TorchArchive {
  private static final int MAX_RECORDS = 100_000;

  private TorchArchive() {}

  /** Every record by its name in the archive. */
  static Map<String, byte[]> read(String file, byte[] bytes) {
    Path copy = null;
    try {
      // A stream cannot read stored entries whose size comes behind them, as PyTorch's does.
      copy = Files.createTempFile("dpsieve-model", ".zip");
      Files.write(copy, bytes);
      Map<String, byte[]> records = new LinkedHashMap<>();
      long left = 16L * bytes.length + (1 << 20);
      try (ZipFile zip = new ZipFile(copy.toFile())) {
        if (zip.size() > MAX_RECORDS) {
          throw new InputException(
              "%s: %s in it".formatted(file, Counted.of(zip.size(), "entry", "entries")));
        }
        for (ZipEntry entry :
            (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
          try (InputStream in = zip.getInputStream(entry)) {
            byte[] content = in.readNBytes((int) Math.min(left + 1, Integer.MAX_VALUE - 16));
            left -= content.length;
            if (left < 0) {
              throw new InputException(
                  "%s: unpacks to more than 16 times its size; damaged file?".formatted(file));
            }
            records.put(entry.getName(), content);
          }
        }
      }
      return records;
    } catch (ZipException | IllegalArgumentException e) {
      throw new InputException(
          "%s: damaged PyTorch archive (zip): %s".formatted(file, e.getMessage()), e);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    } finally {
      delete(copy);
    }
  }

  private static void delete(Path copy) {
    try {
      if (copy != null) {
        Files.deleteIfExists(copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A copy of the archive with other numbers in some records. */
  static byte[] patched(String file, byte[] bytes, Map<String, double[]> changed) {
    Map<String, byte[]> records = read(file, bytes);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setMethod(ZipOutputStream.STORED);
      for (Map.Entry<String, byte[]> record : records.entrySet()) {
        double[] values = changed.get(record.getKey());
        byte[] content =
            values == null ? record.getValue() : numbers(values, record.getValue().length);
        ZipEntry entry = new ZipEntry(record.getKey());
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory is always there to be written", e);
    }
    return out.toByteArray();
  }

  private static byte[] numbers(double[] values, int size) {
    ByteBuffer content = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      if (size == 4 * values.length) {
        content.putFloat((float) value);
      } else {
        content.putDouble(value);
      }
    }
    return content.array();
  }
}
