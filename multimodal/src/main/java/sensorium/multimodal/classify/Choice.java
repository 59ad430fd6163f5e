package sensorium.multimodal.classify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.LogMel;
import sensorium.audio.SoundBank;
import sensorium.multimodal.data.ImageSource;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.Sound;
import sensorium.vision.Picture;

/** Looks at labelled items and chooses a classifier that fits them. */
public final class Choice {
    /** So many are looked at, spread over the data. */
    private static final int LOOKED_AT = 64;

    /** Of small grey pictures, which cost nothing to read, so many are measured. */
    private static final int MEASURED = 4096;

    private static final int SMALL = 40;
    private static final double TRIM = -30;

    private Choice() {}

    /**
     * The classifier for what the items have: pictures or sounds.
     *
     * @param sense which of the two where they have both; else empty
     * @param several whether any number of labels may be true at once
     * @throws BadInputException if there is nothing to tell apart, or nothing to tell it by
     */
    public static ClassifierConfig of(List<Item> items, Optional<Sense> sense, boolean several) {
        var labelled = items.stream()
                .filter(i -> several ? !i.labels().isEmpty() : i.label().isPresent())
                .toList();
        if (labelled.isEmpty() && items.stream().anyMatch(i -> !i.labels().isEmpty())) {
            throw new BadInputException("everything in the data has several labels; train with --multi-label");
        }
        var pictures = labelled.stream().flatMap(i -> i.pictures().stream()).toList();
        var sounds = labelled.stream().flatMap(i -> i.sounds().stream()).toList();
        Sense chosen = sense.orElseGet(() -> theOnly(pictures, sounds));
        var labels = new TreeSet<String>();
        labelled.stream()
                .filter(i -> chosen == Sense.PICTURE
                        ? !i.pictures().isEmpty()
                        : !i.sounds().isEmpty())
                .forEach(i -> labels.addAll(i.labels()));
        if (labels.size() < 2) {
            throw new BadInputException("to tell classes apart takes two labels, the data has "
                    + (labels.isEmpty() ? "none" : "only '" + labels.first() + "'")
                    + "; name them in metadata.jsonl (\"label\") or put the files into a folder for each");
        }
        Input input = chosen == Sense.PICTURE ? seeing(pictures) : hearing(sounds);
        var config = ClassifierConfig.small(List.copyOf(labels), input);
        return several ? config.forSeveral() : config;
    }

    private static Sense theOnly(List<ImageSource> pictures, List<Sound> sounds) {
        if (pictures.isEmpty() && sounds.isEmpty()) {
            throw new BadInputException("the data has no labelled pictures and no labelled sounds; "
                    + "put the files into a folder for each label, or name labels in metadata.jsonl");
        }
        if (!pictures.isEmpty() && !sounds.isEmpty()) {
            throw new BadInputException("the data has labelled pictures and labelled sounds; "
                    + "say which to classify: --set sense=picture or --set sense=sound");
        }
        return pictures.isEmpty() ? Sense.SOUND : Sense.PICTURE;
    }

    private static Input seeing(List<ImageSource> sources) {
        List<Picture> seen = look(sources, LOOKED_AT, ImageSource::decode);
        Picture first = seen.getFirst();
        boolean alike =
                seen.stream().allMatch(p -> p.width() == first.width() && p.height() == first.height() && isGrey(p));
        boolean small =
                Math.max(first.width(), first.height()) <= SMALL && Math.min(first.width(), first.height()) >= 8;
        if (alike && small) {
            double[] moments = moments(look(sources, MEASURED, ImageSource::decode));
            return new Input.Grey(first.width(), first.height(), moments[0], moments[1]);
        }
        int longest = seen.stream()
                .mapToInt(p -> Math.max(p.width(), p.height()))
                .max()
                .getAsInt();
        return new Input.Colour(longest <= SMALL ? 32 : 48);
    }

    private static boolean isGrey(Picture p) {
        if (p.hasAlpha()) {
            return false;
        }
        byte[] b = p.bytes();
        for (int i = 0; i < b.length; i += 3) {
            if (b[i] != b[i + 1] || b[i] != b[i + 2]) {
                return false;
            }
        }
        return true;
    }

    /** Mean and standard deviation of grey pixels, 0…1, to three digits. */
    private static double[] moments(List<Picture> pictures) {
        double sum = 0;
        double squares = 0;
        long count = 0;
        for (Picture p : pictures) {
            for (byte b : p.bytes()) {
                double x = (b & 0xff) / 255.0;
                sum += x;
                squares += x * x;
                count++;
            }
        }
        double mean = sum / count;
        double std = Math.sqrt(Math.max(0, squares / count - mean * mean));
        return new double[] {Math.round(mean * 1000) / 1000.0, Math.max(0.05, Math.round(std * 1000) / 1000.0)};
    }

    /** As long as three of four sounds are, quiet ends aside: of longer ones the beginning is heard. */
    private static Input hearing(List<Sound> sources) {
        double[] seconds =
                look(
                                sources,
                                LOOKED_AT,
                                s -> AudioFile.decode(s.file())
                                        .mono()
                                        .trimmed(TRIM)
                                        .seconds())
                        .stream()
                        .mapToDouble(Double::doubleValue)
                        .sorted()
                        .toArray();
        double most = Math.clamp(seconds[(int) (0.75 * (seconds.length - 1))], 0.6, 4);
        var speeds = List.of(1.0, 0.88, 0.94, 1.06, 1.12);
        return new Input.Heard(
                new SoundBank.Config(LogMel.Config.sharedSpace(), Math.ceil(most * 10) / 10, TRIM, speeds));
    }

    /** Decodes about {@code count} of them, spread evenly; at least one. */
    private static <S, T> List<T> look(List<S> sources, int count, Function<S, T> decoder) {
        var skipped = new Skipped();
        List<T> seen = new ArrayList<>();
        int step = Math.max(1, sources.size() / count);
        // One of each stretch; where none of these can be used, their neighbours.
        for (int offset = 0; offset < step && seen.isEmpty(); offset++) {
            for (int i = offset; i < sources.size(); i += step) {
                try {
                    seen.add(decoder.apply(sources.get(i)));
                } catch (BadInputException e) {
                    skipped.add("sample " + i, e.getMessage());
                }
            }
        }
        if (seen.isEmpty()) {
            throw new BadInputException("nothing in the data can be used" + skipped.summary());
        }
        return seen;
    }
}
