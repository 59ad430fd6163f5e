package sensorium.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.app.report.Page;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.Module;
import sensorium.nn.Weights;
import sensorium.nn.codes.Quantizer;
import sensorium.nn.training.Length;
import sensorium.nn.training.Plan;
import sensorium.nn.training.Recipe;
import sensorium.vision.KlRecipe;
import sensorium.vision.LabelledPictures;
import sensorium.vision.PictureAutoencoder;
import sensorium.vision.PictureCodec;
import sensorium.vision.PictureFeatures;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.VqRecipe;
import tools.jackson.databind.node.ObjectNode;

/** What {@code train vq} can teach: to write pictures as tokens, or as maps of numbers. */
sealed interface PictureLesson<M extends Module & PictureCodec> {
    /** What the maps are called where tokens have the name of their quantiser. */
    String KL = "kl";

    /** What the model is built from. */
    ObjectNode config();

    M model(long seed);

    Recipe<VqRecipe.Batch> recipe(
            M model, LabelledPictures pictures, LabelledPictures heldOut, PictureFeatures look, long seed);

    Plan plan(long seed, Length length);

    /** Pictures an update. */
    int batch();

    /** Strength of a classifier's eye. */
    double perceptual();

    /** What a picture becomes, for a machine. */
    Map<String, Object> map();

    /** The same in words. */
    String inWords();

    /** Names of what is measured. */
    List<String> measured();

    List<Page.Section> view(M model, LabelledPictures pictures);

    /**
     * @param quantizer the name of one, or {@link #KL}
     * @param looked whether a classifier looks on
     * @throws sensorium.BadInputException if there is no such one, or a setting is not known
     */
    static PictureLesson<?> of(String quantizer, PictureData data, boolean looked, Overrides overrides) {
        if (quantizer.equals(KL)) {
            var config = PictureAutoencoder.Config.small(data.channels(), data.side());
            var usual = KlRecipe.Options.of(config);
            var options = overrides.apply(looked ? usual.withPerceptual(LOOKED) : usual);
            overrides.requireAllTaken(options);
            return new Maps(config, options);
        }
        var config = PictureTokenizer.Config.small(data.channels(), data.side()).with(kind(quantizer));
        var usual = VqRecipe.Options.of(config);
        var options = overrides.apply(looked ? usual.withPerceptual(LOOKED) : usual);
        overrides.requireAllTaken(options);
        return new Tokens(config, options);
    }

    private static Quantizer.Kind kind(String name) {
        for (Quantizer.Kind kind : Quantizer.Kind.values()) {
            if (kind.toString().equals(name)) {
                return kind;
            }
        }
        throw new BadInputException("--quantizer " + name + ": there are vq, cosine, fsq and " + KL);
    }

    /** How strong a classifier's eye is where nothing else is said. */
    double LOOKED = 0.1;

    /** Tokens. */
    record Tokens(PictureTokenizer.Config shape, VqRecipe.Options options) implements PictureLesson<PictureTokenizer> {
        @Override
        public ObjectNode config() {
            return ModelFolder.config(shape);
        }

        @Override
        public PictureTokenizer model(long seed) {
            return PictureTokenizer.of(Weights.random(seed), shape);
        }

        @Override
        public Recipe<VqRecipe.Batch> recipe(
                PictureTokenizer model,
                LabelledPictures pictures,
                LabelledPictures heldOut,
                PictureFeatures look,
                long seed) {
            return new VqRecipe(model, pictures, heldOut, options, look, seed);
        }

        @Override
        public Plan plan(long seed, Length length) {
            return VqRecipe.plan(options, seed, length);
        }

        @Override
        public int batch() {
            return options.batch();
        }

        @Override
        public double perceptual() {
            return options.perceptual();
        }

        @Override
        public Map<String, Object> map() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("quantizer", shape.quantizer().toString());
            json.put("tokens", shape.tokens() * shape.tokens());
            json.put("codes", shape.codes());
            return json;
        }

        @Override
        public String inWords() {
            return "%d tokens of %d codes".formatted(shape.tokens() * shape.tokens(), shape.codes());
        }

        @Override
        public List<String> measured() {
            return List.of("psnr", "ssim", "used", "perplexity");
        }

        @Override
        public List<Page.Section> view(PictureTokenizer model, LabelledPictures pictures) {
            return TokensView.of(model, pictures);
        }
    }

    /** Maps of numbers. */
    record Maps(PictureAutoencoder.Config shape, KlRecipe.Options options)
            implements PictureLesson<PictureAutoencoder> {
        @Override
        public ObjectNode config() {
            return ModelFolder.config(shape);
        }

        @Override
        public PictureAutoencoder model(long seed) {
            return PictureAutoencoder.of(Weights.random(seed), shape);
        }

        @Override
        public Recipe<VqRecipe.Batch> recipe(
                PictureAutoencoder model,
                LabelledPictures pictures,
                LabelledPictures heldOut,
                PictureFeatures look,
                long seed) {
            return new KlRecipe(model, pictures, heldOut, options, look, seed);
        }

        @Override
        public Plan plan(long seed, Length length) {
            return KlRecipe.plan(options, seed, length);
        }

        @Override
        public int batch() {
            return options.batch();
        }

        @Override
        public double perceptual() {
            return options.perceptual();
        }

        @Override
        public Map<String, Object> map() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("quantizer", KL);
            json.put("places", shape.places() * shape.places());
            json.put("width", shape.network().latent());
            return json;
        }

        @Override
        public String inWords() {
            return "%d places of %d numbers"
                    .formatted(shape.places() * shape.places(), shape.network().latent());
        }

        @Override
        public List<String> measured() {
            return List.of("psnr", "ssim", "deviation");
        }

        @Override
        public List<Page.Section> view(PictureAutoencoder model, LabelledPictures pictures) {
            return TokensView.of(model, pictures);
        }
    }
}
