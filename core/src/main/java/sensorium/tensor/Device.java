package sensorium.tensor;

/**
 * Where a tensor lives.
 *
 * @param kind for example {@code cpu}, {@code reference}, {@code opencl}
 * @param index which of several of that kind, from 0
 */
public record Device(String kind, int index) {
    @Override
    public String toString() {
        return index == 0 ? kind : kind + ":" + index;
    }
}
