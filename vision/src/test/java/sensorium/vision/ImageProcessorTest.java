package sensorium.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.tensor.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ImageProcessorTest {
    private static final String CLIP = """
            {"crop_size": 224, "do_center_crop": true, "do_normalize": true, "do_resize": true,
             "feature_extractor_type": "CLIPFeatureExtractor", "resample": 3, "size": 224,
             "image_mean": [0.48145466, 0.4578275, 0.40821073],
             "image_std": [0.26862954, 0.26130258, 0.27577711]}
            """;

    @TempDir
    Path folder;

    /** Picture 0 of each model's recorded batch is the reference's own processing of the bytes beside it. */
    @ParameterizedTest
    @ValueSource(strings = {"vit", "clip", "dinov2", "siglip"})
    void equalsTheReference(String model) throws Exception {
        Path path = Fixtures.path("models/" + model);
        var recorded = Safetensors.open(path.resolve("case.safetensors"));
        Tensor input = recorded.tensor("input.image_u8"); // (height, width, 3)
        Tensor expected = recorded.tensor("input.pixel_values"); // (2, 3, height, width)
        long[] levels = input.toLongs();
        var bytes = new byte[levels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) levels[i];
        }

        PixelValues actual = ImageProcessor.read(path).process(new Picture(input.dim(1), input.dim(0), 3, bytes));

        assertThat(new int[] {actual.channels(), actual.height(), actual.width()})
                .containsExactly(expected.dim(1), expected.dim(2), expected.dim(3));
        float[] values = Arrays.copyOf(expected.toFloats(), actual.values().length);
        assertThat(actual.values()).containsExactly(values, within(1e-6f));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hopper", "flower"})
    void equalsClipsPreprocessing(String name) throws Exception {
        Path images = Fixtures.path("image");
        Picture picture = PictureFile.decode(images.resolve(name + ".png"));
        Picture cropped = PictureFile.decode(images.resolve(name + "__clip224.png"));
        JsonNode expected = JsonMapper.shared()
                .readTree(Files.readAllBytes(images.resolve("expected.json")))
                .get(name)
                .get("normalised_rgb_at_00_112_223");

        PixelValues actual = read(CLIP).process(picture);

        assertThat(actual.values())
                .isEqualTo(read(CLIP.replace("\"do_resize\": true", "\"do_resize\": false"))
                        .process(cropped)
                        .values());
        int[] at = {0, 112, 223};
        for (int i = 0; i < 3; i++) {
            for (int c = 0; c < 3; c++) {
                assertThat(actual.at(c, at[i], at[i]))
                        .isCloseTo((float) expected.get(i).get(c).asDouble(), within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"'{\"shortest_edge\": 10}', 26, 10", "'{\"height\": 7, \"width\": 9}', 9, 7", "12, 12, 12"})
    void readsEveryWayToSaySize(String size, int width, int height) {
        String config = "{\"size\": %s, \"resample\": 2, \"do_normalize\": false}".formatted(size);
        PixelValues actual = read(config).process(new Picture(53, 20, 3, new byte[53 * 20 * 3]));
        assertThat(actual.width()).isEqualTo(width);
        assertThat(actual.height()).isEqualTo(height);
    }

    /** As the classes of transformers have it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CLIPImageProcessor | {\"shortest_edge\": 224} | 3 | true | [0.48145466, 0.4578275, 0.40821073] | [0.26862954, 0.26130258, 0.27577711]",
                "BitImageProcessor | {\"shortest_edge\": 224} | 3 | true | [0.48145466, 0.4578275, 0.40821073] | [0.26862954, 0.26130258, 0.27577711]",
                "SiglipImageProcessorFast | {\"height\": 224, \"width\": 224} | 3 | false | [0.5, 0.5, 0.5] | [0.5, 0.5, 0.5]",
                "ViTImageProcessor | {\"height\": 224, \"width\": 224} | 2 | false | [0.5, 0.5, 0.5] | [0.5, 0.5, 0.5]"
            })
    void whatAFileDoesNotSayIsTheDefaultOfItsClass(
            String type, String size, int resample, boolean crops, String mean, String std) {
        var bytes = new byte[301 * 240 * 3];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * i >> 7);
        }
        var picture = new Picture(301, 240, 3, bytes);
        String said =
                "{\"size\": %s, \"resample\": %d, \"image_mean\": %s, \"image_std\": %s, \"do_center_crop\": %s, \"crop_size\": 224}"
                        .formatted(size, resample, mean, std, crops);
        PixelValues expected = read(said).process(picture);
        PixelValues actual =
                read("{\"image_processor_type\": \"" + type + "\"}").process(picture);
        assertThat(actual.width()).isEqualTo(224);
        assertThat(actual.values()).isEqualTo(expected.values());
    }

    @Test
    void rescalesByDefaultAndNotWhenToldSo() {
        var picture = new Picture(1, 1, 4, new byte[] {(byte) 255, 51, 0, 7});
        assertThat(read("{\"do_resize\": false, \"do_normalize\": false}")
                        .process(picture)
                        .values())
                .containsExactly(1, 0.2f, 0);
        assertThat(read("{\"do_resize\": false, \"do_normalize\": false, \"do_rescale\": false}")
                        .process(picture)
                        .values())
                .containsExactly(255, 51, 0);
    }

    @Test
    void putsBlackAroundAPictureSmallerThanTheCrop() {
        String config =
                "{\"do_resize\": false, \"do_normalize\": false, \"do_rescale\": false, \"crop_size\": {\"height\": 2, \"width\": 4}}";
        var bytes = new byte[] {1, 1, 1, 2, 2, 2, 3, 3, 3}; // one column of three
        PixelValues actual = read(config).process(new Picture(1, 3, 3, bytes));
        assertThat(actual.values()).startsWith(0, 0, 1, 0, 0, 0, 2, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"do_pad\": true}                            | \"do_pad\"",
                "{\"do_reduce_labels\": false}                 | \"size\"",
                "{\"size\": 24}                                | \"resample\"",
                "{\"size\": 24, \"resample\": 6}               | \"resample\"",
                "{\"size\": 24, \"resample\": 2}               | \"image_mean\"",
                "{\"size\": 0, \"resample\": 2}                | \"size\"",
                "{\"size\": {\"longest_edge\": 9}}             | longest_edge",
                "{\"size\": 1e300}                             | \"size\"",
                "{\"do_resize\": 1}                            | \"do_resize\"",
                "{\"do_resize\": false, \"image_mean\": [0, 0, 0], \"image_std\": [1, 0, 1]} | zero",
                "[]                                            | not a JSON object",
                "{\"size\":                                    | not JSON",
            })
    void refusesWhatItDoesNotUnderstand(String config, String message) {
        assertThatThrownBy(() -> read(config))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("preprocessor_config.json: ")
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    private ImageProcessor read(String json) {
        try {
            Files.writeString(folder.resolve("preprocessor_config.json"), json);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return ImageProcessor.read(folder);
    }
}
