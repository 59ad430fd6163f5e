package sensorium.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * libtorch with its threads shared out between its own loops and the BLAS under it. In one call all of them is best for
 * both; in a whole model the two sets of threads, which spin on after each call, get in each other's way, and how it is
 * fastest depends on the model. Ops that share out their small products themselves, such as attention, want the BLAS to
 * have one.
 */
record TorchThreads(Engine engine, Sharing sharing) implements Engine {
    enum Sharing {
        EVENLY,
        OWN,
        BLAS
    }

    /** The cases with every sharing as a peer of its own: the best of them is what ours is compared with. */
    static List<Case> tried(List<Case> cases) {
        return cases.stream()
                .map(c -> new Case(
                        c.name(),
                        c.roof(),
                        c.work(),
                        c.tolerance(),
                        () -> c.engines().get().stream()
                                .flatMap(TorchThreads::tried)
                                .toList()))
                .toList();
    }

    private static Stream<Engine> tried(Engine engine) {
        return engine.name().equals(Torch.NAME)
                ? Arrays.stream(Sharing.values()).map(sharing -> new TorchThreads(engine, sharing))
                : Stream.of(engine);
    }

    @Override
    public String name() {
        return switch (sharing) {
            case EVENLY -> engine.name();
            case OWN -> engine.name() + " own";
            case BLAS -> engine.name() + " blas";
        };
    }

    /** Of one thread there is nothing to share out. */
    @Override
    public boolean worksWith(int threads) {
        return sharing == Sharing.EVENLY || threads > 1;
    }

    @Override
    public void run() {
        share();
        engine.run();
    }

    @Override
    public List<float[]> results() {
        share();
        return engine.results();
    }

    private void share() {
        int own = sharing == Sharing.BLAS ? 1 : Threads.count();
        int blas = sharing == Sharing.OWN ? 1 : Threads.count();
        Torch.threads(own, blas);
    }
}
