package sensorium.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSet;
import sensorium.multimodal.data.DataSets;

/** {@code data list | install NAME | show DATA}. */
@Command(name = "data", mixinStandardHelpOptions = true, description = "List, install and look at data sets.")
final class DataCommand implements Runnable {
    private static final String SPEECH_ABOUT =
            "the stamps' spoken captions, labelled by language; no thing of the test split is spoken of in training";

    private static final String DUETS_ABOUT = "the melodies two at a time: the labels are both families";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "data needs one of: list, install, show");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the sets that can be had by name.")
    void list(@Mixin CommonOptions common) {
        DataSets sets = DataSets.ofUser();
        List<Listed> rows = new ArrayList<>();
        for (DataSet set : DataSet.values()) {
            Optional<Path> where = sets.installed(set);
            rows.add(new Listed(set.setName(), set.about(), set, where));
            if (set == DataSet.MUSIC) {
                rows.add(new Listed(DataSets.DUETS, DUETS_ABOUT, set, where.map(p -> p.resolve(DataSets.DUETS))));
            }
            if (set == DataSet.STAMPS) {
                rows.add(new Listed(DataSets.SPEECH, SPEECH_ABOUT, set, where.map(p -> p.resolve(DataSets.SPEECH))));
            }
        }
        common.print(
                rows.stream().map(Listed::toMap).toList(),
                rows.stream().map(Listed::text).collect(Collectors.joining(System.lineSeparator())));
    }

    /** @param set what it is, or comes with */
    private record Listed(String name, String about, DataSet set, Optional<Path> where) {
        Map<String, Object> toMap() {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", name);
            row.put("about", about);
            row.put("licence", set.licence());
            row.put("installed", where.map(Path::toString).orElse(null));
            return row;
        }

        String text() {
            return "%-15s %s (%s)%n%-15s %s"
                    .formatted(
                            name,
                            about,
                            set.licence(),
                            "",
                            where.map(p -> "installed in " + p)
                                    .orElse("not installed: sensorium data install " + set.setName()));
        }
    }

    @Command(name = "install", mixinStandardHelpOptions = true, description = "Bring a set here, without root.")
    void install(
            @Mixin CommonOptions common,
            @Parameters(paramLabel = "NAME", description = "A name from 'data list'.") String name,
            @Option(names = "--to", paramLabel = "DIR", description = "Put it there instead of the cache.") Path to) {
        DataSet set = DataSet.require(name);
        try (var progress = new Progress()) {
            Path where = DataSets.ofUser()
                    .install(
                            set,
                            Optional.ofNullable(to),
                            (phase, done, total) ->
                                    progress.update(phase, done, total, total > 0 ? done * 100 / total + " %" : ""));
            common.print(Map.of("name", name, "path", where.toString()), name + " is in " + where);
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Count what a data folder holds.")
    void show(
            @Mixin CommonOptions common,
            @Parameters(paramLabel = "DATA", description = "A data folder, or the name of an installed set.")
                    String data) {
        DataFolder folder = DataSets.ofUser().open(data);
        Map<String, Long> splits = folder.items().stream()
                .collect(Collectors.groupingBy(i -> i.split().orElse("(none)"), TreeMap::new, Collectors.counting()));
        Map<String, Long> labels = folder.items().stream()
                .flatMap(i -> i.labels().isEmpty() ? Stream.of("(none)") : i.labels().stream())
                .collect(Collectors.groupingBy(l -> l, TreeMap::new, Collectors.counting()));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("items", folder.items().size());
        result.put(
                "pictures",
                folder.items().stream().mapToInt(i -> i.pictures().size()).sum());
        result.put(
                "sounds",
                folder.items().stream().mapToInt(i -> i.sounds().size()).sum());
        result.put(
                "captions",
                folder.items().stream().mapToInt(i -> i.captions().size()).sum());
        result.put("splits", splits);
        result.put("labels", labels);
        result.put("skipped", folder.skipped().count());
        var text = new StringBuilder(folder.root() + "\n");
        result.forEach((key, value) -> text.append("  %-9s %s%n".formatted(key, brief(value))));
        folder.skipped()
                .reasons()
                .forEach(r -> text.append("  skipped ").append(r).append('\n'));
        common.print(result, text.toString().stripTrailing());
    }

    private static String brief(Object value) {
        if (!(value instanceof Map<?, ?> counts)) {
            return value.toString();
        }
        String some = counts.entrySet().stream()
                .limit(12)
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
        return counts.size() > 12 ? some + ", … (" + counts.size() + " in all)" : some;
    }
}
