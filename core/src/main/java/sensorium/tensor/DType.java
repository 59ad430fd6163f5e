package sensorium.tensor;

/** Element types. F32 and F64 compute; the others store, index and mask. */
public enum DType {
    F32(4),
    F64(8),
    F16(2),
    BF16(2),
    I32(4),
    I64(8),
    U8(1),
    /** One byte an element, 0 or 1. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes an element. */
    public int bytes() {
        return bytes;
    }

    /** Whether arithmetic with derivatives is defined on this type. */
    public boolean computes() {
        return this == F32 || this == F64;
    }

    public boolean isFloat() {
        return this == F32 || this == F64 || this == F16 || this == BF16;
    }

    /** I32, I64 and U8. */
    public boolean isInteger() {
        return this == I32 || this == I64 || this == U8;
    }
}
