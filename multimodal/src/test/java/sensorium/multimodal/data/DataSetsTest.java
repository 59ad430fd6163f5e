package sensorium.multimodal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sensorium.BadInputException;

/** Installs from a make-believe apt-get and dpkg: shell scripts around a tar archive. */
class DataSetsTest {
    private static final String PACKAGE = "asterisk-core-sounds-en-wav";
    private static final int CLIPS = 520;

    @TempDir
    Path temporary;

    private Path tools;
    private Path archive;
    private DataSets sets;

    @BeforeEach
    void makeBelieve() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell here");
        var content = temporary.resolve("content");
        var sounds = Files.createDirectories(content.resolve("usr/share/asterisk/sounds/en_US_f_Allison/digits"));
        for (int i = 0; i < CLIPS; i++) {
            Files.writeString(sounds.resolve(i + ".wav"), "x");
        }
        var documents = Files.createDirectories(content.resolve("usr/share/doc/" + PACKAGE));
        Files.writeString(documents.resolve("copyright"), "CC BY-SA 3.0");
        archive = temporary.resolve("archive.tar");
        var tar = new ProcessBuilder("tar", "-cf", archive.toString(), "-C", content.toString(), "usr").start();
        assertThat(tar.waitFor()).isZero();

        tools = Files.createDirectory(temporary.resolve("tools"));
        script("dpkg", "[ \"$1\" = -x ] && exec tar -xf \"$2\" -C \"$3\"");
        aptGet(hash(), "cp " + archive + " " + PACKAGE + "_1_all.deb");
        sets = new DataSets(temporary.resolve("cache"), Optional.of(tools));
    }

    private String hash() throws Exception {
        var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(archive));
        return HexFormat.of().formatHex(digest);
    }

    private void aptGet(String hash, String download) throws IOException {
        script(
                "apt-get",
                "echo \"$*\" >> " + temporary.resolve("calls") + "\n"
                        + "case \"$*\" in\n"
                        + "  *--print-uris*) echo \"'make://believe/x.deb' " + PACKAGE + "_1_all.deb "
                        + Files.size(archive) + " SHA256:" + hash + "\" ;;\n"
                        + "  *download*) " + download + " ;;\n"
                        + "esac");
    }

    private void script(String name, String body) throws IOException {
        var file = Files.writeString(tools.resolve(name), "#!/bin/sh\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Path install() {
        return sets.install(DataSet.PROMPTS, Optional.empty(), (phase, done, total) -> {});
    }

    @Test
    void installsOnceAndWhole() throws Exception {
        var phases = new ArrayList<String>();
        var folder = sets.install(
                DataSet.PROMPTS,
                Optional.empty(),
                (phase, done, total) -> phases.add(phase + " " + done + "/" + total));
        long size = Files.size(archive);
        assertThat(phases)
                .contains("update the package lists 0/-1", "download " + PACKAGE + " " + size + "/" + size)
                .contains("unpack " + PACKAGE + " 0/-1", "convert prompts 0/-1");
        assertThat(sets.installed(DataSet.PROMPTS)).contains(folder);
        assertThat(folder.resolve("COPYRIGHT")).hasContent("CC BY-SA 3.0");
        var data = sets.open("prompts");
        assertThat(data.items()).hasSize(CLIPS);
        assertThat(data.labels()).containsExactly("digits");
        try (var archives = Files.list(sets.cache().resolve("apt/archives"))) {
            assertThat(archives.filter(Files::isRegularFile)).isEmpty();
        }
        try (var entries = Files.list(sets.cache())) {
            assertThat(entries.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("apt", "prompts", ".lock");
        }

        var calls = Files.readString(temporary.resolve("calls"));
        assertThat(install()).isEqualTo(folder);
        assertThat(temporary.resolve("calls")).hasContent(calls);
    }

    @Test
    void aFailedDownloadSaysWhyAndCanBeRepeated() throws Exception {
        aptGet(
                hash(),
                "head -c 100 " + archive + " > " + PACKAGE + "_1_all.deb; echo 'E: No space left on device'; exit 100");
        assertThatThrownBy(this::install)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("cannot be downloaded")
                .hasMessageContaining("(No space left on device)")
                .message()
                .doesNotContain("\n");
        assertThat(sets.installed(DataSet.PROMPTS)).isEmpty();
        aptGet(hash(), "tail -c +101 " + archive + " >> " + PACKAGE + "_1_all.deb"); // goes on, as apt does
        install();
        assertThat(sets.open("prompts").items()).hasSize(CLIPS);
    }

    @Test
    void aDamagedDownloadIsRemoved() throws Exception {
        aptGet("0".repeat(64), "cp " + archive + " " + PACKAGE + "_1_all.deb");
        assertThatThrownBy(this::install).isInstanceOf(BadInputException.class).hasMessageContaining("damaged");
        assertThat(sets.cache().resolve("apt/archives/" + PACKAGE + "_1_all.deb"))
                .doesNotExist();
    }

    @Test
    void aPackageThatIsNowhereIsNamed() throws Exception {
        script("apt-get", "echo 'E: Unable to locate package'; exit 100");
        assertThatThrownBy(this::install)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(PACKAGE + " is not in the package lists")
                .hasMessageContaining("Unable to locate package");
    }

    @Test
    void aSystemWithoutAptIsTold() throws Exception {
        Files.delete(tools.resolve("apt-get"));
        assertThatThrownBy(this::install)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no apt-get")
                .hasMessageContaining(PACKAGE);
    }

    @Test
    void aPackageWithOtherContentLeavesNothingBehind() throws Exception {
        script(
                "dpkg",
                "mkdir -p \"$3/usr/share/asterisk/sounds/en_US_f_Allison\" \"$3/usr/share/doc/" + PACKAGE
                        + "\"; touch \"$3/usr/share/doc/" + PACKAGE
                        + "/copyright\" \"$3/usr/share/asterisk/sounds/en_US_f_Allison/one.wav\"");
        assertThatThrownBy(this::install).isInstanceOf(BadInputException.class).hasMessageContaining("only 1 of");
        try (var entries = Files.list(sets.cache())) {
            assertThat(entries.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder("apt", ".lock");
        }
        script("dpkg", "exit 0");
        assertThatThrownBy(this::install).isInstanceOf(BadInputException.class).hasMessageContaining("not known here");
        script("dpkg", "echo 'dpkg-deb: error: not a Debian archive'; exit 2");
        assertThatThrownBy(this::install)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("cannot be unpacked (dpkg-deb: error: not a Debian archive)");
    }

    @Test
    void installsIntoAFolderOfOnesOwnButNotOverOne() throws Exception {
        var mine = temporary.resolve("mine");
        var folder = sets.install(DataSet.PROMPTS, Optional.of(mine), (phase, done, total) -> {});
        assertThat(folder).isEqualTo(mine);
        assertThat(sets.installed(DataSet.PROMPTS)).isEmpty();
        assertThat(DataFolder.read(mine).items()).hasSize(CLIPS);

        var full = Files.createDirectory(temporary.resolve("full"));
        var keep = Files.writeString(full.resolve("keep"), "me");
        assertThatThrownBy(() -> sets.install(DataSet.PROMPTS, Optional.of(full), (phase, done, total) -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not an installed set");
        assertThat(keep).hasContent("me");
    }

    @Test
    void whatAKilledRunLeftIsCleared() throws Exception {
        var leftover = Files.createDirectories(sets.cache().resolve(".prompts-staging-123/root"));
        Files.writeString(leftover.resolve("half.wav"), "x");
        install();
        assertThat(leftover.getParent()).doesNotExist();
    }

    @Test
    void namesAreKnownOrToldOf() {
        assertThatThrownBy(() -> DataSet.require("stomps"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("toy, toy-motion, music, stamps, fashion-mnist, prompts, clipart");
        assertThatThrownBy(() -> sets.open("stamps"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("sensorium data install stamps");
        assertThatThrownBy(() -> sets.open("speech-language"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("sensorium data install stamps");
    }
}
