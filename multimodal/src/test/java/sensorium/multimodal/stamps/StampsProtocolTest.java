package sensorium.multimodal.stamps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import sensorium.multimodal.data.Caption;
import sensorium.multimodal.data.DataFolder;
import sensorium.multimodal.data.DataSet;
import sensorium.multimodal.data.DataSets;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.data.Sound;
import sensorium.multimodal.data.StampsSplit;
import sensorium.text.NGrams;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StampsProtocolTest {
    private static JsonNode fixture() {
        var file = Path.of(System.getProperty("sensorium.fixtures"), "tuxpaint/core_split.json");
        assumeTrue(Files.isRegularFile(file), "fixtures absent: " + file);
        return new JsonMapper().readTree(file);
    }

    private static DataFolder stamps() {
        var sets = DataSets.ofUser();
        assumeTrue(sets.installed(DataSet.STAMPS).isPresent(), "the stamps are not installed in " + sets.cache());
        return sets.open("stamps");
    }

    @Test
    void theRuleGivesTheFixturesSplit() {
        var pathsByKey = new HashMap<String, List<String>>();
        var given = new TreeMap<String, String>();
        for (var entry : fixture()) {
            var key = StampsSplit.key(entry.get("en").stringValue());
            assertThat(key).isEqualTo(entry.get("key").stringValue());
            var path = entry.get("path").stringValue();
            pathsByKey.computeIfAbsent(key, k -> new ArrayList<>()).add(path);
            given.put(path, entry.get("split").stringValue());
        }
        var computed = new TreeMap<String, String>();
        pathsByKey.forEach((key, paths) -> {
            for (var path : paths) {
                boolean lastOfSeveral = paths.size() > 1 && path.equals(paths.getLast());
                computed.put(
                        path,
                        StampsSplit.isTest(key) ? Item.TEST : lastOfSeveral ? StampsSplit.KNOWN_CONCEPT : Item.TRAIN);
            }
        });
        assertThat(computed).isEqualTo(given).hasSize(627);
    }

    @Test
    void theInstalledStampsAreTheFixtures() {
        var fixture = fixture();
        var core = new HashMap<String, Item>();
        for (var item : stamps().items()) {
            if (!item.split().orElseThrow().equals(StampsSplit.EXTRA)) {
                core.put(item.id(), item);
            }
        }
        assertThat(core).hasSize(fixture.size());
        for (var entry : fixture) {
            var path = entry.get("path").stringValue();
            var item = core.get(path);
            assertThat(item).as(path).isNotNull();
            assertThat(item.split()).as(path).contains(entry.get("split").stringValue());
            assertThat(item.caption("en")).as(path).contains(entry.get("en").stringValue());
            assertThat(item.label()).as(path).contains(entry.get("top").stringValue());
            var speech = item.sounds().stream()
                    .map(Sound::language)
                    .filter(l -> !l.equals(Sound.NO_LANGUAGE))
                    .toList();
            assertThat(speech)
                    .as(path)
                    .containsExactlyInAnyOrderElementsOf(entry.get("speech")
                            .valueStream()
                            .map(JsonNode::stringValue)
                            .toList());
            assertThat(item.sound(Sound.NO_LANGUAGE).isPresent())
                    .as(path)
                    .isEqualTo(!entry.get("sfx").isEmpty());
        }
    }

    @Test
    void onlyWhatIsAllowedIsTrainedOn() {
        var protocol = StampsProtocol.of(stamps());
        assertThat(protocol.train()).hasSize(449);
        assertThat(protocol.known()).hasSize(36);
        assertThat(protocol.test()).hasSize(142);
        assertThat(protocol.sounds(Sound.NO_LANGUAGE)).hasSize(83);

        var training = protocol.forTraining();
        assertThat(training).hasSize(449);
        assertThat(training)
                .flatExtracting(Item::captions)
                .extracting(Caption::language)
                .containsOnly("en", "fr", "es", "it");
        assertThat(training)
                .flatExtracting(Item::sounds)
                .extracting(Sound::language)
                .containsOnly("fr", "es", "ro", "ru", "bg", Sound.NO_LANGUAGE);

        var trainKeys = new HashSet<>(StampsProtocol.keys(protocol.train()));
        assertThat(StampsProtocol.keys(protocol.test())).doesNotContainAnyElementsOf(trainKeys);
        assertThat(trainKeys).containsAll(StampsProtocol.keys(protocol.known()));
    }

    @Test
    void heldOutLanguagesReproduceTheirBaselinesRoughly() {
        var protocol = StampsProtocol.of(stamps());
        var baseline = new CharacterBaseline(protocol, StampsProtocol.TEXT_LANGUAGES, new NGrams(2, 4, 1));
        for (var published : Baseline.ALL) {
            if (published.tier() == Tier.T2) {
                var all = protocol.captions(published.query());
                assertThat(all).as(published.query()).hasSize(449);
                var recall = baseline.score(all);
                assertThat(recall.r1()).isCloseTo(published.r1(), within(.06));
                assertThat(recall.r5()).isCloseTo(published.r5().orElseThrow(), within(.06));

                var unseen = protocol.captionsNotTrainedOn(published.query());
                assertThat(unseen).hasSizeBetween(250, 448);
                assertThat(baseline.score(unseen).r1()).isLessThan(recall.r1());
            }
        }
    }
}
