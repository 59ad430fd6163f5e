package sensorium.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sensorium.BadInputException;
import sensorium.audio.AudioFile;
import sensorium.audio.SoundClips;
import sensorium.audio.SoundCodec;
import sensorium.audio.SoundTokenizer;
import sensorium.audio.SoundTokens;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tokens of a sound as JSON: {@code {"tokens": [[…], …], "codes": K, "samples": n, "level": rms}}, a row a frame. What
 * {@code tokenize --audio} prints, {@code detokenize --ids} reads.
 */
final class SoundTokensFile {
    private static final long LIMIT = 256L << 20;
    private static final double LOUDEST = 8; // root mean square, of files whose full scale is 1

    private SoundTokensFile() {}

    /** {@code tokenize --audio}. */
    static void write(CommonOptions common, SoundCodec codec, Path audio, Integer stages) {
        int all = codec.config().stages();
        if (stages != null && (stages < 1 || stages > all)) {
            throw new BadInputException("--stages " + stages + ": the model has 1 to " + all);
        }
        SoundTokens tokens =
                new SoundTokenizer(codec).tokens(AudioFile.decode(audio).mono());
        SoundTokens kept = stages == null ? tokens : tokens.first(stages);
        List<List<Long>> rows = new ArrayList<>();
        for (int t = 0; t < kept.frames(); t++) {
            List<Long> row = new ArrayList<>();
            for (int s = 0; s < kept.stages(); s++) {
                row.add(kept.ids()[t * kept.stages() + s]);
            }
            rows.add(row);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("tokens", rows);
        json.put("codes", codec.config().codes());
        json.put("samples", kept.samples());
        json.put("level", kept.level());
        // For people too: what is printed is the file that detokenize reads.
        common.print(json, JsonMapper.shared().writeValueAsString(json));
    }

    /** {@code detokenize} of a model of sounds. */
    static void read(CommonOptions common, SoundCodec codec, Path file, Path out, String decoder) {
        SoundTokens tokens = parse(file, codec.config());
        var tokenizer = new SoundTokenizer(codec);
        Waveform sound = switch (decoder.toLowerCase(Locale.ROOT)) {
            case "learned" -> tokenizer.sound(tokens);
            case "griffin-lim" -> tokenizer.soundByGriffinLim(tokens, common.seed);
            default ->
                throw new BadInputException(
                        "--decoder: no decoder is called '" + decoder + "'; there are learned and griffin-lim");
        };
        write(out, sound);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", out.toString());
        json.put("seconds", sound.seconds());
        common.print(json, out.toString());
    }

    /** @throws BadInputException if the sound cannot be written there */
    static void write(Path out, Waveform sound) {
        try {
            WavWriter.write(out, sound);
        } catch (IOException e) {
            throw new BadInputException(out + ": cannot be written (" + e.getMessage() + "); name another file", e);
        }
    }

    private static SoundTokens parse(Path file, SoundCodec.Config c) {
        JsonNode json = json(file);
        JsonNode rows = json.path("tokens");
        if (!rows.isArray() || rows.isEmpty() || !rows.path(0).isArray()) {
            throw new BadInputException(file + ": has no \"tokens\" in rows; give what tokenize --audio printed");
        }
        int stages = rows.path(0).size();
        if (stages < 1 || stages > c.stages()) {
            throw new BadInputException(
                    file + ": rows of " + stages + " tokens; the model has 1 to " + c.stages() + " stages");
        }
        long[] ids = new long[Math.multiplyExact(rows.size(), stages)];
        for (int t = 0; t < rows.size(); t++) {
            JsonNode row = rows.path(t);
            if (row.size() != stages) {
                throw new BadInputException(
                        file + ": row " + t + " has " + row.size() + " tokens, the first has " + stages);
            }
            for (int s = 0; s < stages; s++) {
                JsonNode id = row.path(s);
                if (!id.isIntegralNumber() || id.longValue() < 0 || id.longValue() >= c.codes()) {
                    throw new BadInputException(file + ": row " + t + " has " + id
                            + ", which is no code; they go from 0 to " + (c.codes() - 1));
                }
                ids[t * stages + s] = id.longValue();
            }
        }
        long whole = (long) rows.size() * c.samplesPerToken();
        long samples = json.path("samples").asLong(whole);
        double level = json.path("level").asDouble(SoundClips.RMS);
        if (samples < 0 || samples > whole || !(level >= 0 && level <= LOUDEST)) {
            throw new BadInputException(file + ": " + rows.size() + " rows cannot be " + samples + " samples at level "
                    + level + "; give what tokenize --audio printed");
        }
        return new SoundTokens(ids, stages, (int) samples, level);
    }

    private static JsonNode json(Path file) {
        try {
            if (Files.size(file) > LIMIT) {
                throw new BadInputException(file + ": larger than 256 MiB; cut the sound into shorter pieces");
            }
            return JsonMapper.shared().readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new BadInputException(file + ": not JSON; give what tokenize --audio printed", e);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file; give what tokenize --audio printed", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }
}
