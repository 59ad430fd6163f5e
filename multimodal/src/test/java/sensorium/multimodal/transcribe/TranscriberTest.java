package sensorium.multimodal.transcribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;
import sensorium.audio.Waveform;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.audio.whisper.SpeechDecoder.Options;
import sensorium.audio.whisper.Whisper;
import sensorium.audio.whisper.WhisperConfig;
import sensorium.io.Safetensors;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;
import sensorium.nn.Activation;
import sensorium.nn.Positions;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** A Whisper of the published vocabulary with random weights: what it writes means nothing, how it is written does. */
class TranscriberTest {
    private static final int VOCABULARY = 51_865;
    /** Half a second at a time. */
    private static final int POSITIONS = 25;

    @TempDir
    Path folder;

    private static String config() {
        return """
                {"model_type": "whisper", "vocab_size": %d, "num_mel_bins": 80, "d_model": 8, "encoder_layers": 1,
                 "encoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_layers": 1, "decoder_attention_heads": 2,
                 "decoder_ffn_dim": 16, "max_source_positions": %d, "max_target_positions": 20,
                 "begin_suppress_tokens": [220, 50257], "suppress_tokens": []}""".formatted(VOCABULARY, POSITIONS);
    }

    @BeforeEach
    void aModel() throws Exception {
        Path vocabulary = Path.of(
                System.getProperty("sensorium.fixtures", "../../shared/fixtures"), "text/multilingual.tiktoken");
        Assumptions.assumeTrue(Files.exists(vocabulary), "fixtures absent: " + vocabulary);
        Files.copy(vocabulary, folder.resolve("multilingual.tiktoken"));
        Files.writeString(folder.resolve("config.json"), config());
        Files.writeString(folder.resolve("generation_config.json"), """
                {"decoder_start_token_id": 50258, "eos_token_id": 50257, "no_timestamps_token_id": 50363,
                 "max_initial_timestamp_index": 5, "begin_suppress_tokens": [220, 50257], "max_length": 20,
                 "suppress_tokens": [50258, 50358, 50359, 50360, 50361, 50362]}""");
        Files.writeString(folder.resolve("preprocessor_config.json"), """
                {"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 80, "sampling_rate": 16000,
                 "n_fft": 400, "hop_length": 160, "chunk_length": 30, "n_samples": 480000, "nb_max_frames": 3000,
                 "padding_side": "right", "padding_value": 0.0, "return_attention_mask": false}""");
        var config = new WhisperConfig(
                80,
                8,
                new WhisperConfig.Half(1, 2, 16, new Positions.Config(Positions.Kind.LEARNED, POSITIONS)),
                new WhisperConfig.Half(1, 2, 16, new Positions.Config(Positions.Kind.LEARNED, 20)),
                VOCABULARY,
                Activation.GELU,
                WhisperConfig.Dropout.NONE);
        Map<String, Tensor> named = new TreeMap<>();
        Whisper.of(Weights.random(4), config)
                .state()
                .forEach(
                        (path, t) -> named.put(HuggingFaceWhisper.FORMAT.names().theirs(path), t.times(3)));
        Safetensors.write(folder.resolve("model.safetensors"), named, Map.of());
    }

    private static Waveform noise(double seconds) {
        var random = new Random(6);
        var samples = new float[(int) (16_000 * seconds)];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) random.nextGaussian() * (float) Math.sin(i * 1e-3) / 4;
        }
        return new Waveform(samples, 16_000);
    }

    private Transcript transcribe(Waveform sound, Options options) {
        return Transcriber.open(folder).transcribe(sound, options, _ -> {});
    }

    @Test
    void theFolderIsAWhisper() {
        assertThat(new ModelFolder(folder).open()).isInstanceOf(OpenedModel.Speech.class);
        assertThatThrownBy(() -> new ModelFolder(folder).openSpace())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("a whisper model");
    }

    @Test
    void longSoundsComeInSegmentsInOrder() {
        Transcript all = transcribe(noise(2.3), new Options(Optional.of("fr"), Optional.empty(), true, 1));
        assertThat(all.language()).isEqualTo("fr");
        assertThat(all.segments()).hasSizeGreaterThanOrEqualTo(4);
        double last = 0;
        for (Transcript.Segment s : all.segments()) {
            assertThat(s.start()).isBetween(last - 0.5, 2.3);
            assertThat(s.end()).isBetween(s.start(), 2.3 + 0.5);
            assertThat(s.meanLogProbability()).isNegative();
            assertThat(s.text()).doesNotContain("<|");
            last = s.start();
        }
        assertThat(all.text()).isNotEmpty();
    }

    @Test
    void theSameSoundGivesTheSameText() {
        Options beams = new Options(Optional.of("en"), Optional.of("translate"), false, 3);
        assertThat(transcribe(noise(0.4), beams)).isEqualTo(transcribe(noise(0.4), beams));
        // Other rates are heard as well; and what is short is one segment, to its end.
        Transcript other = transcribe(noise(0.4).resampled(44_100), beams);
        assertThat(other.segments()).singleElement().satisfies(s -> {
            assertThat(s.start()).isZero();
            assertThat(s.end()).isBetween(0.38, 0.42);
        });
    }

    @Test
    void aLanguageIsFoundWhereNoneIsGiven() {
        Transcript heard = transcribe(noise(0.4), Options.DEFAULT);
        assertThat(heard.language()).matches("[a-z]{2,3}");
    }

    @Test
    void whatCannotBeIsSaidInALine() throws Exception {
        rejected(noise(0.1), new Options(Optional.of("tlh"), Optional.empty(), false, 1), "no language \"tlh\"");
        rejected(noise(0.1), new Options(Optional.empty(), Optional.of("sing"), false, 1), "no task \"sing\"");
        rejected(new Waveform(new float[0], 16_000), Options.DEFAULT, "without a single sample");
        assertThatThrownBy(() -> new Options(Optional.empty(), Optional.empty(), false, 0))
                .isInstanceOf(BadInputException.class);
        Path generation = folder.resolve("generation_config.json");
        String json = Files.readString(generation);
        Files.writeString(generation, json.replace("\"max_length\": 20", "\"typical_p\": 3"));
        rejected(noise(0.1), Options.DEFAULT, "not known here: typical_p");
        Files.writeString(generation, json.replace("[220, 50257]", "[220, 60000]"));
        rejected(noise(0.1), Options.DEFAULT, "begin_suppress_tokens");
        Files.writeString(generation, json);
        Path hearing = folder.resolve("preprocessor_config.json");
        Files.writeString(hearing, Files.readString(hearing).replace("\"n_fft\": 400", "\"n_fft\": 512"));
        rejected(noise(0.1), Options.DEFAULT, "\"n_fft\" is 512");
        Files.writeString(hearing, Files.readString(hearing).replace("\"n_fft\": 512", "\"n_fft\": 400"));
        Files.delete(folder.resolve("multilingual.tiktoken"));
        rejected(noise(0.1), Options.DEFAULT, "no tokenizer");
    }

    private void rejected(Waveform sound, Options options, String what) {
        assertThatThrownBy(() -> transcribe(sound, options))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(what)
                .message()
                .doesNotContain("\n");
    }
}
