package sensorium.multimodal.transcribe;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import sensorium.audio.Waveform;
import sensorium.audio.whisper.GenerationConfig;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.audio.whisper.SpeechDecoder;
import sensorium.audio.whisper.Whisper;
import sensorium.nn.ModelConfigFile;
import sensorium.text.Tokenizer;
import sensorium.text.WhisperTokenizer;

/** A Whisper that writes words. */
public final class Transcriber {
    private final Tokenizer tokenizer;
    private final SpeechDecoder decoder;

    public Transcriber(Whisper model, GenerationConfig config, Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.decoder = new SpeechDecoder(model, config);
    }

    /**
     * The model of a folder with {@code config.json}, {@code model.safetensors}, {@code generation_config.json},
     * {@code preprocessor_config.json} and a tokenizer.
     *
     * @throws sensorium.BadInputException if one is not there, malformed, or does not fit the others
     */
    public static Transcriber open(Path folder) {
        Whisper model = HuggingFaceWhisper.load(folder);
        checkHearing(folder, model);
        Tokenizer tokenizer = WhisperTokenizer.read(folder, model.config().vocabulary());
        GenerationConfig config = GenerationConfig.read(folder, model.config()).with(tokenizer.specials());
        return new Transcriber(model, config, tokenizer);
    }

    /** The front end is Whisper's; what the file says of it must be the same. */
    private static void checkHearing(Path folder, Whisper model) {
        ModelConfigFile hearing = ModelConfigFile.readPreprocessor(folder, "WhisperFeatureExtractor");
        hearing.require("feature_size", model.config().bands());
        hearing.require("sampling_rate", 16_000);
        hearing.require("n_fft", 400);
        hearing.require("hop_length", 160);
        hearing.require("dither", 0);
        // These follow from the model's positions; the filters are computed; padding is zeros, without a mask.
        hearing.ignore("chunk_length", "n_samples", "nb_max_frames", "mel_filters", "padding_side", "padding_value");
        hearing.ignore("return_attention_mask");
        hearing.refuseUnknown();
    }

    /**
     * What is said in a sound of any length and sample rate.
     *
     * @param progress is told how many seconds are done
     * @throws sensorium.BadInputException if it is empty, or the model cannot do what is wanted
     */
    public Transcript transcribe(Waveform sound, SpeechDecoder.Options options, IntConsumer progress) {
        SpeechDecoder.Heard heard = decoder.decode(sound, options, progress);
        List<Transcript.Segment> segments = heard.segments().stream()
                .map(s -> new Transcript.Segment(s.start(), s.end(), text(s.tokens()), s.meanLogProbability()))
                .toList();
        // Joined before they are spelt: a character may be cut in two.
        List<Integer> all =
                heard.segments().stream().flatMap(s -> s.tokens().stream()).toList();
        return new Transcript(text(all), heard.language(), segments, List.of());
    }

    private String text(List<Integer> tokens) {
        return tokenizer.decode(tokens.stream().mapToInt(id -> id).toArray()).strip();
    }
}
