package sensorium.kernels.opencl;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.random.Philox;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/**
 * Whether products of F32 may be rounded for the tensor cores of NVIDIA, and whether they are to be trusted: asked for by name (the
 * system property {@code sensorium.opencl.precision}), built, and checked against the other kernel before they are used.
 */
final class TensorCores {
    /** What the factors of a product are rounded to; sums are F32 in any case. */
    enum Precision {
        F32(0, 0),
        TF32(8, 0x1p-10),
        BF16(16, 0x1p-8);

        /** Depth of one instruction. */
        final int depth;
        /** A unit in the last place of 1: both factors are rounded by half of one at most. */
        final double epsilon;

        Precision(int depth, double epsilon) {
            this.depth = depth;
            this.epsilon = epsilon;
        }

        /** @throws BadInputException if there is none of this name */
        static Precision named(String name) {
            for (Precision p : values()) {
                if (p.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return p;
                }
            }
            throw new BadInputException("unknown precision " + name + "; known are f32, tf32, bf16");
        }
    }

    /** Products smaller than this on a side would be mostly edge. */
    private static final int LEAST = 64;

    /** The tile that {@code matmul_cores} divides among its warps. */
    private static final Tile TILE = new Tile(128, 128, 16, 8, 8);

    private final Precision precision;
    private String refusal; // guarded by this
    private boolean checked; // guarded by this

    TensorCores(Precision precision) {
        this.precision = precision;
    }

    /** As the system property asks; F32 where it asks nothing. */
    static TensorCores asked() {
        return new TensorCores(Precision.named(System.getProperty("sensorium.opencl.precision", "f32")));
    }

    /** Lines for {@code --profile}: one if anything but F32 was asked for. */
    synchronized List<String> description(boolean gpu) {
        if (precision == Precision.F32) {
            return List.of();
        }
        String why = gpu ? refusal : "this is no GPU";
        return List.of("products of F32 in " + precision.name().toLowerCase(Locale.ROOT)
                + (why == null ? "" : " were asked for, but computed in f32: " + why));
    }

    /**
     * Computes a product on them, if that was asked for, pays, and works.
     *
     * @param arguments of {@code matmul_tiled}, which {@code matmul_cores} shares
     * @return whether it did
     */
    boolean multiply(Call c, DType type, int m, int n, int k, int batch, Object[] arguments) {
        if (precision == Precision.F32 || type != DType.F32 || Math.min(m, Math.min(n, k)) < LEAST) {
            return false;
        }
        Programs.Kernel kernel = kernel(c);
        if (kernel != null) {
            c.launchGroups(kernel, TILE.groups(m, n, batch), TILE.items(), arguments);
        }
        return kernel != null;
    }

    /** The kernel, once it has been built and has shown that its numbers are right; null if it cannot be used. */
    private synchronized Programs.Kernel kernel(Call c) {
        if (refusal != null) {
            return null;
        }
        Map<String, Object> defines = new HashMap<>(TILE.defines(DType.F32));
        Programs.Kernel exact = c.kernel("matmul.cl", "matmul_tiled", defines);
        defines.put("CORES", precision.depth);
        try {
            Programs.Kernel kernel = c.kernel("matmul.cl", "matmul_cores", defines);
            if (!checked) {
                double error = error(c, kernel, exact);
                checked = error <= 4 * precision.epsilon;
                refusal = checked ? null : "a first product was off by %.2g".formatted(error);
            }
            return checked ? kernel : null;
        } catch (BadInputException e) {
            refusal = "the driver builds no kernel for them";
            return null;
        }
    }

    /** Root of the mean square of the difference of a product by both kernels, over that of the product. */
    private static double error(Call c, Programs.Kernel kernel, Programs.Kernel exact) {
        int m = 150;
        int n = 140;
        int k = 75; // none a multiple of a tile
        var philox = new Philox(1, 0);
        DeviceStorage x = uploaded(c, philox, 0, m * k);
        DeviceStorage w = uploaded(c, philox, m * k, k * n);
        float[][] products = new float[2][m * n];
        for (int i = 0; i < 2; i++) {
            DeviceStorage y = c.temporary(DType.F32, (long) m * n);
            Layout one = Layout.contiguous(Shape.of(1));
            Object[] arguments = {Grid.of(one.shape(), one, one), m, n, k, k, 1, n, 1, 0, 0, x, w, x, y, 0};
            c.launchGroups(i == 0 ? exact : kernel, TILE.groups(m, n, 1), TILE.items(), arguments);
            c.queue().read(y.buffer(), MemorySegment.ofArray(products[i]));
        }
        double difference = 0;
        double square = 0;
        for (int i = 0; i < m * n; i++) {
            double d = products[0][i] - products[1][i];
            difference += d * d;
            square += (double) products[0][i] * products[0][i];
        }
        return Math.sqrt(difference / square);
    }

    private static DeviceStorage uploaded(Call c, Philox philox, int from, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = philox.uniform(from + i) - 0.5f;
        }
        DeviceStorage storage = c.temporary(DType.F32, count);
        c.queue().write(MemorySegment.ofArray(values), storage.buffer());
        return storage;
    }
}
