package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sensorium.BadInputException;

/**
 * What is said in sound files, from one file that names them: a table with tabs between its columns, of which {@code file} and {@code
 * transcript} (or {@code text}) are read; without such a head its first and last column; or lines such as {@code digits/1: one}, as
 * Asterisk's {@code core-sounds-en.txt} has them. Lines that begin with {@code ;} or {@code #} say nothing.
 *
 * @param byFile what is said, by file without its ending
 */
public record Transcripts(Map<String, String> byFile) {
    /** What is looked for in a data folder. */
    public static final String FILE = "transcripts.tsv";

    private static final long MOST_BYTES = 256L << 20;

    public Transcripts {
        byFile = Map.copyOf(byFile);
    }

    /** @throws BadInputException if the file cannot be read, or names no text */
    public static Transcripts read(Path file) {
        List<String> lines;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new BadInputException(file + ": larger than " + (MOST_BYTES >> 20) + " MiB; no transcripts are");
            }
            lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read (" + e + "); name a table of transcripts", e);
        }
        boolean table = lines.stream().anyMatch(l -> l.indexOf('\t') >= 0);
        Map<String, String> texts = new HashMap<>();
        int name = 0;
        int text = -1; // the last
        boolean first = true;
        for (String line : lines) {
            if (line.isBlank() || line.startsWith(";") || line.startsWith("#")) {
                continue;
            }
            String[] parts = table ? line.split("\t", -1) : line.split(":", 2);
            List<String> head = List.of(parts);
            if (first && table && head.contains("file")) {
                name = head.indexOf("file");
                text = head.contains("transcript") ? head.indexOf("transcript") : head.indexOf("text");
            } else if (parts.length > Math.max(name, Math.max(1, text))) {
                String said = parts[text < 0 ? parts.length - 1 : text].strip();
                if (!said.isEmpty()) {
                    texts.put(stem(parts[name].strip()), said);
                }
            }
            first = false;
        }
        if (texts.isEmpty()) {
            throw new BadInputException(file + ": names no text; a line is a file, a tab, and what is said in it");
        }
        return new Transcripts(texts);
    }

    /** The items with what is said in their sounds as their one text; those that are not named stay as they are. */
    public List<Item> of(List<Item> items) {
        return items.stream()
                .map(item -> {
                    String said = byFile.get(stem(item.id()));
                    return said == null ? item : item.with(List.of(new Caption("", said)), item.sounds());
                })
                .toList();
    }

    private static String stem(String file) {
        int dot = file.lastIndexOf('.');
        return dot > file.lastIndexOf('/') ? file.substring(0, dot) : file;
    }
}
