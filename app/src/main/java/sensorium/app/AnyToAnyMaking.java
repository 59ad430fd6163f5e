package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.Waveform;
import sensorium.memory.Scope;
import sensorium.multimodal.tokens.AnyToAny;
import sensorium.multimodal.tokens.Direction;
import sensorium.multimodal.tokens.MediaCodec;
import sensorium.multimodal.tokens.Medium;
import sensorium.multimodal.tokens.TokenWriter;
import sensorium.nn.TokenChoice;
import sensorium.vision.PictureFile;
import sensorium.vision.PictureGrid;
import sensorium.vision.PngWriter;

/**
 * {@code generate} by a model of any to any.
 *
 * @param prompts texts that are given
 * @param image a picture that is given, or null
 * @param audio a sound that is given, or null
 * @param to what is asked for, or null for the usual: a picture of words, words of all else
 * @param count how many; null for one of each
 * @param out where a picture or a sound goes; null for the usual
 */
record AnyToAnyMaking(
        CommonOptions common,
        SamplingOptions sampling,
        List<String> prompts,
        Path image,
        Path audio,
        String to,
        Integer count,
        Path out) {
    /** What is learnt by heart is said best without much chance. */
    private static final double TEMPERATURE = 0.3;

    private static final double GUIDANCE = 1.5;

    /** How things are made where nothing else is said. */
    static TokenWriter.Options usual(long seed) {
        return new TokenWriter.Options(GUIDANCE, new TokenChoice(TEMPERATURE, 0, 1), seed);
    }

    /** As it is asked for. */
    static TokenWriter.Options asked(SamplingOptions sampling, long seed) {
        return new TokenWriter.Options(sampling.guidance(GUIDANCE), sampling.choice(TEMPERATURE), seed);
    }

    void run(AnyToAny model) {
        int sources = (prompts.isEmpty() ? 0 : 1) + (image == null ? 0 : 1) + (audio == null ? 0 : 1);
        if (sources != 1) {
            throw new BadInputException((sources == 0 ? "nothing is given" : "several things are given")
                    + "; give words, a picture or a sound: --prompt \"…\", --image FILE or --audio FILE");
        }
        Medium from = !prompts.isEmpty() ? Medium.TEXT : image != null ? Medium.PICTURE : Medium.SOUND;
        Medium asked = to != null ? Medium.named(to) : from == Medium.TEXT ? Medium.PICTURE : Medium.TEXT;
        Direction direction = Direction.learnt(from, asked);
        TokenWriter.Options options = asked(sampling, common.seed);
        var codec = new MediaCodec(model);
        List<int[]> given = given(codec, from);
        int n = count == null ? given.size() : count;
        if (n > 1 && asked == Medium.SOUND) {
            throw new BadInputException(
                    "sounds are made one at a time; give one --prompt, and another --seed for another");
        }
        long began = System.nanoTime();
        List<int[]> rows;
        try (var progress = new Progress()) {
            int places = TokenWriter.places(model, asked);
            List<int[]> each = IntStream.range(0, n)
                    .mapToObj(i -> given.get(i % given.size()))
                    .toList();
            rows = TokenWriter.write(
                    model,
                    direction,
                    each,
                    options,
                    p -> progress.update("write " + asked.shown(), p + 1L, places, ""));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("from", from.shown());
        json.put("to", asked.shown());
        String said = put(codec, asked, rows, json);
        json.put("n", n);
        json.put("temperature", options.choice().temperature());
        json.put("top_k", options.choice().topK());
        json.put("top_p", options.choice().topP());
        json.put("guidance", options.guidance());
        json.put("seed", common.seed);
        json.put("seconds", (System.nanoTime() - began) * 1e-9);
        common.print(json, said);
    }

    private List<int[]> given(MediaCodec codec, Medium from) {
        return switch (from) {
            case TEXT -> prompts.stream().map(codec::text).toList();
            case PICTURE -> List.of(codec.picture(PictureFile.decode(image)));
            case SOUND -> List.of(codec.sound(AudioFile.decode(audio).mono()));
        };
    }

    /** Writes the files, and says what came out. */
    private String put(MediaCodec codec, Medium asked, List<int[]> rows, Map<String, Object> json) {
        return switch (asked) {
            case TEXT -> {
                List<String> texts = rows.stream().map(codec::text).toList();
                json.put("text", texts.getFirst());
                json.put("texts", texts);
                yield String.join("\n", texts);
            }
            case PICTURE -> {
                Path file = out == null ? Path.of("generated.png") : out;
                int columns = (int) Math.ceil(Math.sqrt(rows.size()));
                PngWriter.write(Scope.tidy(() -> PictureGrid.of(codec.pixels(rows), columns)), file);
                json.put("file", file.toString());
                yield file.toString();
            }
            case SOUND -> {
                Path file = out == null ? Path.of("generated.wav") : out;
                Waveform sound = codec.sound(rows.getFirst());
                SoundTokensFile.write(file, sound);
                json.put("file", file.toString());
                json.put("sound_seconds", sound.seconds());
                yield file.toString();
            }
        };
    }
}
