package sensorium.multimodal.mutation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import sensorium.random.Philox;

/** Damages a file's bytes: the same seed damages them in the same way. */
final class Mutation {
    private static final List<String> ODD = List.of(
            "0",
            "-1",
            "1",
            "2",
            "65536",
            "2147483647",
            "2147483648",
            "1000000000000",
            "9223372036854775807",
            "99999999999999999999999999999999",
            "1e400",
            "-1e400",
            "1e-320",
            "0.5",
            "null",
            "true",
            "\"x\"",
            "[]",
            "{}",
            "[[1]]",
            "\"\\u0000\"",
            "NaN",
            "\"../../x.safetensors\"");
    private static final Pattern VALUE = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?|\"[^\"]*\"|true|false|null");
    private static final int DEEPEST = 20_000;

    private final Philox random;
    private int drawn;

    private Mutation(long seed) {
        this.random = Philox.keyed(7, seed);
    }

    /** @param text whether it is JSON or the like */
    static byte[] of(byte[] valid, boolean text, long seed) {
        var m = new Mutation(seed);
        byte[] bytes = valid;
        int times = 1 + m.below(3);
        for (int i = 0; i < times; i++) {
            bytes = text && m.below(3) > 0 ? m.json(bytes) : m.binary(bytes);
        }
        return bytes;
    }

    private int below(int bound) {
        return random.below(drawn++, bound);
    }

    private byte[] binary(byte[] in) {
        if (in.length == 0) {
            return new byte[] {(byte) below(256)};
        }
        byte[] b = in.clone();
        int at = below(b.length);
        switch (below(8)) {
            case 0, 1 -> {
                for (int i = 1 + below(4); i > 0; i--) {
                    b[below(b.length)] ^= (byte) (1 << below(8));
                }
            }
            case 2 -> b = Arrays.copyOf(b, at);
            case 3 -> number(b, below(2) == 0 ? at : below(Math.min(b.length, 64)));
            case 4 -> Arrays.fill(b, at, Math.min(b.length, at + 1 + below(16)), (byte) (below(2) == 0 ? 0 : 0xff));
            case 5 -> b = spliced(b, at, Arrays.copyOfRange(b, at, Math.min(b.length, at + 1 + below(64))));
            case 6 -> b = without(b, at, 1 + below(32));
            default -> b[at] = (byte) below(256);
        }
        return b;
    }

    /** A length or an offset that is not so: two, four or eight bytes in either order. */
    private void number(byte[] b, int at) {
        int width = 2 << below(3);
        long[] values = {
            0,
            1,
            -1,
            0x7fff_ffffL,
            0x8000_0000L,
            0xffff_ffffL,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            b.length,
            b.length * 1000L
        };
        long value = values[below(values.length)];
        boolean little = below(2) == 0;
        for (int i = 0; i < width && at + i < b.length; i++) {
            b[at + i] = (byte) (value >>> 8 * (little ? i : width - 1 - i));
        }
    }

    private static byte[] spliced(byte[] b, int at, byte[] piece) {
        var out = new ByteArrayOutputStream();
        out.write(b, 0, at);
        out.writeBytes(piece);
        out.write(b, at, b.length - at);
        return out.toByteArray();
    }

    private static byte[] without(byte[] b, int at, int count) {
        int end = Math.min(b.length, at + count);
        var out = new ByteArrayOutputStream();
        out.write(b, 0, at);
        out.write(b, end, b.length - end);
        return out.toByteArray();
    }

    /** Another value in the place of one, or one inside of very many lists. */
    private byte[] json(byte[] in) {
        String s = new String(in, StandardCharsets.UTF_8);
        List<MatchResult> values = VALUE.matcher(s).results().toList();
        if (values.isEmpty()) {
            return binary(in);
        }
        MatchResult v = values.get(below(values.size()));
        String by = switch (below(6)) {
            case 0 -> {
                int depth = 1 << below(15);
                int n = Math.min(DEEPEST, depth);
                yield "[".repeat(n) + "1" + (below(2) == 0 ? "]".repeat(n) : "");
            }
            case 1 -> "\"" + "y".repeat(1 << below(12)) + "\"";
            case 2 -> v.group() + "," + v.group();
            default -> ODD.get(below(ODD.size()));
        };
        return (s.substring(0, v.start()) + by + s.substring(v.end())).getBytes(StandardCharsets.UTF_8);
    }
}
