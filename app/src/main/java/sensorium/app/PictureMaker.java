package sensorium.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import sensorium.BadInputException;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.diffusion.Sampling;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.tensor.Tensor;
import sensorium.vision.TokenPrior;

/** Whatever makes pictures that are asked for: out of noise, or token by token. */
interface PictureMaker {
    /** What can be asked for, where that is a list; empty where it is any text. */
    List<String> labels();

    /** How often the model is asked for a batch. */
    int evaluations();

    /** What it was told to do, to be reported. */
    Map<String, Object> settings();

    /**
     * Pictures (N, C, H, W), pixels about from −1 to 1.
     *
     * @param asked of each: a label, or a text
     * @param seed the same gives the same pictures
     * @param watch is told each evaluation
     * @throws BadInputException if something cannot be asked for
     */
    Tensor make(List<String> asked, long seed, Watch watch);

    /**
     * Given pictures, changed into what is asked for.
     *
     * @param given (N, C, H, W), pixels from −1 to 1, of the size that the model makes
     * @param keep (N, 1, H, W), 1 where a picture stays and 0 where it is made anew; null changes all of it
     * @param strength above 0, where little changes, to 1, where nothing is left of it
     * @throws BadInputException if this maker cannot, or something cannot be asked for
     */
    default Tensor change(List<String> asked, Tensor given, Tensor keep, double strength, long seed, Watch watch) {
        throw new BadInputException("pictures are changed by models of train diffusion alone; leave --image");
    }

    /** (C, H, W) of the pictures. */
    int[] shape();

    /** Is told how far the making is. */
    @FunctionalInterface
    interface Watch {
        /** @param soFar the pictures as they are now, or null where there are none before the end */
        void made(int evaluation, Supplier<Tensor> soFar);
    }

    /** @throws BadInputException if the model makes no pictures, or options do not suit it */
    static PictureMaker open(ModelFolder folder, SamplingOptions options) {
        return of(folder.open(), folder, options);
    }

    /** Likewise, of a model that is open. */
    static PictureMaker of(OpenedModel opened, ModelFolder folder, SamplingOptions options) {
        return switch (opened) {
            case OpenedModel.Diffusion d -> new OfNoise(d.model(), options);
            case OpenedModel.Prior p -> new OfTokens(p.model(), options);
            case OpenedModel other ->
                throw new BadInputException(folder.path() + ": a " + other.kind()
                        + " model, which makes no pictures; train one with: sensorium train diffusion");
        };
    }

    /** By diffusion. */
    record OfNoise(DiffusionPipeline model, SamplingOptions options) implements PictureMaker {
        @Override
        public List<String> labels() {
            return model.asking().labels();
        }

        @Override
        public int evaluations() {
            return model.trajectory(how()).evaluations();
        }

        @Override
        public Map<String, Object> settings() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("sampler", options.sampler == null ? "usual" : options.sampler);
            json.put("steps", options.steps);
            options.describe(json, model.usualGuidance());
            return json;
        }

        @Override
        public Tensor make(List<String> asked, long seed, Watch watch) {
            return model.sample(how(), asked, seed, shown(watch));
        }

        @Override
        public Tensor change(List<String> asked, Tensor given, Tensor keep, double strength, long seed, Watch watch) {
            return model.change(how(), asked, given, keep, strength, seed, shown(watch));
        }

        private ObjIntConsumer<Tensor> shown(Watch watch) {
            return (x, i) -> watch.made(i, () -> model.pictures(x));
        }

        @Override
        public int[] shape() {
            int side = model.pictureSide();
            int channels = model.latents() == null
                    ? model.denoised().dim(0)
                    : model.latents().codec().channels();
            return new int[] {channels, side, side};
        }

        private Sampling how() {
            return options.sampling(model.usualGuidance());
        }
    }

    /** By a transformer. */
    record OfTokens(TokenPrior model, SamplingOptions options) implements PictureMaker {
        private static final double GUIDANCE = 2;

        @Override
        public List<String> labels() {
            return model.config().labels();
        }

        @Override
        public int evaluations() {
            return model.config().length();
        }

        @Override
        public Map<String, Object> settings() {
            var choice = options.choice();
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("temperature", choice.temperature());
            json.put("top_k", choice.topK());
            json.put("top_p", choice.topP());
            json.put("guidance", options.guidance(GUIDANCE));
            return json;
        }

        @Override
        public int[] shape() {
            var c = model.config().pictures();
            return new int[] {c.channels(), c.side(), c.side()};
        }

        @Override
        public Tensor make(List<String> asked, long seed, Watch watch) {
            long[] classes = asked.stream().mapToLong(model::label).toArray();
            return model.pictures()
                    .picture(model.write(
                            classes, options.guidance(GUIDANCE), options.choice(), seed, i -> watch.made(i, null)));
        }
    }
}
