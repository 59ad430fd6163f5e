package sensorium.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static sensorium.app.CommandRun.sensorium;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sensorium.io.Safetensors;
import sensorium.tensor.DType;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PngWriter;
import tools.jackson.databind.JsonNode;

/** Files and texts to tensors, and tensors through published models: what is recorded comes out, and what does not fit is named. */
class RunCommandTest {
    /** A tokenizer of a few pieces. */
    private static final String PIECES = """
            {"version": "1.0", "truncation": null, "padding": null,
             "added_tokens": [
               {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
                "special": true}],
             "normalizer": null,
             "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
               "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
               "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
             "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
             "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": false, "vocab": [
               ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["▁a", -1.0], ["▁cat", -1.0], ["▁", -2.0], ["c", -3.0]]}}
            """;

    private static final String LETTERS = """
            {"a": 0, "a</w>": 1, "c": 2, "t</w>": 3, "d": 4, "o": 5, "g</w>": 6, "at</w>": 7, "cat</w>": 8,
             "<|startoftext|>": 38, "<|endoftext|>": 39}
            """;

    private static final String HEARING = """
            {"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": %d, "sampling_rate": 16000, "n_fft": 400,
             "hop_length": 160, "chunk_length": 30, "padding_value": 0.0, "return_attention_mask": false}""";

    @TempDir
    Path folder;

    private static Path fixture(String name) {
        Path path = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), name);
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    private Path copy(String name) throws IOException {
        Path copied = Files.createDirectory(folder.resolve("model"));
        try (var files = Files.list(fixture(name))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copied.resolve(file.getFileName()));
            }
        }
        return copied;
    }

    private static Map<String, Tensor> recorded(String model) {
        return Safetensors.open(fixture(model).resolve("case.safetensors")).tensors();
    }

    /** The first picture of a recording, as a file. */
    private Path picture(String model) {
        Tensor image = recorded(model).get("input.image_u8");
        long[] levels = image.toLongs();
        byte[] bytes = new byte[levels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) levels[i];
        }
        Path file = folder.resolve("picture.png");
        PngWriter.write(new Picture(image.dim(1), image.dim(0), image.dim(2), bytes), file);
        return file;
    }

    /** Samples as they are: a WAV of 32-bit floats. */
    private Path wav(float[] samples) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(44 + 4 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 4 * samples.length);
        bytes.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        bytes.putShort((short) 3).putShort((short) 1).putInt(16_000).putInt(64_000);
        bytes.putShort((short) 4).putShort((short) 32);
        bytes.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(4 * samples.length);
        for (float x : samples) {
            bytes.putFloat(x);
        }
        Path file = folder.resolve("sound.wav");
        Files.write(file, bytes.array());
        return file;
    }

    private static void assertFirstRow(Tensor actual, Tensor recorded, double tolerance) {
        float[] row = recorded.slice(0, 0, 1).toFloats();
        assertThat(actual.toFloats()).containsExactly(row, within((float) tolerance));
    }

    private static void assertVector(Tensor actual, JsonNode embedded) {
        JsonNode vector = embedded.get(0).path("vector");
        float[] values = actual.toFloats();
        assertThat(vector).hasSameSizeAs(values);
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isCloseTo(vector.get(i).floatValue(), within(1e-6f));
        }
    }

    /** From a file to the reference's values. */
    @ParameterizedTest
    @CsvSource({"vit, logits", "dinov2, pooler_output", "clip, image_embeds", "siglip, image_embeds"})
    void picturesBecomeWhatIsRecorded(String model, String output) {
        String name = "models/" + model;
        Map<String, Tensor> outputs = Piped.outputs(folder, fixture(name), picture(name));
        Tensor fed = Safetensors.open(folder.resolve("in.safetensors")).tensor("pixel_values");
        assertFirstRow(fed, recorded(name).get("input.pixel_values"), 1e-6);
        assertFirstRow(outputs.get(output), recorded(name).get("output." + output), 3e-5);
    }

    @Test
    void aSoundBecomesWhatIsRecordedOfAst() throws IOException {
        Map<String, Tensor> recorded = recorded("models/ast");
        Path wav = wav(recorded.get("input.waveform").toFloats());
        Map<String, Tensor> outputs = Piped.outputs(folder, fixture("models/ast"), wav);
        Tensor fed = Safetensors.open(folder.resolve("in.safetensors")).tensor("input_values");
        assertFirstRow(fed, recorded.get("input.input_values"), 1e-4);
        assertFirstRow(outputs.get("logits"), recorded.get("output.logits"), 1e-4);
    }

    @Test
    void aSoundBecomesWhatIsRecordedOfKwt() {
        Path kwt = fixture("kwt1");
        Map<String, Tensor> recorded =
                Safetensors.open(kwt.resolve("yes_intermediates.safetensors")).tensors();
        Path in = Piped.features(folder, kwt, kwt.resolve("yes_1000ms.wav"));
        Tensor fed = Safetensors.open(in).tensor("mfcc_98x40");
        assertThat(fed.toFloats()).containsExactly(recorded.get("mfcc_98x40").toFloats(), within(1e-4f));
        Path out = folder.resolve("out.safetensors");
        assertThat(sensorium("run", kwt, "--in", in, "--out", out, "--trace").out())
                .contains("logits", "block11_out_99x64", "(1,99,64)", out.toString());
        Tensor last = Safetensors.open(out).tensor("block11_out_99x64");
        assertThat(last.toFloats())
                .containsExactly(recorded.get("block11_out_99x64").toFloats(), within(1e-3f));
    }

    /** As published: of a model's folder only what says how it hears is read. */
    @Test
    void whatWhisperIsFedIsAsPublished() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"whisper\"}");
        Files.writeString(model.resolve("preprocessor_config.json"), HEARING.formatted(80));
        Path in = Piped.features(folder, model, fixture("audio/1272-128104-0000.flac"));
        Tensor fed = Safetensors.open(in).tensor("input_features");
        assertThat(fed.shape().dims()).containsExactly(1, 80, 3000);
        Map<String, Tensor> expected =
                Safetensors.open(fixture("audio/expected_features.safetensors")).tensors();
        Tensor published = expected.get("whisper80_1272-128104-0000"); // of the first frames
        Tensor same = fed.select(0, 0).slice(1, 0, published.dim(1));
        assertThat(same.toFloats()).containsExactly(published.toFloats(), within(1e-4f));
    }

    @Test
    void whisperHearsAndIsTold() throws IOException {
        Path model = copy("models/whisper");
        Files.writeString(model.resolve("preprocessor_config.json"), HEARING.formatted(16));
        Path wav = fixture("kwt1/yes_1000ms.wav");
        Map<String, Tensor> outputs = Piped.outputs(folder, model, wav);
        assertThat(outputs.keySet()).containsExactly("encoder_last_hidden_state");
        assertThat(outputs.get("encoder_last_hidden_state").shape().dims()).containsExactly(1, 20, 24);
        Path dump = folder.resolve("dump.safetensors");
        assertThat(sensorium("trace", model, wav, "--out", dump).status()).isZero();
        assertThat(Safetensors.open(dump)
                        .tensor("output.encoder_last_hidden_state")
                        .toFloats())
                .containsExactly(outputs.get("encoder_last_hidden_state").toFloats());
    }

    @Test
    void textsBecomeTheVectorsOfEmbed() throws IOException {
        Path bert = TinyBert.in(folder.resolve("bert"));
        Map<String, Tensor> outputs = Piped.outputs(folder, bert, "--text", "a red duck");
        assertThat(Safetensors.open(folder.resolve("in.safetensors")).names())
                .containsExactlyInAnyOrder("input_ids", "attention_mask", "token_type_ids");
        assertVector(
                outputs.get("sentence_embedding"),
                sensorium("embed", bert, "--text", "a red duck", "--json").json());
    }

    @ParameterizedTest
    @CsvSource({"clip, 4", "siglip, 9"})
    void textsAndPicturesTogether(String kind, int tokens) throws IOException {
        Path model = copy("models/" + kind);
        if (kind.equals("siglip")) {
            Files.writeString(model.resolve("tokenizer.json"), PIECES);
        } else {
            Files.writeString(model.resolve("vocab.json"), LETTERS);
            Files.writeString(model.resolve("merges.txt"), "#version: 0.2\na t</w>\nc at</w>\n");
        }
        JsonNode embedded =
                sensorium("embed", model, "--text", "a cat", "--json").json();
        Map<String, Tensor> alone = Piped.outputs(folder, model, "--text", "a cat");
        assertVector(alone.get("text_embeds"), embedded);
        assertThat(alone).doesNotContainKey("logits_per_image");
        Map<String, Tensor> both = Piped.outputs(folder, model, picture("models/" + kind), "--text", "a cat");
        assertVector(both.get("text_embeds"), embedded);
        assertThat(both.get("logits_per_image").shape().dims()).containsExactly(1, 1);
        assertThat(Safetensors.open(folder.resolve("in.safetensors"))
                        .spec("input_ids")
                        .shape()
                        .dims())
                .containsExactly(1, tokens);
    }

    /** A recording's inputs are taken as they are, and all that it names comes out. */
    @ParameterizedTest
    @CsvSource({
        "vit",
        "bert",
        "ast",
        "dinov2",
        "clip",
        "siglip",
        "clap_audio",
        "whisper",
        "autoencoder_kl",
        "vq_model",
        "unet2d",
        "unet2d_condition",
        "dit"
    })
    void recordingsGoIn(String model) {
        Path path = fixture("models/" + model);
        Path out = folder.resolve("out.safetensors");
        JsonNode json = sensorium(
                        "run", path, "--in", path.resolve("case.safetensors"), "--out", out, "--trace", "--json")
                .json();
        assertThat(json.path("tensors")).hasSizeGreaterThan(10);
        Map<String, Tensor> values = Safetensors.open(out).tensors();
        assertThat(values.keySet()).anyMatch(name -> name.startsWith("trace."));
        int compared = 0;
        for (Map.Entry<String, Tensor> e : recorded("models/" + model).entrySet()) {
            Tensor value = values.get(e.getKey().replaceFirst("^output\\.", ""));
            if (e.getKey().startsWith("output.") && value != null) {
                double[] recorded = e.getValue().to(DType.F64).toDoubles();
                double most =
                        Math.max(1, Arrays.stream(recorded).map(Math::abs).max().orElse(0));
                assertThat(value.to(DType.F64).toDoubles())
                        .as(e.getKey())
                        .containsExactly(recorded, within(2e-4 * most));
                compared++;
            }
        }
        assertThat(compared).isPositive();
    }

    @Test
    void whatIsPrinted() {
        Path vit = fixture("models/vit");
        Path in = folder.resolve("in.safetensors");
        JsonNode tensors = sensorium("features", vit, picture("models/vit"), "-o", in, "--json")
                .json()
                .path("tensors");
        assertThat(tensors).hasSize(1);
        JsonNode pixels = tensors.get(0);
        float[] values = Safetensors.open(in).tensor("pixel_values").toFloats();
        assertThat(pixels.path("name").asString()).isEqualTo("pixel_values");
        assertThat(pixels.path("type").asString()).isEqualTo("F32");
        assertThat(pixels.path("shape").toString()).isEqualTo("[1,3,24,24]");
        double sum = 0;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            sum += value;
            most = Math.max(most, value);
        }
        assertThat(pixels.path("mean").asDouble()).isCloseTo(sum / values.length, within(1e-6));
        assertThat(pixels.path("max").floatValue()).isEqualTo(most);
        assertThat(sensorium("features", vit, "-o", in).status()).isEqualTo(2);
        assertThat(sensorium("run", vit, "--in", in).status()).isEqualTo(2);
    }

    /** One line each, with what the model takes. */
    @Test
    void whatDoesNotFitIsNamed() {
        Path vit = fixture("models/vit");
        String wanted = "the model takes pixel_values F32 (B,3,24,24)";
        Tensor right = Tensor.zeros(1, 3, 24, 24);
        fails(vit, Map.of(), "holds no pixel_values; " + wanted);
        fails(vit, Map.of("pixels", right), "holds pixels, which the model does not take; " + wanted);
        fails(vit, Map.of("pixel_values", right, "mask", right), "holds mask, which the model does not take");
        fails(vit, Map.of("pixel_values", Tensor.zeros(3, 24, 24)), "pixel_values is (3,24,24); " + wanted);
        fails(vit, Map.of("pixel_values", Tensor.zeros(1, 3, 24, 25)), "pixel_values is (1,3,24,25); " + wanted);
        fails(vit, Map.of("pixel_values", Tensor.zeros(0, 3, 24, 24)), "pixel_values is (0,3,24,24); " + wanted);
        fails(vit, Map.of("pixel_values", right.to(DType.F64)), "pixel_values is F64; " + wanted);
        fails(vit, Map.of("pixel_values", right.to(DType.I64)), "pixel_values is I64; " + wanted);
        fails(vit, Map.of("input.pixels", right, "trace.x", right), "holds no pixel_values; " + wanted);

        Path bert = fixture("models/bert");
        Tensor ids = Tensor.of(new long[] {1, 59, 3}, 1, 3);
        runs(bert, Map.of("input_ids", ids));
        runs(
                bert,
                Map.of(
                        "input_ids",
                        ids.to(DType.I32),
                        "attention_mask",
                        Tensor.of(new boolean[] {true, true, false}, 1, 3)));
        fails(bert, Map.of("input_ids", Tensor.of(new long[] {1, 60, 3}, 1, 3)), "input_ids holds 60; the model takes");
        fails(bert, Map.of("input_ids", Tensor.of(new long[] {1, -1, 3}, 1, 3)), "input_ids holds -1; the model takes");
        fails(
                bert,
                Map.of("input_ids", ids, "attention_mask", Tensor.of(new long[4], 1, 4)),
                "attention_mask is (1,4); the model takes input_ids I64 (B,N<=16) of 0 to 59, attention_mask");
        fails(bert, Map.of("input_ids", Tensor.of(new long[17], 1, 17)), "input_ids is (1,17)");
        fails(bert, Map.of("attention_mask", ids), "attention_mask holds 59");
        fails(bert, Map.of("input_ids", ids, "token_type_ids", ids), "token_type_ids holds 59");

        Path clip = fixture("models/clip");
        fails(clip, Map.of(), "holds nothing that the model takes; the model takes input_ids I64 (T,N<=12) of 0 to 39");
        fails(clip, Map.of("attention_mask", Tensor.of(new long[3], 1, 3)), "holds no input.pixel_values");
        fails(fixture("models/unet2d"), Map.of("sample", right), "holds no timestep, class_labels");
    }

    private void runs(Path model, Map<String, Tensor> inputs) {
        CommandRun run = given(model, inputs);
        assertThat(run.status()).as(run.err()).isZero();
    }

    private void fails(Path model, Map<String, Tensor> inputs, String why) {
        CommandRun run = given(model, inputs);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains("given.safetensors: " + why);
        assertThat(folder.resolve("result.safetensors")).doesNotExist();
    }

    private CommandRun given(Path model, Map<String, Tensor> inputs) {
        Path in = folder.resolve("given.safetensors");
        Safetensors.write(in, new HashMap<>(inputs), Map.of());
        Path out = folder.resolve("result.safetensors");
        CommandRun run = sensorium("run", model, "--in", in, "--out", out);
        if (run.status() == 0) {
            assertThat(out.toFile().delete()).isTrue();
        }
        return run;
    }

    @Test
    void whatCannotBePreparedIsNamed() throws IOException {
        Path out = folder.resolve("out.safetensors");
        Path picture = picture("models/vit");
        Path bert = TinyBert.in(folder.resolve("bert"));
        String[][] wrong = {
            {fixture("models/vit").toString(), "--text", "a", "a vit model is fed no texts"},
            {bert.toString(), picture.toString(), "", "a bert model reads texts; give one with --text"},
            {
                fixture("models/unet2d").toString(),
                picture.toString(),
                "",
                "a UNet2DModel, which is given tensors and no files"
            },
            {fixture("models/whisper").toString(), picture.toString(), "", "preprocessor_config.json"},
            {fixture("models/ast").toString(), picture.toString(), "", "picture.png"},
            {fixture("dit-mnist").toString(), picture.toString(), "", "no preprocessing to show"},
            {fixture("models/vit").toString(), folder.resolve("none.png").toString(), "", "no such file"},
        };
        for (String[] w : wrong) {
            Object[] words = w[2].isEmpty()
                    ? new Object[] {"features", w[0], w[1], "-o", out}
                    : new Object[] {"features", w[0], w[1], w[2], "-o", out};
            CommandRun run = sensorium(words);
            assertThat(run.status()).as(run.err()).isEqualTo(1);
            assertThat(run.err()).hasLineCount(1).contains(w[3]);
        }
        assertThat(out).doesNotExist();
        CommandRun run =
                sensorium("features", fixture("models/vit"), picture, "-o", folder.resolve("no/where.safetensors"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1);
    }
}
