package sensorium.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import sensorium.BadInputException;

/**
 * Reads vocabularies of the tiktoken kind: a line a token, its bytes in base64 and its id, which is also its rank. Any
 * two tokens whose bytes together are a token may be merged.
 */
public final class Tiktoken {
    private static final long FILE_BYTES = 64L << 20;

    private Tiktoken() {}

    /**
     * Reads a vocabulary.
     *
     * @param specials names of the special tokens, which get the ids after the last ordinary one
     * @throws BadInputException if the file is not such a vocabulary
     */
    public static ByteBpe read(Path file, List<String> specials) {
        var tokens = tokens(file);
        var ids = ByteBpe.idsByBytes(tokens, file.toString());
        var merges = new ArrayList<ByteBpe.Merge>();
        for (int id = 0; id < tokens.size(); id++) {
            var spelling = tokens.get(id) == null ? "" : ByteAlphabet.spell(tokens.get(id));
            for (int cut = 1; cut < spelling.length(); cut++) {
                var left = ids.get(spelling.substring(0, cut));
                var right = ids.get(spelling.substring(cut));
                if (left != null && right != null) {
                    merges.add(new ByteBpe.Merge(left, right, id));
                }
            }
        }
        var specialIds = new LinkedHashMap<String, Integer>();
        specials.forEach(name -> specialIds.put(name, tokens.size() + specialIds.size()));
        return new ByteBpe(tokens, merges, specialIds, file.toString());
    }

    private static List<byte[]> tokens(Path file) {
        String text;
        try {
            if (Files.size(file) > FILE_BYTES) {
                throw new BadInputException(file + ": larger than a vocabulary can be");
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
        }
        var lines = text.lines().filter(line -> !line.isBlank()).toList();
        var tokens = new byte[lines.size()][];
        for (var line : lines) {
            try {
                int space = line.indexOf(' ');
                int id = Integer.parseInt(line.substring(space + 1).strip());
                if (line.startsWith("= ")) {
                    continue; // Whisper's multilingual vocabulary ends in an empty token, which nothing can spell
                }
                var bytes = Base64.getDecoder().decode(line.substring(0, Math.max(0, space)));
                if (bytes.length == 0 || bytes.length > 256 || tokens[id] != null) {
                    throw new IllegalArgumentException("empty, too long or there twice");
                }
                tokens[id] = bytes;
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new BadInputException(
                        file + ": not a tiktoken vocabulary: a line is not base64 and an id of 0 to "
                                + (lines.size() - 1),
                        e);
            }
        }
        return Arrays.asList(tokens);
    }
}
