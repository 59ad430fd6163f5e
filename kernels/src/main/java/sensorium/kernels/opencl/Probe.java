package sensorium.kernels.opencl;

import static org.jocl.CL.CL_CONTEXT_PLATFORM;
import static org.jocl.CL.CL_DEVICE_DOUBLE_FP_CONFIG;
import static org.jocl.CL.CL_DEVICE_GLOBAL_MEM_SIZE;
import static org.jocl.CL.CL_DEVICE_NAME;
import static org.jocl.CL.CL_DEVICE_TYPE;
import static org.jocl.CL.CL_DEVICE_TYPE_ALL;
import static org.jocl.CL.CL_DEVICE_TYPE_CPU;
import static org.jocl.CL.CL_DRIVER_VERSION;
import static org.jocl.CL.CL_MEM_READ_WRITE;
import static org.jocl.CL.CL_PLATFORM_NAME;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * Asks the drivers what there is, and has each device build and run a kernel. Run as a process of its own ({@link
 * Discovery}), because drivers abort: PoCL where it finds no linker, others at what they find on the bus.
 */
final class Probe {
    private static final String KERNEL = "__kernel void probe(__global int *x) { x[get_global_id(0)] = 25; }";

    private Probe() {}

    /** Prints {@code ok} and a line per device, or {@code failed} and why. */
    public static void main(String[] arguments) {
        List<String> lines = new ArrayList<>();
        try {
            CL.setExceptionsEnabled(true);
            cl_platform_id[] platforms = platforms();
            for (int p = 0; p < platforms.length; p++) {
                cl_device_id[] devices = devices(platforms[p]);
                for (int d = 0; d < devices.length; d++) {
                    lines.add(facts(platforms[p], p, devices[d], d).line());
                    runKernel(platforms[p], devices[d]);
                }
            }
            lines.add(0, "ok");
        } catch (CLException | LinkageError e) {
            lines = List.of("failed", String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        }
        // The result is this process's standard output, which drivers write to as well: hence the mark.
        var out = new java.io.PrintStream(
                new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
        lines.forEach(line -> out.println(Discovery.MARK + line));
    }

    /** The platforms in the order of the loader. */
    static cl_platform_id[] platforms() {
        int[] count = new int[1];
        CL.clGetPlatformIDs(0, null, count);
        var platforms = new cl_platform_id[count[0]];
        CL.clGetPlatformIDs(platforms.length, platforms, null);
        return platforms;
    }

    /** The devices of a platform, none if it has none. */
    static cl_device_id[] devices(cl_platform_id platform) {
        int[] count = new int[1];
        try {
            CL.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, null, count);
        } catch (CLException e) {
            if (e.getStatus() == CL.CL_DEVICE_NOT_FOUND) {
                return new cl_device_id[0];
            }
            throw e;
        }
        var devices = new cl_device_id[count[0]];
        CL.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, devices.length, devices, null);
        return devices;
    }

    static DeviceFacts facts(cl_platform_id platform, int p, cl_device_id device, int d) {
        long type = number(device, CL_DEVICE_TYPE);
        return new DeviceFacts(
                p,
                d,
                text(platform),
                text(device, CL_DEVICE_NAME),
                text(device, CL_DRIVER_VERSION),
                (type & CL_DEVICE_TYPE_CPU) == 0,
                number(device, CL_DEVICE_DOUBLE_FP_CONFIG) != 0,
                number(device, CL_DEVICE_GLOBAL_MEM_SIZE));
    }

    private static void runKernel(cl_platform_id platform, cl_device_id device) {
        var properties = new cl_context_properties();
        properties.addProperty(CL_CONTEXT_PLATFORM, platform);
        cl_context context = CL.clCreateContext(properties, 1, new cl_device_id[] {device}, null, null, null);
        cl_command_queue queue = queue(context, device);
        var program = CL.clCreateProgramWithSource(context, 1, new String[] {KERNEL}, null, null);
        CL.clBuildProgram(program, 0, null, "", null, null);
        var kernel = CL.clCreateKernel(program, "probe", null);
        var memory = CL.clCreateBuffer(context, CL_MEM_READ_WRITE, Sizeof.cl_int, null, null);
        CL.clSetKernelArg(kernel, 0, Sizeof.cl_mem, Pointer.to(memory));
        CL.clEnqueueNDRangeKernel(queue, kernel, 1, null, new long[] {1}, null, 0, null, null);
        CL.clFinish(queue);
        CL.clReleaseKernel(kernel);
        CL.clReleaseProgram(program);
        CL.clReleaseMemObject(memory);
        CL.clReleaseCommandQueue(queue);
        CL.clReleaseContext(context);
    }

    /** The call of OpenCL 1.2, which every driver has. */
    @SuppressWarnings("deprecation")
    static cl_command_queue queue(cl_context context, cl_device_id device) {
        return CL.clCreateCommandQueue(context, device, 0, null);
    }

    static long number(cl_device_id device, int what) {
        long[] value = new long[1];
        CL.clGetDeviceInfo(device, what, Sizeof.cl_ulong, Pointer.to(value), null);
        return value[0];
    }

    private static String text(cl_device_id device, int what) {
        long[] size = new long[1];
        CL.clGetDeviceInfo(device, what, 0, null, size);
        byte[] bytes = new byte[(int) size[0]];
        CL.clGetDeviceInfo(device, what, bytes.length, Pointer.to(bytes), null);
        return string(bytes);
    }

    private static String text(cl_platform_id platform) {
        long[] size = new long[1];
        CL.clGetPlatformInfo(platform, CL_PLATFORM_NAME, 0, null, size);
        byte[] bytes = new byte[(int) size[0]];
        CL.clGetPlatformInfo(platform, CL_PLATFORM_NAME, bytes.length, Pointer.to(bytes), null);
        return string(bytes);
    }

    /** Up to the terminating zero. */
    private static String string(byte[] bytes) {
        String s = new String(bytes, StandardCharsets.UTF_8);
        int end = s.indexOf('\0');
        return end < 0 ? s : s.substring(0, end);
    }
}
