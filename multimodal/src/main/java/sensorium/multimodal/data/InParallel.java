package sensorium.multimodal.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Makes the things of a data set that is made on the spot, several at once: none depends on another. */
final class InParallel {
    /** Makes one thing, and writes its files. */
    @FunctionalInterface
    interface Maker<S, T> {
        T make(S plan) throws IOException;
    }

    private InParallel() {}

    /** In the order of the plans. */
    static <S, T> List<T> make(List<S> plans, Maker<S, T> maker) throws IOException {
        try {
            return plans.parallelStream().map(plan -> unchecked(plan, maker)).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static <S, T> T unchecked(S plan, Maker<S, T> maker) {
        try {
            return maker.make(plan);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
