package sensorium.multimodal.transcribe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import sensorium.BadInputException;
import sensorium.audio.LogMel;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;
import sensorium.audio.Waveform.Stretch;
import sensorium.audio.speech.CtcAlignment;
import sensorium.audio.speech.CtcSearch;
import sensorium.audio.speech.Emissions;
import sensorium.audio.speech.SpeechBank;
import sensorium.audio.speech.SpeechModel;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;
import sensorium.text.NGramModel;
import sensorium.text.Units;

/**
 * A model of speech that was trained here, and all that it needs to write: its units and, where the texts that it learnt from are known, a
 * model of them.
 *
 * <p>A long sound is heard in windows that overlap; of each the middle counts, so that every frame is heard with what is around it. What
 * the frames say is cut at pauses and written piece by piece, so that an hour takes no more memory than a minute.
 */
public final class SpeechToText {
    /** Seconds that are heard at a time. */
    private static final double WINDOW_SECONDS = 20;
    /** Seconds at an inner end of a window that its neighbour says. */
    private static final double MARGIN_SECONDS = 2;
    /** Seconds of a piece that is written at once, at most. */
    private static final double PIECE_SECONDS = 20;
    /** A window that is quieter than the loudest moment by this many dB is silence: its noise lies below the spectrogram's floor. */
    private static final double SILENT_DB = -39;

    private static final float NEVER = -1e4f;

    private final SpeechModel model;
    private final Units units;
    private final CtcSearch.Prior prior; // null for none
    private final LogMel hearing;
    private final int token; // samples

    /** How it is written. */
    public enum Way {
        /** The likeliest path. */
        GREEDY,
        /** Prefix beam search with what is known of the language. */
        BEAM,
        /** The decoder, unit by unit. */
        ATTENTION;

        /** @throws BadInputException if there is none of that name */
        public static Way named(String name) {
            return Arrays.stream(values())
                    .filter(w -> w.name().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> new BadInputException(
                            "speech is written by greedy, beam or attention, not by \"" + name + "\""));
        }
    }

    /**
     * What is wanted.
     *
     * @param beams rows, or prefixes, that are kept while searching
     * @param weight of the model of the language
     * @param bonus for each unit
     */
    public record Options(Way way, int beams, double weight, double bonus) {
        private static final int MOST_BEAMS = 256;

        /** Prefix beam search. */
        public static final Options USUAL = new Options(Way.BEAM, 16, 0.6, 0.8);

        public static final Options GREEDY = new Options(Way.GREEDY, 1, 0, 0);

        /** @throws BadInputException if there cannot be so many beams */
        public Options {
            if (beams < 1 || beams > MOST_BEAMS) {
                throw new BadInputException("the number of beams must be 1 to " + MOST_BEAMS + ", not " + beams);
            }
        }
    }

    /** @param sentences that it learnt from, see {@link #prior}; none for no model of the language */
    public SpeechToText(SpeechModel model, Units units, List<String> sentences) {
        this.model = model;
        this.units = units;
        this.prior = sentences.isEmpty() ? null : prior(units, sentences);
        this.hearing = new LogMel(model.config().hearing());
        this.token = SpeechModel.FRAMES_A_TOKEN * hearing.config().stft().hop();
    }

    /** Of sentences: six characters, three pieces or two words are looked at. */
    private static CtcSearch.Prior prior(Units units, List<String> sentences) {
        int order = switch (units.config().kind()) {
            case CHARACTERS -> 6;
            case BPE -> 3;
            case WORDS -> 2;
        };
        var grams = new NGramModel(
                order, units.size(), sentences.stream().map(units::encode).toList());
        return new CtcSearch.Prior() {
            @Override
            public double logProbability(List<Integer> before, int unit) {
                return grams.logProbability(before, unit);
            }

            @Override
            public double logProbabilityOfEnd(List<Integer> all) {
                return grams.logProbability(all, grams.end());
            }
        };
    }

    public SpeechModel model() {
        return model;
    }

    public Units units() {
        return units;
    }

    /** Makes the spectrograms that it hears. */
    public LogMel hearing() {
        return hearing;
    }

    /**
     * What is said in a sound of any length and sample rate.
     *
     * @param progress is told how many seconds are done
     * @throws BadInputException if it is empty
     */
    public Transcript transcribe(Waveform sound, Options options, IntConsumer progress) {
        Waveform at = sound.resampled(hearing.sampleRate());
        int length = at.samples().length;
        if (length == 0) {
            throw new BadInputException("a sound without a single sample says nothing; record it again");
        }
        double silent = at.loudest() * Math.pow(10, SILENT_DB / 10);
        int margin = tokens(MARGIN_SECONDS);
        int most = tokens(PIECE_SECONDS);
        int all = Math.ceilDiv(length, token);
        var written = new Written(at, options);
        Emissions open = new Emissions(new float[0], 0, model.blank() + 1);
        int start = 0; // of the window
        int from = 0; // of what counts of it
        while (from < all) {
            int end = end(start, all);
            int to = end == all ? all : end - margin;
            Emissions heard = heard(at.cut(samples(start, end, length)), end - start, silent);
            open = open.followedBy(heard.slice(from - start, to - start));
            while (open.frames() > most || (to == all && open.frames() > 0)) {
                int cut = open.frames() > most ? pause(open, most) : open.frames();
                written.add(open.slice(0, cut), to - open.frames());
                open = open.slice(cut, open.frames());
            }
            from = to;
            start = to - margin;
            progress.accept((int) Math.min(at.seconds(), (double) to * token / hearing.sampleRate()));
        }
        return written.transcript();
    }

    /** Where the window ends that begins there: a short rest is heard with it. */
    private int end(int start, int all) {
        int window = tokens(WINDOW_SECONDS);
        return start + window + tokens(MARGIN_SECONDS) >= all ? all : start + window;
    }

    private int tokens(double seconds) {
        return (int) (seconds * hearing.sampleRate() / token);
    }

    private Stretch samples(int fromToken, int toToken, int length) {
        return new Stretch(fromToken * token, (int) Math.min(length, (long) toToken * token));
    }

    /** The middle of the longest pause in the second half of the first frames; where there is none, all of them. */
    private static int pause(Emissions heard, int most) {
        int best = 0;
        int cut = most;
        int run = 0;
        for (int t = most / 2; t < most; t++) {
            run = heard.best(t) == heard.blank() ? run + 1 : 0;
            if (run > best) {
                best = run;
                cut = t - run / 2 + 1;
            }
        }
        return cut;
    }

    /** What a window says, silence where it is silent. */
    private Emissions heard(Waveform window, int count, double silent) {
        int classes = model.blank() + 1;
        float[] values = new float[count * classes];
        for (int t = 0; t < count; t++) {
            Arrays.fill(values, t * classes, (t + 1) * classes - 1, NEVER);
        }
        double loudest = window.loudest();
        Stretch sound = loud(window);
        int first = sound.from() / token;
        if (loudest > 0 && loudest >= silent && hearing.frames(sound.length()) > 0) {
            Emissions said = Scope.tidy(() -> model.emissions(encoded(window.cut(sound))));
            int n = Math.min(said.frames(), count - first);
            System.arraycopy(said.values(), 0, values, first * classes, n * classes);
        }
        return new Emissions(values, count, classes);
    }

    /** What of a window is no silence, from the beginning of a token on. */
    private Stretch loud(Waveform window) {
        Stretch loud = window.loud(SpeechBank.TRIM);
        return new Stretch(loud.from() / token * token, loud.to());
    }

    /**
     * What the model is fed of the first window of a sound: its loud part as a spectrogram (1, bands, frames).
     *
     * @throws BadInputException if there is none
     */
    public Tensor input(Waveform sound) {
        Waveform at = sound.resampled(hearing.sampleRate());
        int length = at.samples().length;
        int all = Math.ceilDiv(length, token);
        Waveform window = at.cut(samples(0, end(0, all), length));
        Stretch loud = loud(window);
        if (!(window.loudest() > 0) || hearing.frames(loud.length()) == 0) {
            throw new BadInputException("nothing is heard in the first " + (int) WINDOW_SECONDS
                    + " seconds of the sound; give another, or cut it");
        }
        return input(hearing.of(window.cut(loud)));
    }

    private static Tensor input(Spectrogram mel) {
        return Tensor.of(mel.bandsFirst(), 1, mel.bands(), mel.frames());
    }

    /** (1, T, D). */
    private Tensor encoded(Waveform sound) {
        return model.whisper().encode(input(hearing.of(sound)));
    }

    /** Pieces that are written, one after the other. */
    private final class Written {
        private final Waveform sound;
        private final Options options;
        private final CtcSearch search;
        private final List<Transcript.Segment> segments = new ArrayList<>();
        private final List<Transcript.Word> words = new ArrayList<>();

        Written(Waveform sound, Options options) {
            this.sound = sound;
            this.options = options;
            this.search = new CtcSearch(options.beams, prior, options.weight, prior == null ? 0 : options.bonus);
        }

        /** @param start of the piece, tokens */
        void add(Emissions piece, int start) {
            List<Integer> said = switch (options.way) {
                case GREEDY -> CtcSearch.greedy(piece);
                case BEAM -> search.best(piece);
                case ATTENTION -> attention(piece, start);
            };
            String text = units.decode(said).strip();
            if (text.isEmpty()) {
                return;
            }
            List<CtcAlignment.Span> spans = CtcAlignment.of(piece, said);
            List<Transcript.Word> these = words(said, spans, start, piece.frames());
            words.addAll(these);
            segments.add(new Transcript.Segment(
                    these.getFirst().start(), these.getLast().end(), text, meanLogProbability(piece, said, spans)));
        }

        /** What the decoder writes of the loud part of a piece, where its frames say anything. */
        private List<Integer> attention(Emissions piece, int start) {
            if (CtcSearch.greedy(piece).isEmpty()) {
                return List.of();
            }
            Waveform loud = sound.cut(samples(start, start + piece.frames(), sound.samples().length))
                    .trimmed(SpeechBank.TRIM);
            return hearing.frames(loud.samples().length) == 0
                    ? List.of()
                    : Scope.tidy(() -> model.written(encoded(loud), options.beams));
        }

        Transcript transcript() {
            String text = String.join(
                    " ", segments.stream().map(Transcript.Segment::text).toList());
            return new Transcript(text, "", List.copyOf(segments), List.copyOf(words));
        }
    }

    /** Words with their times; where the units cannot be found in the frames, each has the time of the whole. */
    private List<Transcript.Word> words(List<Integer> said, List<CtcAlignment.Span> spans, int start, int frames) {
        List<Transcript.Word> words = new ArrayList<>();
        int n = said.size();
        int begin = 0;
        for (int i = 1; i <= n; i++) {
            if (i < n && !units.isWord() && !units.decode(List.of(said.get(i))).startsWith(" ")) {
                continue;
            }
            String text = units.decode(said.subList(begin, i)).strip();
            if (!text.isEmpty()) {
                boolean space = units.decode(List.of(said.get(begin))).isBlank();
                int first = spans.isEmpty()
                        ? 0
                        : spans.get(space && i > begin + 1 ? begin + 1 : begin).first();
                int last = spans.isEmpty() ? frames - 1 : spans.get(i - 1).last();
                words.add(new Transcript.Word(seconds(start + first), seconds(start + last + 1), text));
            }
            begin = i;
        }
        return words;
    }

    private double seconds(int tokens) {
        return (double) tokens * token / hearing.sampleRate();
    }

    /** Of a unit, where it is likeliest. */
    private static double meanLogProbability(Emissions piece, List<Integer> said, List<CtcAlignment.Span> spans) {
        double sum = 0;
        for (int u = 0; u < spans.size(); u++) {
            double best = Double.NEGATIVE_INFINITY;
            for (int t = spans.get(u).first(); t <= spans.get(u).last(); t++) {
                best = Math.max(best, piece.at(t, said.get(u)));
            }
            sum += best;
        }
        return spans.isEmpty() ? NEVER : sum / spans.size();
    }
}
