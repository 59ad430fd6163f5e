package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sensorium.multimodal.caption.CaptionWriter;
import sensorium.multimodal.model.ModelFolder;
import sensorium.nn.TokenChoice;
import sensorium.vision.PictureFile;

/** {@code caption RUN PICTURE…}: what pictures show. */
@Command(
        name = "caption",
        mixinStandardHelpOptions = true,
        description = "Say what pictures show, with a model of train caption: a line for each.")
final class CaptionCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "RUN", description = "A run of train caption.")
    private Path model;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "PICTURE", description = "Picture files.")
    private List<Path> files;

    @Option(
            names = "--beam",
            paramLabel = "N",
            description =
                    "Keep the N best captions while searching, 1 takes the best unit at each step (default: ${DEFAULT-VALUE}).")
    private int beam = 4;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Draw captions as likely as they are instead: below 1 the likely become likelier.")
    private Double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Of what is drawn: only so many of the best (default: all).")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Of what is drawn: only the best that together are so likely (default: ${DEFAULT-VALUE}).")
    private double topP = 1;

    @Override
    public void run() {
        common.backend();
        boolean draws = temperature != null || topK > 0 || topP < 1;
        var options = new CaptionWriter.Options(
                beam,
                draws
                        ? Optional.of(new TokenChoice(temperature == null ? 1 : temperature, topK, topP))
                        : Optional.empty(),
                common.seed);
        CaptionWriter writer = new ModelFolder(model).openCaptions();
        List<Map<String, Object>> all = new ArrayList<>();
        try (var progress = new Progress()) {
            for (int i = 0; i < files.size(); i++) {
                progress.update("looking at pictures", i, files.size(), "");
                var written = writer.write(PictureFile.decode(files.get(i)), options);
                Map<String, Object> map = new LinkedHashMap<>();
                map.put("file", files.get(i).toString());
                map.put("text", written.text());
                map.put("log_probability", written.logProbability());
                all.add(map);
            }
        }
        common.print(
                all,
                all.stream()
                        .map(m -> String.format(Locale.ROOT, "%s  %s", m.get("file"), m.get("text")))
                        .collect(Collectors.joining("\n")));
    }
}
