package sensorium.app;

import java.nio.file.Files;
import java.nio.file.Path;
import sensorium.multimodal.data.DataSets;
import sensorium.text.bert.MiniLm;

/** Published models that can be had by name. */
final class ModelNames {
    private ModelNames() {}

    /** The folder that is named, or that of the model which goes by that name. */
    static Path folder(Path model) {
        return model.toString().equals(MiniLm.NAME) && !Files.exists(model)
                ? MiniLm.folder(DataSets.ofUser().cache().resolve("models"))
                : model;
    }
}
