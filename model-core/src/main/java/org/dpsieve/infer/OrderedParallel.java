package org.dpsieve.infer;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/** Work on every core of this machine, results in the order of the input. */
public final class OrderedParallel {
  private OrderedParallel() {}

  /**
   * Applies {@code work} to every item on as many threads as there are cores, and hands the results
   * to {@code sink} on the calling thread, in order. Items are taken when there is room, so that
   * memory does not grow with their number.
   */
  public static <A, B> void map(Iterator<A> items, Function<A, B> work, Consumer<B> sink) {
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "evaluate");
              thread.setDaemon(true);
              return thread;
            });
    try {
      Queue<Future<B>> running = new ArrayDeque<>();
      while (items.hasNext() || !running.isEmpty()) {
        while (items.hasNext() && running.size() < 2 * threads) {
          A item = items.next();
          running.add(pool.submit(() -> work.apply(item)));
        }
        sink.accept(result(running.remove()));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static <B> B result(Future<B> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException own) {
        throw own;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
