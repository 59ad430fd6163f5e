package sensorium.benchmarks;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch with its threads shared out between its own loops and the BLAS under it. In one call all of them is best for
 * both; in a whole model the two sets of threads, which spin on after each call, get in each other's way, and how it is
 * fastest depends on the model.
 *
 * @param own threads of its own loops
 * @param blas threads of each of its products
 */
record TorchThreads(Engine engine, int own, int blas) implements Engine {
    private static int currentOwn;
    private static int currentBlas;

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
        int threads = Turns.threads();
        if (threads == 1 || !engine.name().equals(Torch.NAME)) {
            return Stream.of(engine);
        }
        return Stream.of(
                new TorchThreads(engine, threads, threads),
                new TorchThreads(engine, threads, 1),
                new TorchThreads(engine, 1, threads));
    }

    @Override
    public String name() {
        return own == blas ? Torch.NAME : Torch.NAME + " " + own + "+" + blas;
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
        if (currentOwn != own || currentBlas != blas) {
            torch.set_num_threads(own);
            Torch.blasThreads(blas);
            currentOwn = own;
            currentBlas = blas;
        }
    }
}
