package sensorium.app;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import sensorium.app.report.Html;
import sensorium.app.report.Media;
import sensorium.app.report.MelView;
import sensorium.app.report.Page;
import sensorium.multimodal.tokens.AnyToAny;
import sensorium.multimodal.tokens.Direction;
import sensorium.multimodal.tokens.MediaCodec;
import sensorium.multimodal.tokens.Medium;
import sensorium.multimodal.tokens.TokenBank;
import sensorium.multimodal.tokens.TokenWriter;

/** What went in and what came out, to look at and to hear. */
final class AnyToAnyView {
    private static final int SHOWN = 8;

    private AnyToAnyView() {}

    /** A table for each direction, of things that lie evenly in the data. */
    static Page.Section rows(AnyToAny model, TokenBank bank, long seed) {
        var codec = new MediaCodec(model);
        var options = AnyToAnyMaking.usual(seed);
        List<Html> tables = new ArrayList<>();
        for (Direction d : Direction.LEARNT) {
            List<TokenBank.Entry> known = bank.of(d);
            int n = Math.min(SHOWN, known.size());
            List<TokenBank.Entry> some = IntStream.range(0, n)
                    .mapToObj(i -> known.get((int) ((long) i * known.size() / n)))
                    .toList();
            List<int[]> given = some.stream()
                    .map(e -> e.given().get(d.from()).getFirst().plain())
                    .toList();
            List<int[]> written = TokenWriter.write(model, d, given, options, _ -> {});
            List<Html> rows = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                String name = some.get(i).name();
                rows.add(Html.of(
                        "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                        name,
                        shown(model, codec, d.from(), given.get(i), name),
                        shown(model, codec, d.to(), written.get(i), name)));
            }
            tables.add(Html.of(
                    "<h3>{}</h3><div class=\"scroll\"><table class=\"plain\"><thead><tr><th>it is</th><th>in</th><th>out</th></tr></thead>"
                            + "<tbody>{}</tbody></table></div>",
                    d.from().shown() + " to " + d.to().shown(),
                    rows));
        }
        return new Page.Section(
                "Any to any",
                "What went in, as the model's tokens keep it, and what came out. All by the same weights.",
                Html.join(tables));
    }

    private static Html shown(AnyToAny model, MediaCodec codec, Medium medium, int[] row, String name) {
        return switch (medium) {
            case TEXT -> Html.of("<q>{}</q>", codec.text(row));
            case PICTURE -> Media.picture(codec.picture(row), name);
            case SOUND ->
                MelView.of(name, codec.sound(row), model.config().sounds().hearing())
                        .html();
        };
    }
}
