package sensorium.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import sensorium.memory.HugePages;

/** What the machine can do at most, by loops that do nothing else. */
final class Peak {
    static final String GROUP = "peak";

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    private static final int FMA_ROUNDS = 1 << 22;
    /** Bytes of each of the arrays that are copied or read: far beyond any cache. */
    private static final long BYTES = 256L << 20;

    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Peak() {}

    static List<Case> all() {
        double flops = 2.0 * CHAINS * F.length() * FMA_ROUNDS;
        return List.of(
                new Case(name(Roof.FMA), Roof.FMA, flops, 0, () -> engine((_, of) -> fma(FMA_ROUNDS / of))),
                new Case(name(Roof.COPY), Roof.COPY, 2.0 * BYTES, 0, () -> {
                    long from = array();
                    long to = array();
                    return engine((part, of) -> {
                        long at = offset(part, of);
                        return copy(from + at, to + at, offset(1, of));
                    });
                }),
                new Case(name(Roof.READ), Roof.READ, BYTES, 0, () -> {
                    long from = array();
                    return engine((part, of) -> read(from + offset(part, of), offset(1, of)));
                }));
    }

    static String name(Roof roof) {
        return GROUP + "/" + roof.name().toLowerCase(Locale.ROOT);
    }

    private static long array() {
        return HugePages.allocate(Arena.global(), BYTES).fill((byte) 0).address();
    }

    /** Where the part of a thread begins. */
    private static long offset(int part, int of) {
        return BYTES / of * part & -64;
    }

    /** One of the parts of a loop; its value keeps the work from being optimised away. */
    @FunctionalInterface
    private interface Part {
        float run(int part, int of);
    }

    private static List<Engine> engine(Part part) {
        return List.of(new Loop(part, Executors.newCachedThreadPool(Peak::daemon)));
    }

    private static Thread daemon(Runnable body) {
        return Thread.ofPlatform().daemon().unstarted(body);
    }

    /** Every thread runs its part at the same time. */
    private record Loop(Part part, ExecutorService threads) implements Engine {
        @Override
        public String name() {
            return Ours.NAME;
        }

        @Override
        public void run() {
            int of = Threads.count();
            List<Callable<Float>> parts = new ArrayList<>();
            for (int i = 0; i < of; i++) {
                int which = i;
                parts.add(() -> part.run(which, of));
            }
            try {
                for (Future<Float> result : threads.invokeAll(parts)) {
                    if (Float.isNaN(result.get())) {
                        throw new IllegalStateException("the loop has lost its numbers");
                    }
                }
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public List<float[]> results() {
            return List.of();
        }
    }

    /** Twelve chains that don't wait for one another: more than latency times throughput of any processor's FMA. */
    private static float fma(int rounds) {
        var m = FloatVector.broadcast(F, 0.5f);
        var c = FloatVector.broadcast(F, 0.25f);
        FloatVector a0 = c, a1 = c, a2 = c, a3 = c, a4 = c, a5 = c, a6 = c, a7 = c, a8 = c, a9 = c, a10 = c, a11 = c;
        for (int i = 0; i < rounds; i++) {
            a0 = a0.fma(m, c);
            a1 = a1.fma(m, c);
            a2 = a2.fma(m, c);
            a3 = a3.fma(m, c);
            a4 = a4.fma(m, c);
            a5 = a5.fma(m, c);
            a6 = a6.fma(m, c);
            a7 = a7.fma(m, c);
            a8 = a8.fma(m, c);
            a9 = a9.fma(m, c);
            a10 = a10.fma(m, c);
            a11 = a11.fma(m, c);
        }
        return a0.add(a1)
                .add(a2)
                .add(a3)
                .add(a4)
                .add(a5)
                .add(a6)
                .add(a7)
                .add(a8)
                .add(a9)
                .add(a10)
                .add(a11)
                .lane(0);
    }

    private static float copy(long from, long to, long bytes) {
        long step = 4L * F.length();
        for (long o = 0; o < bytes; o += 4 * step) {
            load(from + o).intoMemorySegment(ALL, to + o, ByteOrder.nativeOrder());
            load(from + o + step).intoMemorySegment(ALL, to + o + step, ByteOrder.nativeOrder());
            load(from + o + 2 * step).intoMemorySegment(ALL, to + o + 2 * step, ByteOrder.nativeOrder());
            load(from + o + 3 * step).intoMemorySegment(ALL, to + o + 3 * step, ByteOrder.nativeOrder());
        }
        return 0;
    }

    private static float read(long from, long bytes) {
        long step = 4L * F.length();
        var s0 = FloatVector.zero(F);
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        for (long o = 0; o < bytes; o += 4 * step) {
            s0 = s0.add(load(from + o));
            s1 = s1.add(load(from + o + step));
            s2 = s2.add(load(from + o + 2 * step));
            s3 = s3.add(load(from + o + 3 * step));
        }
        return s0.add(s1).add(s2.add(s3)).lane(0);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(F, ALL, address, ByteOrder.nativeOrder());
    }
}
