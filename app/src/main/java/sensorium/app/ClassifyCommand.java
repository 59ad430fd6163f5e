package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.BadInputException;
import sensorium.multimodal.classify.FileClassifier;
import sensorium.multimodal.classify.Guess;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;

/** {@code classify MODEL FILE…}: what a picture or a sound is. */
@Command(
        name = "classify",
        mixinStandardHelpOptions = true,
        description = {
            "Say what pictures or sounds are: with a classifier one of its labels,",
            "with a shared space the nearest of the names given by --label or of the labels of --data."
        })
final class ClassifyCommand implements Runnable {
    /** How many labels are shown for a file. */
    private static final int SHOWN = 5;

    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run folder, or that of a published classifier.")
    private Path model;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "Pictures or sounds.")
    private List<Path> files;

    @ArgGroup
    private Names names = new Names();

    /** For a shared space. */
    static final class Names {
        @Option(names = "--label", paramLabel = "NAME", description = "A name to choose from; may be repeated.")
        private List<String> labels = List.of();

        @Option(names = "--data", paramLabel = "DATA", description = "Choose from the labels of that data.")
        private String data;

        List<String> all() {
            return data == null
                    ? labels
                    : List.copyOf(DataSets.ofUser().open(data).labels());
        }
    }

    @Override
    public void run() {
        common.backend();
        switch (new ModelFolder(model).open()) {
            case OpenedModel.Classes classes -> guess(FileClassifier.of(classes.model())::classify);
            case OpenedModel.Published vit -> guess(FileClassifier.of(vit.model(), vit.preprocessing())::classify);
            case OpenedModel.Sounds sounds -> guess(FileClassifier.of(sounds.model())::classify);
            case OpenedModel.Space space -> {
                List<String> choice = names.all();
                if (choice.isEmpty()) {
                    throw new ParameterException(
                            spec.commandLine(), "a shared space needs names to choose from: give --label or --data");
                }
                guess(new ZeroShot(space.model(), choice)::classify);
            }
            case OpenedModel other ->
                throw new BadInputException(model + ": a " + other.kind()
                        + " model, which tells nothing apart; train one that does: sensorium train classify");
        }
    }

    private void guess(Function<Path, List<Guess>> classifier) {
        List<Verdict> verdicts =
                files.stream().map(f -> new Verdict(f, classifier.apply(f))).toList();
        common.print(
                verdicts.stream().map(Verdict::toMap).toList(),
                verdicts.stream().map(Verdict::text).collect(Collectors.joining("\n")));
    }

    /** @param guesses likeliest first */
    private record Verdict(Path file, List<Guess> guesses) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("file", file.toString());
            map.put("label", guesses.getFirst().label());
            map.put("probability", guesses.getFirst().probability());
            map.put("guesses", guesses.stream().limit(SHOWN).toList());
            return map;
        }

        String text() {
            return file + "  "
                    + guesses.stream()
                            .limit(SHOWN)
                            .map(g -> String.format(Locale.ROOT, "%s %.3f", g.label(), g.probability()))
                            .collect(Collectors.joining(", "));
        }
    }
}
