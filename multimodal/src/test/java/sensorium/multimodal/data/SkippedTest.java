package sensorium.multimodal.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SkippedTest {
    @Test
    void aReasonNamesItsFileOnce() {
        var skipped = new Skipped();
        skipped.add("red/cut.png", "/data/red/cut.png: the file ends too early");
        skipped.add("cut.png", "/data/uncut.png: the file ends too early");
        skipped.add("red/0.txt", "neither a picture nor a sound by its name");
        assertThat(skipped.reasons())
                .containsExactly(
                        "/data/red/cut.png: the file ends too early",
                        "cut.png: /data/uncut.png: the file ends too early",
                        "red/0.txt: neither a picture nor a sound by its name");
        assertThat(skipped.summary()).isEqualTo("; skipped 3, the first: /data/red/cut.png: the file ends too early");
    }
}
