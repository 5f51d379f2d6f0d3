package org.dpsieve.io;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.channels.SeekableByteChannel;
import java.util.List;

/**
 * Where files live: this machine ({@link LocalStorage}) or any Hadoop file system. Paths are
 * strings with {@code /} between their parts; what they mean beyond that is the storage's business.
 * Serializable, so that a Spark task reads what the driver listed.
 */
public interface Storage extends Serializable {
  boolean exists(String path) throws IOException;

  /** Whether the path is a folder; links are followed. */
  boolean isFolder(String path) throws IOException;

  /** Names (not paths) of what a folder holds, sorted by UTF-16 value so every machine agrees. */
  List<String> list(String folder) throws IOException;

  /**
   * The same file under its one true name, links resolved: how a walk notices that it goes round.
   */
  String realPath(String path) throws IOException;

  /** The full path without {@code .} and {@code ..}; links stay as they are. */
  String absolute(String path) throws IOException;

  /** The file's length and time of last change: another text when it was written anew. */
  String version(String path) throws IOException;

  /** Reads from any position; the caller closes it. */
  SeekableByteChannel open(String path) throws IOException;

  /** Writes a new file or replaces one, making the folders above it; the caller closes it. */
  OutputStream create(String path) throws IOException;

  /** The path of {@code name} inside {@code folder}. */
  static String child(String folder, String name) {
    return folder.endsWith("/") ? folder + name : folder + "/" + name;
  }
}
