package sensorium.text.pipeline;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.stream.IntStream;

/**
 * Unicode's normal forms, with every character's origin: a base and the marks behind it are normalised together, which gives what
 * normalising the whole would, since nothing composes or changes places across a base.
 */
record Canonical(Form form) implements TextNormalizer {
    @Override
    public AlignedText apply(AlignedText text) {
        var out = new AlignedText.Builder(text.length());
        int from = 0;
        for (int i = 1; i <= text.length(); i++) {
            if (i == text.length() || beginsAfresh(text.points()[i])) {
                segment(text, from, i, out);
                from = i;
            }
        }
        return out.build();
    }

    private void segment(AlignedText text, int from, int to, AlignedText.Builder out) {
        int first = text.points()[from];
        if (to == from + 1 && first < 0x80) {
            out.add(first, text, from);
            return;
        }
        String whole = text.text(from, to);
        String changed = Normalizer.normalize(whole, form);
        if (changed.equals(whole)) {
            out.addAll(text, from, to);
            return;
        }
        int[] points = changed.codePoints().toArray();
        int[] origin = origins(text, from, to, points);
        for (int i = 0; i < points.length; i++) {
            out.add(points[i], text, origin[i]);
        }
    }

    /**
     * Which character each one of a normalised segment came from, in their order: marks that change places change origins, as in the
     * reference, so that what stands behind never came from before. Where characters became one, it is the first of them.
     */
    private int[] origins(AlignedText text, int from, int to, int[] points) {
        IntStream.Builder parts = IntStream.builder();
        for (int i = from; i < to; i++) {
            String one = Normalizer.normalize(Character.toString(text.points()[i]), form);
            for (int k = one.codePointCount(0, one.length()); k > 0; k--) {
                parts.add(i);
            }
        }
        int[] origin = parts.build().toArray();
        return origin.length == points.length
                ? origin
                : IntStream.range(0, points.length)
                        .map(i -> Math.min(from + i, to - 1))
                        .toArray();
    }

    /** Whether nothing of a character can join what stands before it. */
    private static boolean beginsAfresh(int c) {
        if (c < 0x300) {
            return true;
        }
        boolean vowelOrFinal = c >= 0x1160 && c <= 0x11FF || c >= 0xD7B0 && c <= 0xD7FF; // of a Korean syllable
        if (vowelOrFinal || Characters.isMark(c)) {
            return false;
        }
        String one = Character.toString(c);
        return Normalizer.isNormalized(one, Form.NFKD)
                || !joins(Normalizer.normalize(one, Form.NFKD).codePointAt(0));
    }

    private static boolean joins(int c) {
        return Characters.isMark(c) || c >= 0x1160 && c <= 0x11FF;
    }
}
