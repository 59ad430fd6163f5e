package sensorium.multimodal.transcribe;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import sensorium.audio.Waveform;
import sensorium.audio.whisper.GenerationConfig;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.audio.whisper.SpeechDecoder;
import sensorium.audio.whisper.Whisper;
import sensorium.audio.whisper.WhisperHearing;
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
        WhisperHearing.read(folder, model.config()); // what the file says must be what is done
        Tokenizer tokenizer = WhisperTokenizer.read(folder, model.config().vocabulary());
        GenerationConfig config = GenerationConfig.read(folder, model.config()).with(tokenizer.specials());
        return new Transcriber(model, config, tokenizer);
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
