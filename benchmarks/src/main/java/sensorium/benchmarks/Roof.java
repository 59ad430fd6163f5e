package sensorium.benchmarks;

/** What bounds a case on a machine without limits elsewhere: the unit of its rate, and what share of it is counted. */
public enum Roof {
    /** Multiplications and additions a second, fused ones counted as two. */
    FMA("GFLOP/s"),
    /** Bytes read and written a second, both counted once. */
    COPY("GB/s"),
    /** Bytes read a second. */
    READ("GB/s");

    private final String unit;

    Roof(String unit) {
        this.unit = unit;
    }

    public String unit() {
        return unit;
    }
}
