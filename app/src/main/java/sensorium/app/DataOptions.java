package sensorium.app;

import java.util.List;
import picocli.CommandLine.Option;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.Item;

/** Which data, and how much of it, a model is shown. */
final class DataOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "DATA",
            description = "A data folder, or the name of an installed set.")
    String name;

    @Option(names = "--split", paramLabel = "S", description = "Only this split of it.")
    String split;

    SpaceData open() {
        return SpaceData.open(name);
    }

    /** The split that was asked for, else all there is. */
    List<Item> all(DataFolder folder) {
        return split == null ? folder.items() : folder.split(split);
    }
}
