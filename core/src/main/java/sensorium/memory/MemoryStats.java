package sensorium.memory;

/**
 * Memory figures of one backend, in bytes.
 *
 * @param active in live tensors
 * @param peak the highest {@code active} since the start or the last reset
 * @param cached held by the pool for reuse
 * @param tensors number of live storages
 */
public record MemoryStats(long active, long peak, long cached, long tensors) {
    @Override
    public String toString() {
        return "%.1f MB in %d tensors, peak %.1f MB, %.1f MB cached"
                .formatted(active / 1e6, tensors, peak / 1e6, cached / 1e6);
    }
}
