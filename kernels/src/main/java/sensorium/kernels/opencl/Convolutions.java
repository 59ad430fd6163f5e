package sensorium.kernels.opencl;

import sensorium.kernels.opencl.DeviceMemory.DeviceStorage;
import sensorium.op.Primitive.Window;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;
import sensorium.tensor.Shape;

/**
 * Convolutions as matrix products of patches, a slice of the pictures at a time; where a group has few outputs, depthwise
 * ones above all, or where the patches of one picture are too large, each element by its definition ({@code conv.cl}).
 */
final class Convolutions {
    /** Bytes of patches at once. */
    private static final long SLICE = 64 << 20;
    /** Most bytes of the patches of one picture. */
    private static final long MOST = 8 * SLICE;
    /** Outputs of a group below which a product would be mostly edges. */
    private static final int FEW = 4;

    private final Call c;
    private final DType type;
    private final int pictures;
    private final int groups;
    /** Channels, outputs of a group. */
    private final int channels;

    private final int outputs;
    private final boolean pointwise;
    /** Elements of a patch; places of a kernel on a picture. */
    private final int taps;

    private final int places;
    /** The struct {@code Conv} of {@code conv.cl}. */
    private final int[] extents;

    /** x (N, C, H, W), w (O, C / groups, kH, kW) and y (N, O, H', W'). */
    private Convolutions(Window window, Call c, Shape x, Shape w, Shape y) {
        this.c = c;
        type = c.type(0);
        pictures = x.dim(0);
        groups = window.groups();
        channels = w.dim(1);
        outputs = w.dim(0) / groups;
        taps = channels * w.dim(2) * w.dim(3);
        places = y.dim(2) * y.dim(3);
        pointwise = w.dim(2) * w.dim(3) == 1
                && window.strideH() * window.strideW() == 1
                && window.padH() + window.padW() == 0;
        extents = new int[] {
            pictures,
            groups,
            channels,
            outputs,
            x.dim(2),
            x.dim(3),
            w.dim(2),
            w.dim(3),
            y.dim(2),
            y.dim(3),
            window.strideH(),
            window.strideW(),
            window.padH(),
            window.padW(),
            window.dilationH(),
            window.dilationW()
        };
    }

    static void forward(Window window, Call c) {
        var conv = new Convolutions(window, c, c.shape(0), c.shape(1), c.out(0).shape());
        if (conv.isProduct()) {
            conv.forward(c.packed(0), c.packed(1), c.y(0));
        } else {
            conv.direct("forward");
        }
    }

    static void inputGrad(Window window, Call c) {
        var conv = new Convolutions(window, c, c.out(0).shape(), c.shape(1), c.shape(0));
        if (conv.isProduct()) {
            conv.inputGrad(c.packed(0), c.packed(1), c.y(0));
        } else {
            conv.direct("input_grad");
        }
    }

    static void weightGrad(Window window, Call c) {
        var conv = new Convolutions(window, c, c.shape(0), c.out(0).shape(), c.shape(1));
        if (conv.isProduct()) {
            conv.weightGrad(c.packed(0), c.packed(1), c.y(0));
        } else {
            conv.direct("weight_grad");
        }
    }

    private boolean isProduct() {
        return outputs >= FEW && pictures > 0 && bytesOfPatches() > 0 && bytesOfPatches() <= MOST;
    }

    /** Of one picture. */
    private long bytesOfPatches() {
        return (long) groups * taps * places * type.bytes();
    }

    private void direct(String name) {
        c.launch(c.kernel("conv.cl", name, type), c.size(), extents, c.packed(0), c.packed(1), c.y(0));
    }

    /** Pictures whose patches make a slice. */
    private int slice() {
        return Math.clamp(SLICE / bytesOfPatches(), 1, pictures);
    }

    private Layout ofPictures(int rows, int columns) {
        return Layout.contiguous(Shape.of(pictures, groups, rows, columns));
    }

    private Layout weights() {
        return Layout.contiguous(Shape.of(groups, outputs, taps));
    }

    /** y[n] (O, places) = w (O, taps) · patches[n] (taps, places) */
    private void forward(DeviceStorage x, DeviceStorage w, DeviceStorage y) {
        if (pointwise) {
            Products.multiply(c, type, w, weights(), x, ofPictures(taps, places), null, y);
            return;
        }
        DeviceStorage patches = patches();
        for (int n = 0; n < pictures; n += slice()) {
            int count = Math.min(slice(), pictures - n);
            gather("patches", x, patches, n, count);
            Layout layout = Layout.contiguous(Shape.of(count, groups, taps, places));
            int first = Math.toIntExact((long) n * groups * outputs * places);
            Products.multiply(c, type, w, weights(), patches, layout, null, y, first);
        }
    }

    /** patches[n] (taps, places) = wᵀ (taps, O) · dy[n] (O, places), and every element of dx the sum of its places in them */
    private void inputGrad(DeviceStorage dy, DeviceStorage w, DeviceStorage dx) {
        Layout turned = weights().permute(0, 2, 1);
        Layout slopes = ofPictures(outputs, places);
        if (pointwise) {
            Products.multiply(c, type, w, turned, dy, slopes, null, dx);
            return;
        }
        DeviceStorage patches = patches();
        for (int n = 0; n < pictures; n += slice()) {
            int count = Math.min(slice(), pictures - n);
            Products.multiply(c, type, w, turned, dy, slopes.slice(0, n, count, 1), null, patches);
            long items = (long) count * groups * channels * extents[4] * extents[5];
            c.launch(c.kernel("conv.cl", "fold", type), items, extents, n, count, patches, dx);
        }
    }

    /** dw (O, taps) = Σ dy[n] (O, places) · patches[n] (places, taps), the products of each picture added up afterwards */
    private void weightGrad(DeviceStorage x, DeviceStorage dy, DeviceStorage dw) {
        DeviceStorage patches = pointwise ? x : patches();
        int elements = groups * outputs * taps;
        DeviceStorage parts = c.temporary(type, (long) slice() * elements);
        for (int n = 0; n < pictures; n += slice()) {
            int count = Math.min(slice(), pictures - n);
            Layout layout;
            if (pointwise) {
                layout = ofPictures(taps, places).slice(0, n, count, 1).permute(0, 1, 3, 2);
            } else {
                gather("turned_patches", x, patches, n, count);
                layout = Layout.contiguous(Shape.of(count, groups, places, taps));
            }
            Layout slopes = ofPictures(outputs, places).slice(0, n, count, 1);
            Products.multiply(c, type, dy, slopes, patches, layout, null, parts);
            c.launch(c.kernel("conv.cl", "add_up", type), elements, elements, count, n == 0 ? 1 : 0, parts, dw);
        }
    }

    private DeviceStorage patches() {
        return c.temporary(type, (long) slice() * groups * taps * places);
    }

    private void gather(String kernel, DeviceStorage x, DeviceStorage patches, int first, int count) {
        long items = (long) count * groups * taps * places;
        c.launch(c.kernel("conv.cl", kernel, type), items, extents, first, count, x, patches);
    }
}
