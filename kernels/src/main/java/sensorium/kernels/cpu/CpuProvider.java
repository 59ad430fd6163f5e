package sensorium.kernels.cpu;

import java.util.List;
import sensorium.backend.BackendProvider;
import sensorium.memory.HostMemory;

/** Offers the processor as device {@code cpu}: there is always one. */
public final class CpuProvider implements BackendProvider {
    private static final int PRIORITY = 10;

    @Override
    public List<Offer> offers() {
        int threads = WorkPool.defaultThreads();
        String detail = CpuBackend.description(threads);
        return List.of(new Available("cpu", PRIORITY, detail, () -> new CpuBackend(HostMemory.configured(), threads)));
    }
}
