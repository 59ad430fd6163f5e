package sensorium.kernels.opencl;

/** The conformance table with the kernels that GPUs get, on whatever device there is. */
class OpenClGpuKernelsTest extends OpenClConformanceTest {
    @Override
    protected OpenClBackend opened() {
        return TestDevice.openAsGpu();
    }
}
