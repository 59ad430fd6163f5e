package sensorium.nn;

import java.util.List;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/**
 * The keys and values that one attention has seen, so that decoding computes each token once. They outlive scopes; close it
 * to free them.
 */
public final class KeyValueCache implements AutoCloseable {
    private Tensor keys;
    private Tensor values;

    /** Number of positions held. */
    public int length() {
        return keys == null ? 0 : keys.dim(2);
    }

    /** (B, H, length, headWidth), null where it is empty; the cache's own. */
    public Tensor keys() {
        return keys;
    }

    /** Likewise. */
    public Tensor values() {
        return values;
    }

    /** Adds keys and values (B, H, T, headWidth) of the next T positions. */
    void append(Tensor k, Tensor v) {
        Tensor allKeys = joined(keys, k.detached());
        Tensor allValues = joined(values, v.detached());
        close();
        keys = allKeys.keep();
        values = allValues.keep();
    }

    /** A head's rows adjoin, so that each later token reads them in one stream. */
    private static Tensor joined(Tensor before, Tensor next) {
        return before == null ? next.contiguous() : Tensor.concat(2, List.of(before, next));
    }

    /**
     * Forgets what comes after the first {@code length} positions, so that decoding can go another way from there.
     *
     * @throws ShapeException if it holds fewer
     */
    public void truncate(int length) {
        if (length < 0 || length > length()) {
            throw new ShapeException("[cache] of " + length() + " positions cannot be cut to " + length);
        }
        if (length == 0) {
            close();
        } else if (length < length()) {
            Tensor fewerKeys = keys.slice(2, 0, length).keep();
            Tensor fewerValues = values.slice(2, 0, length).keep();
            close();
            keys = fewerKeys;
            values = fewerValues;
        }
    }

    /** Goes on with these rows of the batch, in this order; one may be there more than once. */
    void select(Tensor rows) {
        if (keys != null) {
            Tensor chosenKeys = keys.indexSelect(0, rows).keep();
            Tensor chosenValues = values.indexSelect(0, rows).keep();
            close();
            keys = chosenKeys;
            values = chosenValues;
        }
    }

    /** Forgets everything. */
    @Override
    public void close() {
        if (keys != null) {
            keys.release("its cache");
            values.release("its cache");
            keys = null;
            values = null;
        }
    }
}
