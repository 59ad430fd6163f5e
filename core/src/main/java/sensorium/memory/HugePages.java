package sensorium.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory from the system in pages of 2 MB where it has them to give: a processor remembers where some thousand pages lie,
 * and looks for the others in tables, in a virtual machine in two of them. Streams through large arrays are up to half as
 * fast again, and memory that is new comes with a five-hundredth of the interrupts.
 *
 * <p>On Linux by {@code mmap} and {@code madvise(MADV_HUGEPAGE)}, which is a wish; elsewhere it is the arena's own memory.
 */
public final class HugePages {
    /** Bytes of a page. Elsewhere than on x86 and on ARM with small pages of 4 KB the wish may have no effect. */
    public static final long BYTES = 2L << 20;

    private static final int ALIGNMENT = 64;
    private static final int READ_WRITE = 3; // PROT_READ | PROT_WRITE
    private static final int PRIVATE_ANONYMOUS = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS
    private static final int MADV_HUGEPAGE = 14;

    private HugePages() {}

    /**
     * Memory full of zeros that goes back to the system when the arena closes; aligned to a page if it is as large as one,
     * else to 64 bytes. What it has beyond whole pages stays in small ones, so none is taken that was not asked for.
     *
     * @throws OutOfMemoryError if the system refuses
     */
    @SuppressWarnings("restricted")
    public static MemorySegment allocate(Arena arena, long bytes) {
        if (bytes < BYTES || !System.getProperty("os.name").equals("Linux")) {
            return arena.allocate(bytes, ALIGNMENT);
        }
        long span = Math.addExact(bytes, BYTES); // address space: pages come when they are touched
        long start = Linux.map(span);
        long aligned = Math.ceilDiv(start, BYTES) * BYTES;
        Linux.advise(aligned, bytes / BYTES * BYTES);
        return MemorySegment.ofAddress(aligned).reinterpret(bytes, arena, _ -> Linux.unmap(start, span));
    }

    /** Calls of the C library, bound when the first large block is wanted. */
    @SuppressWarnings("restricted")
    private static final class Linux {
        private static final Linker LINKER = Linker.nativeLinker();
        private static final MethodHandle MMAP = bind(
                "mmap",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG));
        private static final MethodHandle MUNMAP = bind(
                "munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        private static final MethodHandle MADVISE = bind(
                "madvise",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

        private static MethodHandle bind(String name, FunctionDescriptor type) {
            return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
        }

        static long map(long bytes) {
            try {
                long address = (long) MMAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
                if (address == -1) {
                    throw new OutOfMemoryError("the system maps no " + bytes + " bytes");
                }
                return address;
            } catch (Throwable e) {
                throw rethrown(e);
            }
        }

        static void advise(long address, long bytes) {
            try {
                var _ = (int) MADVISE.invokeExact(address, bytes, MADV_HUGEPAGE); // a kernel without them says no
            } catch (Throwable e) {
                throw rethrown(e);
            }
        }

        static void unmap(long address, long bytes) {
            try {
                var _ = (int) MUNMAP.invokeExact(address, bytes); // fails for bad arguments only
            } catch (Throwable e) {
                throw rethrown(e);
            }
        }

        /** A method handle declares every exception; these throw errors only. */
        private static RuntimeException rethrown(Throwable e) {
            if (e instanceof Error error) {
                throw error;
            }
            return new IllegalStateException(e);
        }
    }
}
