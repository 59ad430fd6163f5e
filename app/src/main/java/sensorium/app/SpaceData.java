package sensorium.app;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.data.StampsSplit;
import sensorium.multimodal.stamps.StampsProtocol;

/**
 * A data folder as a shared space uses it.
 *
 * @param name as it was given
 * @param folder all that is there
 * @param protocol how the stamps are used, where it is them
 * @param also what is trained on beside it; nothing of that is scored
 */
record SpaceData(String name, DataFolder folder, Optional<StampsProtocol> protocol, List<SpaceData> also) {

    static SpaceData open(String nameOrFolder) {
        DataFolder folder = DataSets.ofUser().open(nameOrFolder);
        boolean stamps = folder.splits().contains(StampsSplit.KNOWN_CONCEPT);
        return new SpaceData(
                nameOrFolder, folder, stamps ? Optional.of(StampsProtocol.of(folder)) : Optional.empty(), List.of());
    }

    SpaceData with(List<SpaceData> others) {
        return new SpaceData(name, folder, protocol, List.copyOf(others));
    }

    /** What may be trained on. */
    List<Item> training() {
        List<Item> own = protocol.map(StampsProtocol::forTraining).orElseGet(folder::forTraining);
        return Stream.concat(own.stream(), also.stream().flatMap(d -> d.training().stream()))
                .toList();
    }

    /** Names of all that is trained on. */
    List<String> names() {
        return Stream.concat(Stream.of(name), also.stream().map(SpaceData::name))
                .toList();
    }

    /** What of all folders could not be read. */
    Skipped skipped() {
        return Skipped.all(Stream.concat(Stream.of(this), also.stream())
                .map(d -> d.folder.skipped())
                .toArray(Skipped[]::new));
    }

    /** What is scored: that split, or what the folder holds out, or all of it. */
    List<Item> scored(String split) {
        return split == null ? folder.forEvaluation() : folder.split(split);
    }
}
