package sensorium.nn;

import sensorium.op.Primitive;
import sensorium.tensor.Tensor;

/**
 * A vector for each bag of ids: the sum of their rows, each times its learned importance. Bags are flat lists without
 * padding, so a batch costs what it contains.
 *
 * @param weight (rows, width)
 * @param importance (rows) logarithms of the factors, or null where every row counts alike
 */
public record EmbeddingBag(Parameter weight, Parameter importance) implements Module {
    public static EmbeddingBag of(Weights w, int rows, int width, boolean importance) {
        return new EmbeddingBag(
                w.parameter("weight", new Init.Normal(0.02), rows, width),
                importance ? w.parameter("importance", Init.zeros(), rows) : null);
    }

    /**
     * @param ids (T) I64, the ids of all bags
     * @param bags (T) I64, the bag of each id
     * @param count number of bags; a bag without ids is a zero vector
     * @return (count, width)
     */
    public Tensor forward(Tensor ids, Tensor bags, int count) {
        Tensor rows = weight.value().indexSelect(0, ids); // (T, D)
        if (importance != null) {
            rows = rows.times(importance.value().indexSelect(0, ids).exp().unsqueeze(1));
        }
        return Trace.note(this, rows.apply(new Primitive.IndexAdd(0, count), bags));
    }
}
