package sensorium.nn;

import sensorium.tensor.Tensor;

/**
 * A vector for each id.
 *
 * @param weight (rows, width), F16 and BF16 included
 */
public record Embedding(Parameter weight) implements Module {
    public static Embedding of(Weights w, int rows, int width) {
        return new Embedding(w.narrow("weight", new Init.Normal(0.02), rows, width));
    }

    /**
     * I64 ids of any shape S → (S, width).
     *
     * @throws IndexOutOfBoundsException if an id is not a row
     */
    public Tensor forward(Tensor ids) {
        return Trace.note(this, Weights.widened(weight.value().indexSelect(0, ids)));
    }

    /** (…, width) → (…, rows): scores of every id, with the table as the last projection (tied weights). */
    public Tensor scores(Tensor x) {
        return x.linear(weight.value(), null);
    }
}
