package sensorium.kernels.cpu;

import static sensorium.kernels.cpu.Lanes.W;
import static sensorium.kernels.cpu.Lanes.first;
import static sensorium.kernels.cpu.Lanes.get;
import static sensorium.kernels.cpu.Lanes.load;
import static sensorium.kernels.cpu.Lanes.set;
import static sensorium.kernels.cpu.Lanes.store;

import sensorium.kernels.cpu.Scratch.Slot;
import sensorium.op.Primitive.Window;
import sensorium.tensor.Shape;

/**
 * The maximum of every window of planes (height, width), and its gradient, which goes to the first maximum. Padding counts
 * as −∞, NaN as greatest.
 */
final class MaxPool {
    /** Where a window of padding alone has its maximum. */
    private static final int NOWHERE = -1;

    private final WorkPool pool;
    private final Window window;
    private final int kernelH;
    private final int kernelW;
    private final int planes;
    private final int height;
    private final int width;
    private final int rows;
    private final int columns;

    /** @param x (N, C, height, width) */
    MaxPool(WorkPool pool, int kernelH, int kernelW, Window window, Shape x) {
        this.pool = pool;
        this.window = window;
        this.kernelH = kernelH;
        this.kernelW = kernelW;
        planes = x.dim(0) * x.dim(1);
        height = x.dim(2);
        width = x.dim(3);
        rows = window.outH(height, kernelH);
        columns = window.outW(width, kernelW);
    }

    void forward(long x, long y) {
        pool.parallelFor(planes, grain(), (from, to) -> {
            for (int p = from; p < to; p++) {
                long in = x + 4L * p * height * width;
                long out = y + 4L * p * rows * columns;
                for (int r = 0; r < rows; r++) {
                    row(in, r, out + 4L * r * columns);
                }
            }
        });
    }

    /** The maxima of a row of windows: over their height a vector at a time, then over their width. */
    private void row(long plane, int row, long out) {
        long tall = Scratch.floats(Slot.ROW, width);
        Lanes.fill(tall, width, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < kernelH; i++) {
            int h = row * window.strideH() - window.padH() + i * window.dilationH();
            if (h >= 0 && h < height) {
                greater(tall, plane + 4L * h * width, width);
            }
        }
        for (int c = 0; c < columns; c++) {
            int left = c * window.strideW() - window.padW();
            float most = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < kernelW; j++) {
                int w = left + j * window.dilationW();
                if (w >= 0 && w < width) {
                    most = Math.max(most, get(tall + 4L * w));
                }
            }
            set(out + 4L * c, most);
        }
    }

    /** {@code y[i] = max(x[i], y[i])}. */
    private static void greater(long y, long x, int n) {
        for (int i = 0; i < n; i += W) {
            var mask = first(Math.min(W, n - i));
            store(load(y + 4L * i, mask).max(load(x + 4L * i, mask)), y + 4L * i, mask);
        }
    }

    void backward(long x, long dy, long dx) {
        pool.parallelFor(planes, grain(), (from, to) -> {
            for (int p = from; p < to; p++) {
                long in = x + 4L * p * height * width;
                long up = dy + 4L * p * rows * columns;
                long out = dx + 4L * p * height * width;
                Lanes.fill(out, (long) height * width, 0f);
                for (int r = 0; r < rows; r++) {
                    for (int c = 0; c < columns; c++) {
                        int at = place(in, r, c);
                        if (at != NOWHERE) {
                            long place = out + 4L * at;
                            set(place, get(place) + get(up + 4L * (r * columns + c)));
                        }
                    }
                }
            }
        });
    }

    private int grain() {
        return (int) Math.max(1, Nest.CHUNK / Math.max(1, (long) rows * columns * kernelH * kernelW));
    }

    /** {@link #maximum}, without a branch an element where the window lies inside and holds no NaN. */
    private int place(long plane, int row, int column) {
        int top = row * window.strideH() - window.padH();
        int left = column * window.strideW() - window.padW();
        int bottom = top + (kernelH - 1) * window.dilationH();
        int right = left + (kernelW - 1) * window.dilationW();
        if (top < 0 || left < 0 || bottom >= height || right >= width) {
            return maximum(plane, row, column);
        }
        float most = Float.NEGATIVE_INFINITY;
        int best = NOWHERE;
        // From the last to the first, so that of equals the first stays.
        for (int h = bottom; h >= top; h -= window.dilationH()) {
            for (int w = right; w >= left; w -= window.dilationW()) {
                float v = get(plane + 4L * (h * width + w));
                best = v >= most ? h * width + w : best;
                most = Math.max(most, v);
            }
        }
        return Float.isNaN(most) ? maximum(plane, row, column) : best;
    }

    /** The place in a plane of the first maximum of one window. */
    private int maximum(long plane, int row, int column) {
        int top = row * window.strideH() - window.padH();
        int left = column * window.strideW() - window.padW();
        int best = NOWHERE;
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < kernelH; i++) {
            int h = top + i * window.dilationH();
            for (int j = 0; j < kernelW; j++) {
                int w = left + j * window.dilationW();
                if (h < 0 || h >= height || w < 0 || w >= width) {
                    continue;
                }
                float v = get(plane + 4L * (h * width + w));
                // Where all is −∞ the first place of the window has it, be it padding.
                boolean first = i == 0 && j == 0;
                if (first || v > most || Float.isNaN(v) && !Float.isNaN(most)) {
                    most = v;
                    best = h * width + w;
                }
            }
        }
        return best;
    }
}
