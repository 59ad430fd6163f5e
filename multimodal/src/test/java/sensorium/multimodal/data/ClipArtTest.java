package sensorium.multimodal.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipArtTest {
    @ParameterizedTest
    @CsvSource({
        "sleeping_cat_ron_golan_01, sleeping cat",
        "acquila_architetto_franc_02, acquila",
        "cigni_bianchi_e_neri_arc_01, cigni bianchi neri",
        "a_boy_plays_soccer_01, a boy plays soccer",
        "bee1_mimooh_01, bee",
        "flat_cake_bw_jean-victor_01, flat cake",
        "pill-button-yellow_benji_01, pill button yellow",
        "cormorant-md, cormorant",
        "big_ant, big ant",
        "8ball_form_jarno_vasama, ball form",
        "jonathon_s_duck_01, duck",
        "mimooh_01, ''",
    })
    void artistsAndNumbersAreDropped(String fileName, String words) {
        assertThat(ClipArt.words(fileName)).isEqualTo(words);
    }

    @Test
    void onlyThingsAreTaken(@TempDir Path root) throws IOException {
        for (var name : new String[] {
            "animals/birds/crow_01.png",
            "animals/mammals/dogs/mimooh_01.png",
            "shapes/star.png",
            "computer/folder.png",
            "recreation/games/cards/white/white_s_q.png",
            "transportation/bus.png",
            "transportation/roadsigns/stop.png"
        }) {
            Files.createDirectories(root.resolve(name).getParent());
            Files.writeString(root.resolve(name), "x");
        }
        Files.createSymbolicLink(root.resolve("animals/twin.png"), root.resolve("animals/birds/crow_01.png"));
        for (var folder : ClipArt.THINGS) {
            Files.createDirectories(root.resolve(folder));
        }
        ClipArt.convert(root);
        var data = DataFolder.read(root);
        assertThat(data.items())
                .extracting(Item::id)
                .containsExactly(
                        "animals/birds/crow_01.png", "animals/mammals/dogs/mimooh_01.png", "transportation/bus.png");
        assertThat(data.items().get(0).captions()).containsExactly(new Caption("", "crow"), new Caption("", "birds"));
        assertThat(data.items().get(1).captions()).containsExactly(new Caption("", "dogs"));
        assertThat(data.labels()).containsExactly("animals/birds", "animals/mammals/dogs", "transportation");
    }
}
