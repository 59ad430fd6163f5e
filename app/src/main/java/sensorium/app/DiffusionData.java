package sensorium.app;

import java.util.List;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.diffusion.Asking;
import sensorium.diffusion.DiffusionConfig;
import sensorium.diffusion.DiffusionConfig.Told;
import sensorium.diffusion.DiffusionModel;
import sensorium.diffusion.LatentConfig;
import sensorium.diffusion.Lessons;
import sensorium.multimodal.CaptionedPictures;
import sensorium.multimodal.Material;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.text.TextEncoder;
import sensorium.vision.PictureCodec;

/** A data folder as those see it that learn to make pictures out of noise: each with its label, or with what is said of it. */
sealed interface DiffusionData {
    /**
     * What there is to learn from.
     *
     * @param skipped what could not be used
     */
    record Taught(Lessons lessons, Skipped skipped) {}

    /** What reads captions, or null where labels are told. */
    TextEncoder reader();

    /** Whose latents are denoised, or null where pixels are. */
    PictureCodec codec();

    /** The model that suits the data. */
    DiffusionConfig config(DiffusionConfig.Kind kind, DiffusionConfig.Size size);

    Taught training(DiffusionModel model, Material.Watcher watcher);

    Taught heldOut(DiffusionModel model, Material.Watcher watcher);

    /** What of the folder could not be read at all. */
    Skipped skipped();

    /** What is told of pictures, in words. */
    String told();

    /** What a report shows pictures of. */
    List<String> shown();

    /**
     * @param reader reads captions, or null where labels are told
     * @param codec whose latents are denoised, or null where pixels are
     * @throws BadInputException if there are no such pictures
     */
    static DiffusionData open(String name, TextEncoder reader, PictureCodec codec) {
        if (reader == null) {
            PictureData data = PictureData.whole(name);
            if (codec != null) {
                data.requireLike(codec);
            }
            return new OfLabels(data, codec);
        }
        if (codec != null && codec.channels() != 3) {
            throw new BadInputException("the model of tokens knows no coloured pictures, which captions are of");
        }
        return new OfCaptions(SpaceData.open(name), reader, codec);
    }

    private static Lessons lessons(DiffusionModel model, Lessons pixels, boolean fit) {
        DiffusionConfig c = model.config();
        return model.latents() == null
                ? pixels
                : pixels.encoded(model.latents(), fit, c.channels(), c.side(), c.side());
    }

    /** Each with its label. */
    record OfLabels(PictureData data, PictureCodec codec) implements DiffusionData {
        @Override
        public TextEncoder reader() {
            return null;
        }

        @Override
        public DiffusionConfig config(DiffusionConfig.Kind kind, DiffusionConfig.Size size) {
            var told = Told.labels(data.labels());
            return codec == null
                    ? DiffusionConfig.small(kind, size, told, data.channels(), data.side())
                    : DiffusionConfig.small(kind, size, told, LatentConfig.of(codec));
        }

        @Override
        public Taught training(DiffusionModel model, Material.Watcher watcher) {
            var examples = data.training(watcher);
            return new Taught(
                    lessons(
                            model,
                            Lessons.ofClasses(
                                    PictureData.pixels(examples), data.labels().size()),
                            true),
                    examples.skipped());
        }

        @Override
        public Taught heldOut(DiffusionModel model, Material.Watcher watcher) {
            var examples = data.heldOut(null, watcher);
            return new Taught(
                    lessons(
                            model,
                            Lessons.ofClasses(
                                    PictureData.pixels(examples), data.labels().size()),
                            false),
                    examples.skipped());
        }

        @Override
        public Skipped skipped() {
            return data.folder().skipped();
        }

        @Override
        public String told() {
            return data.labels().size() + " labels";
        }

        @Override
        public List<String> shown() {
            return data.labels();
        }
    }

    /** Each with what is said of it. */
    record OfCaptions(SpaceData data, TextEncoder reader, PictureCodec codec) implements DiffusionData {
        private static final int SIDE = 64;
        private static final int SHOWN = 12;

        @Override
        public DiffusionConfig config(DiffusionConfig.Kind kind, DiffusionConfig.Size size) {
            var told = Told.text(reader.config());
            return codec == null
                    ? DiffusionConfig.small(kind, size, told, 3, SIDE)
                    : DiffusionConfig.small(kind, size, told, LatentConfig.of(codec));
        }

        @Override
        public Taught training(DiffusionModel model, Material.Watcher watcher) {
            return of(model, data.training(), true, watcher);
        }

        @Override
        public Taught heldOut(DiffusionModel model, Material.Watcher watcher) {
            return of(model, data.scored(null), false, watcher);
        }

        private Taught of(DiffusionModel model, List<Item> items, boolean fit, Material.Watcher watcher) {
            var pictures = CaptionedPictures.of(items, model.config().side(), watcher);
            var pixels = Lessons.ofTexts(pictures, pictures.captions(), new Asking.Texts(model.text()));
            return new Taught(lessons(model, pixels, fit), pictures.skipped());
        }

        @Override
        public Skipped skipped() {
            return data.folder().skipped();
        }

        @Override
        public String told() {
            return "what is said of them";
        }

        /** Captions from all over the data. */
        @Override
        public List<String> shown() {
            List<String> first = data.training().stream()
                    .filter(i -> !i.pictures().isEmpty())
                    .flatMap(i -> i.captions().stream().limit(1))
                    .map(c -> c.text())
                    .distinct()
                    .toList();
            int n = Math.min(SHOWN, first.size());
            var asking = new Asking.Texts(reader);
            return IntStream.range(0, n)
                    .mapToObj(i -> first.get(i * first.size() / n))
                    .filter(asking::knows)
                    .toList();
        }
    }
}
