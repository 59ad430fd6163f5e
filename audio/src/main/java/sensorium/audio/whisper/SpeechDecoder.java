package sensorium.audio.whisper;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import sensorium.BadInputException;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;
import sensorium.memory.Scope;
import sensorium.nn.CachedScores;
import sensorium.nn.TokenSearch;
import sensorium.nn.Transformer.Inputs;
import sensorium.tensor.Tensor;

/**
 * Sounds of any length to segments of tokens with their times: window by window of what the model hears at a time, each beginning
 * where the last segment that ended in the one before did (openai/whisper, transcribe.py; without its fallback to sampling and without
 * showing the model what it wrote before).
 */
public final class SpeechDecoder {
    private final Whisper model;
    private final GenerationConfig config;
    private final WhisperHearing hearing;

    public SpeechDecoder(Whisper model, GenerationConfig config) {
        this.model = model;
        this.config = config;
        this.hearing = new WhisperHearing(model.config());
    }

    /**
     * What is wanted.
     *
     * @param language spoken, empty to let the model find out where it can
     * @param task {@code transcribe} or {@code translate}, empty for what the model does by itself
     * @param times whether times within a window are wanted
     * @param beams 1 for the best token at each step
     */
    public record Options(Optional<String> language, Optional<String> task, boolean times, int beams) {
        private static final int MOST_BEAMS = 64;

        public static final Options DEFAULT = new Options(Optional.empty(), Optional.empty(), false, 1);

        /** @throws BadInputException if there cannot be so many beams */
        public Options {
            if (beams < 1 || beams > MOST_BEAMS) {
                throw new BadInputException("the number of beams must be 1 to " + MOST_BEAMS + ", not " + beams);
            }
        }
    }

    /**
     * What was said without a pause.
     *
     * @param start seconds
     * @param end seconds
     * @param tokens ordinary ones
     * @param meanLogProbability of a token in its window
     */
    public record Segment(double start, double end, List<Integer> tokens, double meanLogProbability) {}

    /** @param language that was spoken, empty where the model has no tokens of languages */
    public record Heard(String language, List<Segment> segments) {}

    /**
     * Hears a whole sound.
     *
     * @param progress is told how many seconds are done
     * @throws BadInputException if the sound is empty, or the model cannot do what is wanted
     */
    public Heard decode(Waveform sound, Options options, IntConsumer progress) {
        Waveform at = sound.resampled(hearing.sampleRate());
        if (at.samples().length == 0) {
            throw new BadInputException("a sound without a single sample says nothing; record it again");
        }
        int frames = hearing.frames(at.samples().length);
        int window = hearing.window();
        Spectrogram mel = hearing.of(at);
        boolean longer = frames > window;
        boolean times = config.hasTimestamps() && (options.times || longer);
        List<Integer> prompt = new ArrayList<>();
        List<Segment> segments = new ArrayList<>();
        int seek = 0;
        do {
            int length = Math.min(window, Math.max(1, frames - seek));
            Window heard = new Window(seek, length);
            seek += Scope.tidy("a window", () -> {
                Tensor encoded = model.encode(hearing.input(mel, heard.start));
                if (prompt.isEmpty()) {
                    prompt.addAll(prompt(encoded, options, times));
                }
                return add(segments, written(encoded, prompt, options.beams, times), heard, times);
            });
            progress.accept((int) Math.min(at.seconds(), seconds(seek)));
        } while (seek < frames);
        String language = prompt.stream()
                .map(config::language)
                .filter(l -> !l.isEmpty())
                .findFirst()
                .orElse("");
        return new Heard(language, List.copyOf(segments));
    }

    /** @param length frames of it that are sound */
    private record Window(int start, int length) {}

    private double seconds(int frames) {
        return hearing.seconds(frames);
    }

    /** What the model is told first: language and task, where it has tokens for them, and whether times are wanted. */
    private List<Integer> prompt(Tensor heard, Options options, boolean times) {
        List<Integer> prompt = new ArrayList<>(List.of(config.start()));
        if (config.multilingual()) {
            prompt.add(options.language.map(config::language).orElseGet(() -> detected(heard)));
            prompt.add(options.task.map(config::task).orElseGet(() -> config.task("transcribe")));
        } else if (options.language.isPresent() || options.task.isPresent()) {
            throw new BadInputException("the model knows one language and one task, and no tokens for them;"
                    + " leave language and task out");
        }
        // What else is forced comes next; whether there are times is ours to say.
        for (int place = prompt.size(); config.forced().containsKey(place); place++) {
            int id = config.forced().get(place);
            if (config.noTimestamps().isPresent() && id == config.noTimestamps().getAsInt()) {
                break;
            }
            prompt.add(id);
        }
        if (config.hasTimestamps() && !times) {
            prompt.add(config.noTimestamps().getAsInt());
        }
        return prompt;
    }

    /** The likeliest language after the first token. */
    private int detected(Tensor heard) {
        if (config.languages().isEmpty()) {
            throw new BadInputException("nothing says which tokens stand for languages; the model's folder lacks a"
                    + " generation_config.json or a tokenizer");
        }
        double[] scores = model.next(Tensor.of(new long[] {config.start()}, 1, 1), Inputs.attendingTo(heard, null))
                .toDoubles();
        return config.languages().values().stream()
                .max((a, b) -> Double.compare(scores[a], scores[b]))
                .orElseThrow();
    }

    private TokenSearch.Found written(Tensor heard, List<Integer> prompt, int beams, boolean times) {
        int most =
                Math.min(config.length(), model.config().written().positions().length()) - prompt.size();
        Inputs inputs = Inputs.attendingTo(heard, null);
        try (var scores = new CachedScores(
                model.decoder().newCache(), prompt, (ids, cache) -> model.next(ids, inputs.withCache(cache)))) {
            return new TokenSearch(config.end(), beams, most)
                    .run(scores, new DecodingRules(config, times, model.frames() / Timeline.FRAMES_A_STEP));
        }
    }

    /** Adds a window's segments; returns how many frames are done with. */
    private int add(List<Segment> segments, TokenSearch.Found found, Window window, boolean times) {
        Timeline timeline = times
                ? Timeline.of(found.tokens(), config.firstTimestamp(), window.length)
                : new Timeline(List.of(new Timeline.Stretch(0, window.length, found.tokens())), window.length);
        for (Timeline.Stretch stretch : timeline.stretches()) {
            List<Integer> ordinary =
                    stretch.tokens().stream().filter(id -> id < config.end()).toList();
            if (!ordinary.isEmpty()) {
                segments.add(new Segment(
                        seconds(window.start + stretch.start()),
                        seconds(window.start + stretch.end()),
                        ordinary,
                        found.mean()));
            }
        }
        return timeline.done();
    }
}
