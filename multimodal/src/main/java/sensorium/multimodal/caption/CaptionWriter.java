package sensorium.multimodal.caption;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.memory.Scope;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.Material;
import sensorium.nn.TokenChoice;
import sensorium.nn.TokenSearch;
import sensorium.tensor.Tensor;
import sensorium.text.Units;
import sensorium.vision.Augmentation;
import sensorium.vision.Picture;
import sensorium.vision.PictureAugment;
import sensorium.vision.PictureBank;

/** A captioner and the words that its units spell. */
public final class CaptionWriter {
    private static final int BANK_SIDE = 64;
    /** Pictures that are measured. */
    private static final int MOST = 1000;

    private final Captioner model;
    private final Units units;

    public CaptionWriter(Captioner model) {
        this.model = model;
        this.units = new Units(model.config().units());
    }

    /**
     * How a caption is found.
     *
     * @param beams rows that are kept while searching
     * @param choice draws captions instead, as likely as they are
     * @param seed of what is drawn
     */
    public record Options(int beams, Optional<TokenChoice> choice, long seed) {
        private static final int MOST_BEAMS = 64;

        public static final Options USUAL = new Options(4, Optional.empty(), 0);

        /** @throws BadInputException if there cannot be so many beams */
        public Options {
            if (beams < 1 || beams > MOST_BEAMS) {
                throw new BadInputException("the number of beams must be 1 to " + MOST_BEAMS + ", not " + beams);
            }
        }
    }

    /** @param logProbability of the text, its end included */
    public record Written(String text, double logProbability) {}

    public Captioner model() {
        return model;
    }

    /** What a picture shows. */
    public Written write(Picture picture, Options options) {
        var bank = PictureBank.of(List.of(picture), BANK_SIDE);
        return write(bank, new int[] {0}, Embedder.PLAIN, 0, options, (_, _, _) -> {})
                .getFirst();
    }

    /** What the model is fed of a picture: (1, 3, side, side). */
    public Tensor input(Picture picture) {
        var bank = PictureBank.of(List.of(picture), BANK_SIDE);
        return pixels(new PictureAugment(bank, model.config().side(), Embedder.PLAIN, 0), 0);
    }

    private Tensor pixels(PictureAugment augment, int picture) {
        float[] pixels = new float[augment.length()];
        augment.draw(picture, 0, pixels, 0);
        return Tensor.of(pixels, 1, 3, model.config().side(), model.config().side());
    }

    /** What some pictures of a bank show, each varied once. */
    public List<Written> write(
            PictureBank bank, int[] pictures, Augmentation how, long seed, Options options, Material.Watcher watcher) {
        var augment = new PictureAugment(bank, model.config().side(), how, seed);
        List<Written> all = new ArrayList<>();
        for (int i = 0; i < pictures.length; i++) {
            watcher.update("write captions", i, pictures.length);
            int picture = pictures[i];
            long drawn = options.seed + i;
            TokenSearch.Found found = Scope.tidy(() -> {
                Tensor seen = model.see(pixels(augment, picture));
                return options.choice
                        .map(choice -> model.drawn(seen, choice, drawn))
                        .orElseGet(() -> model.best(seen, options.beams));
            });
            all.add(new Written(units.decode(found.tokens()).strip(), found.logProbability()));
        }
        return all;
    }

    /**
     * How often what is written is one of a picture's texts.
     *
     * @param right share of the pictures
     * @param n of so many
     */
    public record Exact(double right, int n) {}

    /** Of at most a thousand pictures, evenly spread. */
    public Exact exact(PictureNames pictures, Augmentation how, long seed, Options options, Material.Watcher watcher) {
        int n = Math.min(MOST, pictures.bank().size());
        int[] chosen = IntStream.range(0, n)
                .map(i -> (int) ((long) i * pictures.bank().size() / n))
                .toArray();
        List<Written> written = write(pictures.bank(), chosen, how, seed, options, watcher);
        long right = IntStream.range(0, n)
                .filter(i ->
                        pictures.texts().get(chosen[i]).contains(written.get(i).text()))
                .count();
        return new Exact((double) right / n, n);
    }
}
