package sensorium.benchmarks;

import java.util.List;
import java.util.stream.Stream;

/**
 * libtorch with its threads shared out between its own loops and the BLAS under it. In one call all of them is best for
 * both; in a whole model the two sets of threads, which spin on after each call, get in each other's way, and how it is
 * fastest depends on the model. Ops that share out their small products themselves, such as attention, want the BLAS to
 * have one.
 *
 * @param least threads that this way differs from the others at
 */
record TorchThreads(Engine engine, Sharing sharing, String name, int least) implements Engine {
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
        return engine.name().startsWith(Torch.NAME)
                ? Stream.of(
                        new TorchThreads(engine, Sharing.EVENLY, engine.name(), 1),
                        new TorchThreads(engine, Sharing.OWN, engine.name() + " own", 2),
                        new TorchThreads(engine, Sharing.BLAS, engine.name() + " blas", 2))
                : Stream.of(engine);
    }

    @Override
    public boolean worksWith(int threads) {
        return threads >= least;
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
