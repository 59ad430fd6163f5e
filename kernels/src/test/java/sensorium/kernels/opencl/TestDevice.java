package sensorium.kernels.opencl;

import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The first OpenCL device of this machine, for tests; they are skipped with a reason where there is none. */
final class TestDevice {
    private static final long LIMIT = 1L << 30;

    private TestDevice() {}

    static DeviceFacts facts() {
        return switch (Discovery.ofThisMachine().answer()) {
            case Discovery.Found found -> found.devices().get(0);
            case Discovery.Absent absent -> {
                Assumptions.abort("no OpenCL platform: " + absent.reason() + " (" + absent.remedy() + ")");
                throw new AssertionError();
            }
        };
    }

    /** A backend of its own, with guarded memory, which the caller closes. */
    static OpenClBackend open() {
        return open(Caches.folder(), LIMIT);
    }

    /** The same device, with the kernels that GPUs get. */
    static OpenClBackend openAsGpu(Tuner... tuner) {
        DeviceFacts f = facts();
        var gpu =
                new DeviceFacts(f.platform(), f.device(), f.vendor(), f.name(), f.driver(), true, f.fp64(), f.memory());
        return tuner.length == 0
                ? new OpenClBackend(gpu, 0, Caches.folder(), LIMIT, true)
                : new OpenClBackend(gpu, 0, Caches.folder(), LIMIT, true, tuner[0]);
    }

    static OpenClBackend open(Path cache, long limit) {
        return new OpenClBackend(facts(), 0, cache, limit, true);
    }
}
