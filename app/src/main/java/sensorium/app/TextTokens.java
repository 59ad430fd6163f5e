package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import sensorium.text.Tokenizer;
import sensorium.text.pipeline.Encoding;
import sensorium.text.pipeline.SubwordTokenizer;
import sensorium.text.pipeline.TokenizerFiles;

/** The tokens of a text, on the standard output: a line each, or JSON. */
final class TextTokens {
    private TextTokens() {}

    static void print(CommonOptions common, Path model, String text) {
        Tokenizer tokenizer = TokenizerFiles.open(model);
        int[] ids;
        List<String> tokens;
        Map<String, Object> json = new LinkedHashMap<>();
        if (tokenizer instanceof SubwordTokenizer subwords) {
            // As long as it is: a model's limit is the model's business.
            Encoding read = subwords.encodeForModel(text, Integer.MAX_VALUE);
            ids = read.ids();
            tokens = IntStream.of(ids).mapToObj(subwords::spelling).toList();
            List<int[]> places = new ArrayList<>();
            for (int i = 0; i < ids.length; i++) {
                places.add(new int[] {read.begin()[i], read.end()[i]});
            }
            json.put("offsets", places);
        } else {
            ids = tokenizer.encode(text);
            tokens = IntStream.of(ids).mapToObj(tokenizer::decode).toList();
        }
        json.put("ids", ids);
        json.put("tokens", tokens);
        common.print(
                json,
                IntStream.range(0, ids.length)
                        .mapToObj(i -> String.format(
                                Locale.ROOT, "%7d  %s", ids[i], tokens.get(i).replace("\n", "\\n")))
                        .collect(Collectors.joining("\n")));
    }
}
