package sensorium.app;

import java.util.List;
import java.util.Optional;
import sensorium.BadInputException;
import sensorium.multimodal.Material;
import sensorium.multimodal.caption.PictureNames;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Skipped;
import sensorium.multimodal.stamps.StampsProtocol;

/**
 * Pictures with their names.
 *
 * @param seen what is trained on
 * @param others what is not; null where the data holds nothing out
 */
record CaptionData(PictureNames seen, PictureNames others, Skipped skipped) {
    /** Of captions, where they name languages. */
    static final String LANGUAGE = "en";

    static CaptionData open(SpaceData data, String language, Material.Watcher watcher) {
        var seen = PictureNames.of(data.training(), language, watcher);
        Optional<List<Item>> held = data.protocol()
                .map(StampsProtocol::known)
                .or(() -> data.folder().splits().isEmpty()
                        ? Optional.empty()
                        : Optional.of(data.folder().forEvaluation()));
        PictureNames others = null;
        if (held.isPresent()) {
            try {
                others = PictureNames.of(held.get(), language, watcher);
            } catch (BadInputException e) {
                throw new BadInputException("what is held out: " + e.getMessage(), e);
            }
        }
        return new CaptionData(
                seen,
                others,
                Skipped.all(
                        data.folder().skipped(), seen.skipped(), others == null ? new Skipped() : others.skipped()));
    }
}
