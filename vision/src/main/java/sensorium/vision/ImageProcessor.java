package sensorium.vision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import sensorium.BadInputException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Pixels → what a published model was trained on, as its {@code preprocessor_config.json} (Hugging Face) says: resize,
 * cut out the centre, scale to 0..1, {@code (x - mean) / std}. Follows transformers' ViT, CLIP, SigLIP and BiT image
 * processors. Alpha is dropped, not composed, as theirs do: compose before with {@link Picture#over}.
 *
 * @param size empty: no resizing
 * @param crop empty: no cutting
 * @param scale factor from 8-bit samples to floats; 1 where the file says not to rescale
 * @param mean per channel (R, G, B), after scaling
 * @param std per channel
 */
@SuppressWarnings("ArrayRecordComponent") // made once from a file, never compared
public record ImageProcessor(
        Optional<Size> size, Resize.Filter filter, Optional<Fixed> crop, double scale, double[] mean, double[] std) {
    static final String FILE_NAME = "preprocessor_config.json";
    private static final int MAX_SIDE = 16_384;
    private static final Set<String> KNOWN = Set.of(
            "do_resize",
            "size",
            "resample",
            "do_center_crop",
            "crop_size",
            "do_rescale",
            "rescale_factor",
            "do_normalize",
            "image_mean",
            "image_std",
            "do_convert_rgb",
            "default_to_square");
    /** Say nothing about the numbers. */
    private static final Set<String> NAMES =
            Set.of("image_processor_type", "feature_extractor_type", "processor_class", "_valid_processor_keys");

    /** The size to resize to, in pixels. */
    public sealed interface Size permits Fixed, ShortestEdge {}

    /** Exactly this, whatever the proportions. */
    public record Fixed(int width, int height) implements Size {}

    /** The shorter side, keeping the proportions; the longer one is rounded down. */
    public record ShortestEdge(int pixels) implements Size {}

    /**
     * Reads a {@code preprocessor_config.json}, or the one in a model's folder.
     *
     * @throws BadInputException if it is not there, is not JSON, misses what it needs, or asks for something unknown
     */
    public static ImageProcessor read(Path fileOrFolder) {
        Path file = Files.isDirectory(fileOrFolder) ? fileOrFolder.resolve(FILE_NAME) : fileOrFolder;
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInputException(file + ": no such file");
            }
            if (Files.size(file) > 1 << 20) {
                throw new BadInputException(file + ": larger than 1 MiB; not a preprocessor_config.json");
            }
            return parse(JsonMapper.shared().readTree(Files.readAllBytes(file)), file.toString());
        } catch (JacksonException e) {
            throw new BadInputException(
                    file + ": not JSON ("
                            + e.getOriginalMessage().lines().findFirst().orElse("") + ")",
                    e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static ImageProcessor parse(JsonNode json, String name) {
        if (!json.isObject()) {
            throw new BadInputException(name + ": not a JSON object");
        }
        var config = new Config(json, name);
        config.refuseUnknown();
        Defaults absent = Defaults.of(config.type());
        // What a single number means: the shorter side, or both.
        boolean square = config.flag("default_to_square", !(absent.size instanceof ShortestEdge));
        Optional<Size> size = config.flag("do_resize", true)
                ? Optional.of(config.size("size", !square, absent.size))
                : Optional.empty();
        Optional<Fixed> crop = config.flag("do_center_crop", json.hasNonNull("crop_size") || absent.crop != null)
                ? Optional.of((Fixed) config.size("crop_size", false, absent.crop))
                : Optional.empty();
        boolean normalise = config.flag("do_normalize", true);
        return new ImageProcessor(
                size,
                size.isPresent() ? config.filter(absent.filter) : Resize.Filter.NEAREST,
                crop,
                config.flag("do_rescale", true) ? config.number("rescale_factor", 1 / 255.0) : 1,
                normalise ? config.three("image_mean", absent.mean) : new double[] {0, 0, 0},
                normalise ? config.three("image_std", absent.std) : new double[] {1, 1, 1});
    }

    /**
     * What a class of transformers does where its file says nothing; null, or empty, where it has to be said.
     *
     * @param crop null for none
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Defaults(Size size, Resize.Filter filter, Fixed crop, double[] mean, double[] std) {
        private static final double[] UNKNOWN = {};
        private static final double[] HALF = {0.5, 0.5, 0.5};
        private static final double[] CLIP_MEAN = {0.48145466, 0.4578275, 0.40821073};
        private static final double[] CLIP_STD = {0.26862954, 0.26130258, 0.27577711};
        private static final Fixed SQUARE = new Fixed(224, 224);

        static Defaults of(String type) {
            return switch (type.replaceFirst("(ImageProcessor|FeatureExtractor)(Fast)?$", "")) {
                case "CLIP", "ChineseCLIP", "Bit" ->
                    new Defaults(new ShortestEdge(224), Resize.Filter.BICUBIC, SQUARE, CLIP_MEAN, CLIP_STD);
                case "Siglip" -> new Defaults(SQUARE, Resize.Filter.BICUBIC, null, HALF, HALF);
                case "ViT" -> new Defaults(SQUARE, Resize.Filter.BILINEAR, null, HALF, HALF);
                default -> new Defaults(null, null, null, UNKNOWN, UNKNOWN);
            };
        }
    }

    /** The picture as the model wants it: {@code (3, height, width)}. */
    public PixelValues process(Picture picture) {
        Picture fitted = fitted(picture);
        var values = new float[3 * fitted.width() * fitted.height()];
        normalise(fitted, values, 0);
        return new PixelValues(3, fitted.height(), fitted.width(), values);
    }

    /** The first half of it: the part of the picture that the model sees, in its size. */
    public Picture fitted(Picture picture) {
        return cutCentre(resize(picture.rgb()));
    }

    private Picture resize(Picture picture) {
        return switch (size.orElse(null)) {
            case null -> picture;
            case Fixed(int width, int height) -> Resize.resize(picture, width, height, filter);
            case ShortestEdge(int edge) -> {
                int shorter = Math.min(picture.width(), picture.height());
                int longer = Math.max(picture.width(), picture.height());
                long other = (long) edge * longer / shorter;
                if (other > PictureFile.MAX_SIDE) {
                    throw new BadInputException(
                            "a picture of %dx%d is too long and thin: at a shorter side of %d it would be %d long"
                                    .formatted(picture.width(), picture.height(), edge, other));
                }
                yield picture.width() < picture.height()
                        ? Resize.resize(picture, edge, (int) other, filter)
                        : Resize.resize(picture, (int) other, edge, filter);
            }
        };
    }

    /** The middle, rounded to the top left; black around a picture that is smaller. */
    private Picture cutCentre(Picture picture) {
        if (crop.isEmpty()) {
            return picture;
        }
        int width = crop.get().width;
        int height = crop.get().height;
        Picture inner = picture.crop(
                Math.max(0, picture.width() - width) / 2,
                Math.max(0, picture.height() - height) / 2,
                Math.min(width, picture.width()),
                Math.min(height, picture.height()));
        if (inner.width() == width && inner.height() == height) {
            return inner;
        }
        return inner.onCanvas((width - inner.width() + 1) / 2, (height - inner.height() + 1) / 2, width, height)
                .over(0x000000);
    }

    /** The second half: numbers (3, height, width) of such a part, written from {@code at} on. */
    public void normalise(Picture fitted, float[] out, int at) {
        int pixels = fitted.width() * fitted.height();
        byte[] samples = fitted.bytes();
        for (int c = 0; c < 3; c++) {
            var table = new float[256];
            for (int v = 0; v < 256; v++) {
                table[v] = ((float) (v * scale) - (float) mean[c]) / (float) std[c]; // float32 steps, as numpy's
            }
            for (int i = 0; i < pixels; i++) {
                out[at + c * pixels + i] = table[samples[i * 3 + c] & 0xFF];
            }
        }
    }

    /** A JSON object whose faults are named with the key and the file. */
    private record Config(JsonNode json, String name) {
        BadInputException fault(String key, String what) {
            return new BadInputException("%s: \"%s\" %s".formatted(name, key, what));
        }

        void refuseUnknown() {
            for (var entry : json.properties()) {
                boolean off = entry.getValue().isNull()
                        || entry.getValue().isBoolean() && !entry.getValue().asBoolean();
                if (entry.getKey().equals("data_format")
                        && entry.getValue().asString("").equals("channels_first")) {
                    continue; // what is made here
                }
                if (!off && !KNOWN.contains(entry.getKey()) && !NAMES.contains(entry.getKey())) {
                    throw fault(entry.getKey(), "asks for a step this image processor does not know");
                }
            }
        }

        String type() {
            String key = json.has("image_processor_type") ? "image_processor_type" : "feature_extractor_type";
            return json.path(key).asString("");
        }

        boolean flag(String key, boolean absent) {
            JsonNode node = json.path(key);
            if (node.isMissingNode() || node.isNull()) {
                return absent;
            }
            if (!node.isBoolean()) {
                throw fault(key, "is neither true nor false");
            }
            return node.asBoolean();
        }

        double number(String key, double absent) {
            JsonNode node = json.path(key);
            if (node.isMissingNode() || node.isNull()) {
                return absent;
            }
            if (!node.isNumber()) {
                throw fault(key, "is not a number");
            }
            return node.asDouble();
        }

        Resize.Filter filter(Resize.Filter absent) {
            JsonNode node = json.path("resample");
            if (absent != null && !json.hasNonNull("resample")) {
                return absent;
            }
            var filters = Resize.Filter.values();
            if (!node.isIntegralNumber() || node.asInt() < 0 || node.asInt() >= filters.length) {
                throw fault("resample", "is not one of Pillow's filters, 0 to " + (filters.length - 1));
            }
            return filters[node.asInt()];
        }

        double[] three(String key, double[] absent) {
            JsonNode node = json.path(key);
            if (absent.length == 3 && !json.hasNonNull(key)) {
                return absent;
            }
            if (!node.isArray() || node.size() != 3 || !node.valueStream().allMatch(JsonNode::isNumber)) {
                throw fault(key, "is not a list of three numbers");
            }
            double[] values = node.valueStream().mapToDouble(JsonNode::asDouble).toArray();
            if (key.equals("image_std") && (values[0] == 0 || values[1] == 0 || values[2] == 0)) {
                throw fault(key, "divides by zero");
            }
            return values;
        }

        Size size(String key, boolean numberIsShortestEdge, Size absent) {
            JsonNode node = json.path(key);
            if (absent != null && !json.hasNonNull(key)) {
                return absent;
            }
            if (node.isNumber()) {
                int pixels = pixels(key, node);
                return numberIsShortestEdge ? new ShortestEdge(pixels) : new Fixed(pixels, pixels);
            }
            if (node.hasNonNull("longest_edge")) {
                throw fault(key, "has a longest_edge, which this image processor does not know");
            }
            if (key.equals("size") && node.hasNonNull("shortest_edge")) {
                return new ShortestEdge(pixels(key, node.get("shortest_edge")));
            }
            return new Fixed(pixels(key, node.path("width")), pixels(key, node.path("height")));
        }

        private int pixels(String key, JsonNode node) {
            if (!node.isIntegralNumber() || node.asLong() < 1 || node.asLong() > MAX_SIDE) {
                throw fault(
                        key,
                        "is not a size in pixels (1 to %d): a number, height and width, or shortest_edge"
                                .formatted(MAX_SIDE));
            }
            return node.asInt();
        }
    }
}
