package sensorium.backend;

import sensorium.memory.Storage;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;
import sensorium.tensor.Spec;

/** What a backend sees of a tensor: memory, element type and layout. */
public record Operand(Storage storage, DType dtype, Layout layout) {
    public Shape shape() {
        return layout.shape();
    }

    public Spec spec() {
        return new Spec(dtype, layout.shape());
    }
}
