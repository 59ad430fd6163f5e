package sensorium.text;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import sensorium.text.bert.MiniLm;

/** What the tests of texts share: recorded values, a published model out of a jar, and lines to try. */
public final class Fixtures {
    private static final List<String> SCRIPTS = List.of(
            "the quick brown fox jumps over lazy dogs and running unbelievable tokenization embeddings",
            "Übergröße façade naïve Ærøskøbing Đặng Łódź İstanbul ığdır ﬁnance ½ Ångström",
            "cafe\u0301 n\u0303andu\u0301 a\u0323\u0302 q\u0307\u0323 s\u0323\u0307",
            "Ελληνικά ΣΊΣΥΦΟΣ ὀδυσσεύς",
            "Привет мир Ёлка йод ПОДЪЕЗД Українська",
            "مرحبا بالعالم قُرْآن إسلام",
            "שלום עולם שָׁלוֹם",
            "नमस्ते दुनिया क्षत्रिय हिन्दी",
            "สวัสดีชาวโลก ภาษาไทย",
            "我爱北京天安门 東京は日本の首都です 㐀㐁 𠀀𠀁 豈",
            "カタカナ ﾊﾟﾋﾟ ひらがな が",
            "안녕하세요 세계 \u1112\u1161\u11AB\u1100\u1173\u11AF",
            "თბილისი հայերեն বাংলা தமிழ் አማርኛ ខ្មែរ",
            "😀👩‍👩‍👧‍👦 🇩🇪 ☃️ ✈ ♥");
    private static final List<String> SIGNS = List.of(
            " ", " ", " ", " ", "  ", "\t", "\n", "\r\n", "\u00A0", "\u3000", "\u200B", "\u200D", "\u2028", "\u0000",
            "\u0007", "\uFFFD", "\uFEFF", "\u00AD", ".", ",", "!", "?", "'", "n't", "-", "--", "…", "«", "»", "„", "$",
            "^", "`", "€", "@", "#", "~", "(", ")", "1", "23", "4567", "3.14", "²", "Ⅷ", "٣", "[SEP]", "[CLS]",
            "[MASK]", " [PAD] ", "<s>", "</s>", "<mask>", "<unk>", "▁", "##ing", "_", "\\", "/", "%", "\uE000");

    private Fixtures() {}

    /** Skips where there is none. */
    public static Path of(String name) {
        Path path = Path.of(System.getProperty("sensorium.fixtures"), name);
        Assumptions.assumeTrue(Files.exists(path), "fixtures absent: " + path);
        return path;
    }

    /** The n-th of all lines: words of several scripts, whole or cut, with signs between them, or nothing. */
    public static String line(long seed, int n) {
        var random = new Random(seed * 1_000_003 + n);
        var line = new StringBuilder();
        int words = random.nextInt(14);
        for (int w = 0; w < words; w++) {
            String script = SCRIPTS.get(random.nextInt(4) == 0 ? 0 : random.nextInt(SCRIPTS.size()));
            String[] of = script.split(" ");
            String word = of[random.nextInt(of.length)];
            if (random.nextInt(4) == 0) {
                int from = random.nextInt(word.length());
                word = word.substring(from, from + random.nextInt(word.length() - from + 1));
            }
            line.append(random.nextInt(8) == 0 ? word.toUpperCase(Locale.ROOT) : word);
            if (random.nextInt(60) == 0) {
                line.append(word.repeat(1 + random.nextInt(40)));
            }
            line.append(random.nextInt(3) == 0 ? SIGNS.get(random.nextInt(SIGNS.size())) : " ");
        }
        return sound(line.toString());
    }

    /** Half a surrogate pair has no UTF-8, which is what the oracle is asked in. */
    private static String sound(String text) {
        var out = new StringBuilder();
        text.codePoints()
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    /** all-MiniLM-L6-v2 as it is published, in a folder that is made. */
    public static Path miniLm(Path folder) {
        try {
            URL export = Fixtures.class.getClassLoader().getResource("all-minilm-l6-v2.onnx");
            Assumptions.assumeTrue(export != null, "the artifact with all-MiniLM-L6-v2 is not on the class path");
            Path jar = Path.of(
                    ((JarURLConnection) export.openConnection()).getJarFileURL().toURI());
            MiniLm.unpack(jar, folder);
            return folder;
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
