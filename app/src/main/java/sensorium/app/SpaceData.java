package sensorium.app;

import java.util.List;
import java.util.Optional;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.StampsSplit;
import sensorium.multimodal.stamps.StampsProtocol;

/**
 * A data folder as a shared space uses it.
 *
 * @param name as it was given
 * @param folder all that is there
 * @param protocol how the stamps are used, where it is them
 */
record SpaceData(String name, DataFolder folder, Optional<StampsProtocol> protocol) {

    static SpaceData open(String nameOrFolder) {
        DataFolder folder = DataSets.ofUser().open(nameOrFolder);
        boolean stamps = folder.splits().contains(StampsSplit.KNOWN_CONCEPT);
        return new SpaceData(nameOrFolder, folder, stamps ? Optional.of(StampsProtocol.of(folder)) : Optional.empty());
    }

    /** What may be trained on. */
    List<Item> training() {
        return protocol.map(StampsProtocol::forTraining).orElseGet(folder::forTraining);
    }

    /** What is scored: that split, or what the folder holds out, or all of it. */
    List<Item> scored(String split) {
        return split == null ? folder.forEvaluation() : folder.split(split);
    }
}
