package sensorium.nn;

import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

/** A tensor that is saved with the model but not optimised: running statistics, codebook averages, fixed tables. */
public final class Buffer {
    private Tensor value;

    Buffer(Tensor value) {
        this.value = value.detached().keep();
    }

    public Tensor value() {
        return value;
    }

    public void set(Tensor next) {
        if (!next.spec().equals(value.spec())) {
            throw new ShapeException("[buffer] " + next + " does not replace " + value);
        }
        Tensor old = value;
        value = next.detached().keep();
        old.release("an update of its buffer");
    }
}
