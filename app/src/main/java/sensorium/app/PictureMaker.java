package sensorium.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
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
    Tensor make(List<String> asked, long seed, IntConsumer watch);

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
            json.put("guidance", options.guidance(model.guided()));
            return json;
        }

        @Override
        public Tensor make(List<String> asked, long seed, IntConsumer watch) {
            return model.sample(how(), asked, seed, (_, i) -> watch.accept(i));
        }

        private Sampling how() {
            return options.sampling(model.guided());
        }
    }

    /** By a transformer. */
    record OfTokens(TokenPrior model, SamplingOptions options) implements PictureMaker {
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
            json.put("guidance", options.guidance(true));
            return json;
        }

        @Override
        public Tensor make(List<String> asked, long seed, IntConsumer watch) {
            long[] classes = asked.stream().mapToLong(model::label).toArray();
            return model.pictures()
                    .picture(model.write(classes, options.guidance(true), options.choice(), seed, watch));
        }
    }
}
