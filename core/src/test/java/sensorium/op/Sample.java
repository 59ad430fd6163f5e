package sensorium.op;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/** An operand of a case: what it looks like, what numbers it holds, and how they lie in memory. */
public record Sample(DType dtype, Shape shape, Values values, Arrangement arrangement) {
    /** {@code n} numbers, the same for the same generator. */
    @FunctionalInterface
    public interface Values {
        double[] draw(Philox random, int n);
    }

    /** How the elements lie in memory; all but the first make a kernel follow strides and an offset. */
    public enum Arrangement {
        CONTIGUOUS,
        /** Axes in reverse order. */
        TRANSPOSED,
        /** Every other element of a larger block, on every axis. */
        SLICED,
        /** From the last element to the first, on every axis. */
        FLIPPED
    }

    /** F32, uniform in [−2, 2). */
    public static Sample floats(int... dims) {
        return new Sample(DType.F32, Shape.of(dims), uniform(-2, 2), Arrangement.CONTIGUOUS);
    }

    /** I64 in 0 … {@code bound} − 1. */
    public static Sample indices(int bound, int... dims) {
        return floats(dims).with(DType.I64).with(integers(0, bound - 1));
    }

    public static Sample booleans(int... dims) {
        return floats(dims).with(DType.BOOL).with(integers(0, 1));
    }

    public static Values uniform(double low, double high) {
        return (random, n) -> IntStream.range(0, n)
                .mapToDouble(i -> random.uniform(i, low, high))
                .toArray();
    }

    public static Values integers(int low, int high) {
        return (random, n) -> IntStream.range(0, n)
                .mapToDouble(i -> low + random.below(i, high - low + 1))
                .toArray();
    }

    /** Far enough apart that no difference quotient changes their order. */
    public static Values distinct() {
        return (random, n) -> Arrays.stream(random.permutation(n))
                .mapToDouble(k -> (k - n / 2) * 0.25)
                .toArray();
    }

    /** The given numbers, over and over. */
    public static Values these(double... numbers) {
        return (_, n) -> IntStream.range(0, n)
                .mapToDouble(i -> numbers[i % numbers.length])
                .toArray();
    }

    public Sample with(DType type) {
        return new Sample(type, shape, values, arrangement);
    }

    public Sample with(Values numbers) {
        return new Sample(dtype, shape, numbers, arrangement);
    }

    public Sample in(double low, double high) {
        return with(uniform(low, high));
    }

    public Sample with(Arrangement how) {
        return new Sample(dtype, shape, values, how);
    }

    /** The numbers, row-major, as the element type holds them. */
    public double[] numbers(long seed) {
        double[] v = values.draw(new Philox(seed, 0), Math.toIntExact(shape.size()));
        for (int i = 0; i < v.length; i++) {
            v[i] = switch (dtype) {
                case F32 -> (float) v[i];
                case F64 -> v[i];
                case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) v[i]));
                case BF16 -> Float.intBitsToFloat(Float.floatToIntBits((float) v[i]) & 0xFFFF_0000);
                case U8 -> Math.abs(Math.rint(v[i]));
                case BOOL -> v[i] != 0 ? 1 : 0;
                case I32, I64 -> Math.rint(v[i]);
            };
        }
        return v;
    }

    /** The tensor on the current backend, arranged. */
    public Tensor tensor(long seed) {
        double[] v = numbers(seed);
        int rank = shape.rank();
        int[] dims = shape.dims();
        int[] block = dims.clone();
        for (int a = 0; a < rank; a++) {
            block[a] = switch (arrangement) {
                case CONTIGUOUS, FLIPPED -> dims[a];
                case TRANSPOSED -> dims[rank - 1 - a];
                case SLICED -> 2 * dims[a] + 1;
            };
        }
        double[] memory = new double[(int) Shape.of(block).size()];
        // What lies between the elements must not be read: a value that shows.
        Arrays.fill(memory, dtype.isFloat() ? Double.NaN : 1);
        int[] index = new int[rank];
        for (double number : v) {
            int at = 0;
            for (int a = 0; a < rank; a++) {
                int i = switch (arrangement) {
                    case CONTIGUOUS -> index[a];
                    case TRANSPOSED -> index[rank - 1 - a];
                    case SLICED -> 2 * index[a] + 1;
                    case FLIPPED -> dims[a] - 1 - index[a];
                };
                at = at * block[a] + i;
            }
            memory[at] = number;
            for (int a = rank - 1; a >= 0 && ++index[a] == dims[a]; a--) {
                index[a] = 0;
            }
        }
        Tensor t = upload(dtype, Shape.of(block), memory);
        for (int a = 0; a < rank && arrangement != Arrangement.CONTIGUOUS; a++) {
            t = switch (arrangement) {
                case SLICED -> t.slice(a, 1, 2 * dims[a] + 1, 2);
                case FLIPPED -> t.flip(a);
                default -> t;
            };
        }
        return arrangement == Arrangement.TRANSPOSED
                ? t.permute(IntStream.range(0, rank).map(a -> rank - 1 - a).toArray())
                : t;
    }

    /** The same numbers on the current backend, contiguous, F32 widened to F64: what an oracle computes with. */
    public Tensor exact(long seed) {
        return upload(dtype == DType.F32 ? DType.F64 : dtype, shape, numbers(seed));
    }

    private static Tensor upload(DType dtype, Shape shape, double[] v) {
        int n = v.length;
        return switch (dtype) {
            case F64 -> Tensor.of(v, shape.dims());
            case I64 -> Tensor.of(Arrays.stream(v).mapToLong(x -> (long) x).toArray(), shape.dims());
            case I32 -> Tensor.of(Arrays.stream(v).mapToInt(x -> (int) x).toArray(), shape.dims());
            case F32 -> {
                float[] f = new float[n];
                IntStream.range(0, n).forEach(i -> f[i] = (float) v[i]);
                yield Tensor.of(f, shape.dims());
            }
            case F16, BF16 -> {
                short[] s = new short[n];
                IntStream.range(0, n)
                        .forEach(i -> s[i] = dtype == DType.F16
                                ? Float.floatToFloat16((float) v[i])
                                : (short) (Float.floatToIntBits((float) v[i]) >>> 16));
                yield Tensor.fromHost(dtype, shape, MemorySegment.ofArray(s));
            }
            case U8, BOOL -> {
                byte[] b = new byte[n];
                IntStream.range(0, n).forEach(i -> b[i] = (byte) v[i]);
                yield Tensor.fromHost(dtype, shape, MemorySegment.ofArray(b));
            }
        };
    }

    @Override
    public String toString() {
        return dtype.toString() + shape + (arrangement == Arrangement.CONTIGUOUS ? "" : " " + arrangement);
    }
}
