package sensorium.app;

import java.util.List;
import java.util.Optional;
import sensorium.BadInputException;
import sensorium.multimodal.Material;
import sensorium.multimodal.classify.Choice;
import sensorium.multimodal.classify.ClassifierConfig;
import sensorium.multimodal.classify.Examples;
import sensorium.multimodal.classify.Input;
import sensorium.multimodal.classify.Sense;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Item;
import sensorium.vision.LabelledPictures;
import sensorium.vision.PictureCodec;

/**
 * A data folder as those see it that learn to make pictures: labelled ones, square and all of one size.
 *
 * @param seen how a classifier would see them
 */
record PictureData(DataFolder folder, ClassifierConfig seen) {
    private static final int SMALL = 32;
    private static final int LARGE = 64;

    /** @throws BadInputException if there are no pictures, or they are no squares */
    static PictureData open(String nameOrFolder) {
        DataFolder folder = DataSets.ofUser().open(nameOrFolder);
        var data = new PictureData(folder, Choice.of(folder.forTraining(), Optional.of(Sense.PICTURE), false));
        if (data.seen.input() instanceof Input.Grey g && g.width() != g.height()) {
            throw new BadInputException(
                    "pictures of %dx%d cannot be learnt from: only squares can".formatted(g.width(), g.height()));
        }
        return data;
    }

    /**
     * As those see it that learn to write pictures as tokens: coloured ones whole, over mid-grey, 64×64, or 32×32 where they are small.
     *
     * @throws BadInputException as {@link #open}
     */
    static PictureData whole(String nameOrFolder) {
        PictureData data = open(nameOrFolder);
        return data.seen.input() instanceof Input.Colour c
                ? new PictureData(
                        data.folder,
                        ClassifierConfig.small(data.labels(), new Input.Whole(c.side() > SMALL ? LARGE : SMALL)))
                : data;
    }

    /** Where labels do not matter: with those too that nothing to train on has. */
    PictureData ofAllLabels() {
        return new PictureData(folder, ClassifierConfig.small(List.copyOf(folder.labels()), seen.input()));
    }

    int channels() {
        return seen.input() instanceof Input.Grey ? 1 : 3;
    }

    int side() {
        return switch (seen.input()) {
            case Input.Grey g -> g.width();
            case Input.Colour c -> c.side();
            case Input.Whole w -> w.side();
            case Input.Heard _ -> throw new IllegalStateException("pictures were asked for");
        };
    }

    List<String> labels() {
        return seen.labels();
    }

    /** @throws BadInputException if pictures are not those that a model knows */
    void requireLike(PictureCodec c) {
        if (channels() != c.channels() || side() != c.side()) {
            throw new BadInputException("the model knows pictures of %d channels, %dx%d; those of %s have %d, %dx%d"
                    .formatted(c.channels(), c.side(), c.side(), folder.root(), channels(), side(), side()));
        }
    }

    /** @param seed of their variations */
    Examples training(long seed, Material.Watcher watcher) {
        return Examples.of(seen, folder.forTraining(), seed, watcher);
    }

    Examples training(Material.Watcher watcher) {
        return Examples.forScoring(seen, folder.forTraining(), watcher);
    }

    /** Those that are held out, of a split or of the usual one; all where the folder knows no splits. */
    Examples heldOut(String split, Material.Watcher watcher) {
        List<Item> items = split == null ? folder.forEvaluation() : folder.split(split);
        return Examples.forScoring(seen, items, watcher);
    }

    /** Pixels from −1 to 1. */
    static LabelledPictures pixels(Examples examples) {
        int length = examples.length();
        return new LabelledPictures() {
            @Override
            public int size() {
                return examples.size();
            }

            @Override
            public int label(int picture) {
                return examples.label(picture);
            }

            @Override
            public void draw(int picture, float[] out, int at) {
                examples.draw(picture, out, at);
                centre(out, at);
            }

            @Override
            public void draw(int picture, long key, float[] out, int at) {
                examples.draw(picture, key, out, at);
                centre(out, at);
            }

            private void centre(float[] out, int at) {
                for (int i = at; i < at + length; i++) {
                    out[i] = 2 * out[i] - 1;
                }
            }
        };
    }
}
