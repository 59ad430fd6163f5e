package sensorium.nn;

/**
 * Which transformer: one for text, pictures, sound and latents, told apart by this alone.
 *
 * @param width D, the width of a token
 * @param depth number of blocks
 * @param causal whether a token sees only those before it
 * @param contextWidth width of a context that every block also attends to, 0 for none
 */
public record TransformerConfig(
        int width,
        int depth,
        Attention.Config attention,
        Mlp.Config mlp,
        Norm.Config norm,
        Residual residual,
        Positions.Config positions,
        Modulation modulation,
        boolean causal,
        int contextWidth) {

    /** Where the norms of a block stand. */
    public enum Placement {
        /** {@code x + f(norm(x))}. */
        PRE,
        /** {@code norm(x + f(x))}, as in BERT. */
        POST
    }

    /**
     * How branches join the stream.
     *
     * @param finalNorm whether a norm follows the last block
     * @param layerScale start of a learned factor for each channel of a branch (arXiv 2103.17239), 0 for none
     * @param stochasticDepth probability of dropping a branch of the last block in training; it grows linearly from 0
     * @param dropout probability of dropping an element of a branch in training
     */
    public record Residual(
            Placement placement, boolean finalNorm, double layerScale, double stochasticDepth, double dropout) {
        public static final Residual PRE_NORM = new Residual(Placement.PRE, true, 0, 0, 0);
        public static final Residual POST_NORM = new Residual(Placement.POST, false, 0, 0, 0);

        public Residual dropping(double elements, double branches) {
            return new Residual(placement, finalNorm, layerScale, branches, elements);
        }
    }

    /**
     * Adaptive norms: a condition shifts and scales what each branch sees (Perez et al., arXiv 1709.07871) and, where gated,
     * scales what it adds, from zero on (AdaLN-Zero of DiT, arXiv 2212.09748).
     *
     * @param width width of the condition, 0 for none
     * @param activation of the condition, before it is projected
     * @param affine whether the norms have learned factors and offsets besides
     * @param last whether the norm after the last block is adapted too
     * @param eps of the norms before attention and after the last block, which diffusers sets apart; 0 for that of all
     */
    public record Modulation(
            int width, boolean gated, Activation activation, boolean affine, boolean last, double eps) {
        public static final Modulation NONE = new Modulation(0, false);

        /** As DiT has it: SiLU, and nothing learned in the norms themselves. */
        public Modulation(int width, boolean gated) {
            this(width, gated, Activation.SILU, false, true, 0);
        }

        private boolean isThere() {
            return width > 0;
        }
    }

    /** Whether the norms of blocks have learned factors and offsets. */
    boolean affineNorms() {
        return !modulation.isThere() || modulation.affine;
    }

    /** Whether the norm after the last block is adapted to the condition. */
    boolean adaptsLast() {
        return modulation.isThere() && modulation.last && residual.finalNorm();
    }

    /** Of the norms before attention and after the last block. */
    Norm.Config outerNorm() {
        return modulation.eps > 0 ? new Norm.Config(norm.kind(), modulation.eps) : norm;
    }

    /** Pre-norm with layer norms (eps 1e-5), GELU of four times the width, biases, without positions. */
    public static TransformerConfig of(int width, int depth, int heads) {
        return new TransformerConfig(
                width,
                depth,
                Attention.Config.of(width, heads),
                Mlp.Config.of(4 * width, Activation.GELU),
                new Norm.Config(Norm.Kind.LAYER, 1e-5),
                Residual.PRE_NORM,
                Positions.Config.NONE,
                Modulation.NONE,
                false,
                0);
    }

    public TransformerConfig with(Attention.Config chosen) {
        return new TransformerConfig(
                width, depth, chosen, mlp, norm, residual, positions, modulation, causal, contextWidth);
    }

    public TransformerConfig with(Mlp.Config chosen) {
        return new TransformerConfig(
                width, depth, attention, chosen, norm, residual, positions, modulation, causal, contextWidth);
    }

    public TransformerConfig with(Norm.Config chosen) {
        return new TransformerConfig(
                width, depth, attention, mlp, chosen, residual, positions, modulation, causal, contextWidth);
    }

    public TransformerConfig with(Residual chosen) {
        return new TransformerConfig(
                width, depth, attention, mlp, norm, chosen, positions, modulation, causal, contextWidth);
    }

    public TransformerConfig with(Positions.Config chosen) {
        return new TransformerConfig(
                width, depth, attention, mlp, norm, residual, chosen, modulation, causal, contextWidth);
    }

    public TransformerConfig with(Modulation chosen) {
        return new TransformerConfig(
                width, depth, attention, mlp, norm, residual, positions, chosen, causal, contextWidth);
    }

    public TransformerConfig causally() {
        return new TransformerConfig(
                width, depth, attention, mlp, norm, residual, positions, modulation, true, contextWidth);
    }

    public TransformerConfig attendingTo(int otherWidth) {
        return new TransformerConfig(
                width, depth, attention, mlp, norm, residual, positions, modulation, causal, otherWidth);
    }
}
