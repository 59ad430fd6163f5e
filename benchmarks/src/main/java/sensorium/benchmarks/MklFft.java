package sensorium.benchmarks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.mkl.global.mkl_rt;
import sensorium.backend.HostBackend;
import sensorium.tensor.Tensor;

/**
 * MKL's transforms of the rows of x (rows, n), all in one call. Its functions take any number of arguments, which the Java
 * bindings cut off, so they are called by their symbols.
 */
final class MklFft implements Engine {
    private final MemorySegment in;
    private final MemorySegment out;
    private final MemorySegment descriptor;
    private final MethodHandle forward;

    MklFft(Tensor x) {
        Loader.load(mkl_rt.class);
        Threads.follow(mkl_rt::MKL_Set_Num_Threads);
        int rows = x.dim(0);
        int n = x.dim(1);
        int bins = n / 2 + 1;
        in = HostBackend.memory(x.operand());
        out = Arena.global().allocate(8L * rows * bins, 64);
        MemorySegment place = Arena.global().allocate(ADDRESS);
        check(() -> (long) function("DftiCreateDescriptor_s_1d", false, ADDRESS, JAVA_INT, JAVA_LONG)
                .invokeExact(place, mkl_rt.DFTI_REAL, (long) n));
        descriptor = place.get(ADDRESS, 0);
        set(mkl_rt.DFTI_NUMBER_OF_TRANSFORMS, rows);
        set(mkl_rt.DFTI_PLACEMENT, mkl_rt.DFTI_NOT_INPLACE);
        set(mkl_rt.DFTI_CONJUGATE_EVEN_STORAGE, mkl_rt.DFTI_COMPLEX_COMPLEX);
        set(mkl_rt.DFTI_INPUT_DISTANCE, n);
        set(mkl_rt.DFTI_OUTPUT_DISTANCE, bins);
        check(() -> (long) function("DftiCommitDescriptor", false, ADDRESS).invokeExact(descriptor));
        forward = function("DftiComputeForward", true, ADDRESS, ADDRESS, ADDRESS);
    }

    private void set(int what, long value) {
        check(() -> (long)
                function("DftiSetValue", true, ADDRESS, JAVA_INT, JAVA_LONG).invokeExact(descriptor, what, value));
    }

    @FunctionalInterface
    private interface Call {
        long status() throws Throwable;
    }

    private static void check(Call call) {
        long status;
        try {
            status = call.status();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (status != 0) {
            throw new IllegalStateException("MKL's transform failed with status " + status);
        }
    }

    /** @param open whether it takes any number of arguments, of which {@code arguments} ends with the first such */
    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, boolean open, MemoryLayout... arguments) {
        var descriptor = FunctionDescriptor.of(JAVA_LONG, arguments);
        Linker.Option[] options = open
                ? new Linker.Option[] {Linker.Option.firstVariadicArg(arguments.length - 1)}
                : new Linker.Option[0];
        return Linker.nativeLinker().downcallHandle(SymbolLookup.loaderLookup().findOrThrow(name), descriptor, options);
    }

    @Override
    public String name() {
        return "mkl";
    }

    @Override
    public void run() {
        check(() -> (long) forward.invokeExact(descriptor, in, out));
    }

    @Override
    public List<float[]> results() {
        run();
        return List.of(out.toArray(JAVA_FLOAT));
    }
}
