package org.dpsieve.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * What the Python package starts and talks to, see {@link Service}. By standard input and output:
 * no port that others could open, and when the program that asks ends, however it ends, so does
 * this.
 */
@Command(
    name = "serve",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Answer questions of the Python package on standard input.")
final class ServeCommand implements Callable<Integer> {
  @Override
  public Integer call() throws IOException {
    System.setOut(System.err); // answers alone go to standard output
    try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
      new Service(out).answer(System.in);
    }
    return 0;
  }
}
