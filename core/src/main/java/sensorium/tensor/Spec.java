package sensorium.tensor;

/** What an operand looks like before it has data. */
public record Spec(DType dtype, Shape shape) {
    public long bytes() {
        return Math.multiplyExact(shape.size(), dtype.bytes());
    }

    /** For example {@code F32(2,3)}. */
    @Override
    public String toString() {
        return dtype.toString() + shape;
    }
}
