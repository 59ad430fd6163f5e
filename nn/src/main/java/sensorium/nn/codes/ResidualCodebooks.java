package sensorium.nn.codes;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.memory.Scope;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;

/**
 * Codebooks one after the other, each of which codes what the ones before left (residual vector quantisation: Zeghidour et al.,
 * arXiv:2107.03312, algorithm 1). A vector becomes one code a stage; its first stages alone stand for it too, less exactly.
 *
 * @param stages the codebooks, the coarsest first
 * @param averages what each learns from
 */
public record ResidualCodebooks(List<Codebook> stages, List<CodebookAverage> averages) implements Module {
    /**
     * What a batch of vectors became.
     *
     * @param codes of each stage (…), I64
     * @param residuals what each stage was given (…, width); gradients flow through them to the vectors
     * @param standIns of each stage, what its codes say (…, width), without a gradient
     */
    public record Quantised(List<Tensor> codes, List<Tensor> residuals, List<Tensor> standIns) {}

    public static ResidualCodebooks of(Weights w, int stages, int codes, int width) {
        return new ResidualCodebooks(
                IntStream.range(0, stages)
                        .mapToObj(s -> Codebook.of(w.at("stages").at(s), codes, width))
                        .toList(),
                IntStream.range(0, stages)
                        .mapToObj(s -> CodebookAverage.of(w.at("averages").at(s), codes, width))
                        .toList());
    }

    /** Codes are moved by the averages alone, not by an optimiser. */
    public void freeze() {
        stages.forEach(s -> s.weight().setTrainable(false));
    }

    /** Whether {@link #start} was called. */
    public boolean hasBegun() {
        return averages.getFirst().hasBegun();
    }

    /** Codes vectors (…, width) stage by stage. */
    public Quantised quantise(Tensor vectors) {
        List<Tensor> codes = new ArrayList<>();
        List<Tensor> residuals = new ArrayList<>();
        List<Tensor> standIns = new ArrayList<>();
        Tensor left = vectors;
        for (Codebook stage : stages) {
            Tensor chosen = stage.nearest(left);
            Tensor said = stage.vectors(chosen).detached();
            codes.add(chosen);
            residuals.add(left);
            standIns.add(said);
            left = left.minus(said);
        }
        return new Quantised(codes, residuals, standIns);
    }

    /** Of vectors (…, width) the codes of all stages: (…, stages), I64. */
    public Tensor codes(Tensor vectors) {
        return Scope.tidy("residual codes", () -> {
            List<Tensor> codes = quantise(vectors.detached()).codes;
            return Tensor.stack(codes.getFirst().rank(), codes);
        });
    }

    /**
     * What codes say: (…, q), I64, of the first q stages → (…, width).
     *
     * @throws IllegalArgumentException if there are more than there are stages
     */
    public Tensor vectors(Tensor codes) {
        int q = codes.dim(-1);
        if (q < 1 || q > stages.size()) {
            throw new IllegalArgumentException("codes of " + q + " stages, of " + stages.size());
        }
        Tensor sum = null;
        for (int s = 0; s < q; s++) {
            Tensor said = stages.get(s).vectors(codes.select(-1, s));
            sum = sum == null ? said : sum.plus(said);
        }
        return sum;
    }

    /**
     * Puts the codes of every stage in the middle of groups of what the stages before leave (k-means).
     *
     * @param vectors (n, width)
     */
    public void start(float[] vectors, Philox random) {
        float[] left = vectors.clone();
        for (int s = 0; s < stages.size(); s++) {
            averages.get(s).start(stages.get(s), left, Philox.keyed(random.seed(), random.stream(), s));
            left = left(s, left);
        }
    }

    /** Takes a batch in and moves the codes of every stage. */
    public void update(Quantised batch) {
        for (int s = 0; s < stages.size(); s++) {
            Tensor given = batch.residuals.get(s).detached();
            averages.get(s)
                    .update(
                            stages.get(s),
                            given.reshape(-1, given.dim(-1)),
                            batch.codes.get(s).reshape(-1));
        }
    }

    /**
     * Puts dead codes of every stage on what it is given of a batch; how many.
     *
     * @param vectors (n, width)
     */
    public int revive(float[] vectors, Philox random) {
        int revived = 0;
        float[] left = vectors.clone();
        for (int s = 0; s < stages.size(); s++) {
            revived += averages.get(s).revive(stages.get(s), left, Philox.keyed(random.seed(), random.stream(), s));
            left = left(s, left);
        }
        return revived;
    }

    /** What stage s leaves of vectors (n, width). */
    private float[] left(int s, float[] vectors) {
        Codebook stage = stages.get(s);
        return Scope.tidy(() -> {
            int width = stage.weight().value().dim(1);
            Tensor v = Tensor.of(vectors, vectors.length / width, width);
            return v.minus(stage.vectors(stage.nearest(v))).toFloats();
        });
    }
}
