package sensorium.app;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import sensorium.multimodal.dual.ZeroShotClassifier;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.OpenedModel;

/** {@code classify MODEL FILE…}: what a picture or a sound is. */
@Command(
        name = "classify",
        mixinStandardHelpOptions = true,
        description = {
            "Say what pictures or sounds are: with a classifier one of its labels,",
            "with a shared space, or a published CLIP, SigLIP or CLAP, the nearest of the names given by --label",
            "or --labels, or of the labels of --data."
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

    @Option(
            names = "--template",
            paramLabel = "T",
            description = {
                "The sentence that {} in it makes of a name, for a published model; may be repeated, and the mean counts",
                "(default: This is a photo of {}. Or: a sound)."
            })
    private List<String> templates = List.of();

    /** For a model that was taught no classes. */
    static final class Names {
        @Option(names = "--label", paramLabel = "NAME", description = "A name to choose from; may be repeated.")
        private List<String> labels = List.of();

        @Option(names = "--labels", split = ",", paramLabel = "NAMES", description = "Such names, commas between them.")
        private List<String> listed = List.of();

        @Option(names = "--data", paramLabel = "DATA", description = "Choose from the labels of that data.")
        private String data;

        List<String> all() {
            return data == null
                    ? Stream.concat(labels.stream(), listed.stream().map(String::strip))
                            .toList()
                    : List.copyOf(DataSets.ofUser().open(data).labels());
        }
    }

    @Override
    public void run() {
        common.backend();
        switch (new ModelFolder(model).open()) {
            case OpenedModel.Classes classes -> guess(FileClassifier.of(classes.model())::classify);
            case OpenedModel.Published eye -> guess(FileClassifier.of(eye.model(), eye.preprocessing())::classify);
            case OpenedModel.Sounds sounds -> guess(FileClassifier.of(sounds.model())::classify);
            case OpenedModel.Space space -> guess(new ZeroShot(space.model(), choice("a shared space"))::classify);
            case OpenedModel.Pairs pairs -> {
                List<String> choice = choice("a " + pairs.kind() + " model");
                guess(new ZeroShotClassifier(pairs.model(), choice, templates)::classify);
            }
            case OpenedModel other ->
                throw new BadInputException(model + ": a " + other.kind()
                        + " model, which tells nothing apart; train one that does: sensorium train classify");
        }
    }

    private List<String> choice(String of) {
        List<String> choice = names.all();
        if (choice.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), of + " needs names to choose from: give --label or --data");
        }
        return choice;
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
