package sensorium.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.BackendProvider.Unavailable;

/** What discovery says about machines that lack one thing or another; drivers are played by shell scripts. */
@EnabledOnOs(OS.LINUX)
class DiscoveryTest {
    private static final String GPU =
            new DeviceFacts(0, 1, "Some platform", "Some GPU", "1.0", true, true, 8_000_000_000L).line();
    private static final String PROCESSOR =
            new DeviceFacts(0, 0, "Some platform", "A processor", "1.0", false, true, 1_000_000_000L).line();

    @TempDir
    private Path root;

    private Path libraries;
    private Path vendors;

    @BeforeEach
    void folders() throws IOException {
        libraries = Files.createDirectory(root.resolve("lib"));
        vendors = Files.createDirectory(root.resolve("vendors"));
    }

    private void complete() throws IOException {
        Files.writeString(libraries.resolve("libOpenCL.so"), "");
        Files.writeString(libraries.resolve("libsome.so"), "driver 1");
        Files.writeString(vendors.resolve("some.icd"), "libsome.so\n");
    }

    private Discovery.Answer answer(String script) {
        return discovery(script).answer();
    }

    /** Each run of the probe leaves a line in {@code runs}. */
    private Discovery discovery(String script) {
        String counted = "echo run >> '" + root.resolve("runs") + "'\n" + script;
        return new Discovery(
                List.of(libraries), vendors, List.of(), root.resolve("cache"), List.of("sh", "-c", counted), 1);
    }

    private static String says(String... lines) {
        var script = new StringBuilder("echo 'a word of the driver'");
        for (String line : lines) {
            script.append("\necho '").append(Discovery.MARK).append(line).append('\'');
        }
        return script.toString();
    }

    private long runs() throws IOException {
        Path runs = root.resolve("runs");
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    private static Discovery.Absent absent(Discovery.Answer answer) {
        assertThat(answer).isInstanceOf(Discovery.Absent.class);
        return (Discovery.Absent) answer;
    }

    @Test
    void whatFilesTellNeedsNoProbe() throws IOException {
        assertThat(absent(answer("exit 1")).reason()).contains("no libOpenCL.so");
        Files.writeString(libraries.resolve("libOpenCL.so.1"), "");
        assertThat(absent(answer("exit 1")).remedy()).contains("ocl-icd-opencl-dev");
        Files.writeString(libraries.resolve("libOpenCL.so"), "");
        assertThat(absent(answer("exit 1")).reason()).contains("no driver is registered");
        Files.delete(vendors);
        assertThat(absent(answer("exit 1")).reason()).contains("no driver is registered");
        assertThat(runs()).isZero();
    }

    @Test
    void aDriverThatAbortsIsNamedAndAskedOnce() throws IOException {
        complete();
        String script = "echo 'ld: not found' >&2; exit 134";
        for (int i = 0; i < 2; i++) {
            var absent = absent(answer(script));
            assertThat(absent.reason()).contains("134").contains("ld: not found");
            assertThat(absent.remedy()).contains("binutils");
        }
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void aDriverThatHangsIsGivenUpAndAskedAgain() throws IOException {
        complete();
        String script = "exec sleep 60";
        assertThat(absent(answer(script)).reason()).contains("does not answer");
        assertThat(absent(answer(script)).reason()).contains("does not answer");
        assertThat(runs()).isEqualTo(2);
    }

    @Test
    void driversWithoutDevices() throws IOException {
        complete();
        assertThat(absent(answer(says("ok"))).reason()).contains("no device");
    }

    @Test
    void theAnswerIsKeptUntilADriverChanges() throws IOException {
        complete();
        var asked = discovery(says("ok", PROCESSOR, GPU));
        var found = new Discovery.Found(List.of(DeviceFacts.parse(PROCESSOR), DeviceFacts.parse(GPU)));
        assertThat(asked.answer()).isEqualTo(found);
        assertThat(asked.answer()).isEqualTo(found);
        assertThat(runs()).isEqualTo(1);
        Files.writeString(libraries.resolve("libsome.so"), "driver 1.1");
        assertThat(asked.answer()).isEqualTo(found);
        assertThat(runs()).isEqualTo(2);
    }

    @Test
    void aDamagedAnswerIsAskedForAgain() throws IOException {
        complete();
        var asked = discovery(says("ok", PROCESSOR));
        asked.answer();
        Path kept = root.resolve("cache/devices");
        String key = Files.readAllLines(kept).get(0);
        for (String damaged : List.of("", "nonsense", key, key + "\nok\n0\tnot a device", key + "\nok\nx\ty")) {
            Files.writeString(kept, damaged);
            assertThat(asked.answer()).isInstanceOf(Discovery.Found.class);
        }
        assertThat(runs()).isEqualTo(6);
    }

    @Test
    void gpusComeFirstAndBeforeTheCpu() throws IOException {
        complete();
        var offers = new OpenClProvider(discovery(says("ok", PROCESSOR, GPU))::answer).offers();
        assertThat(offers).hasSize(2);
        var first = (Available) offers.get(0);
        var second = (Available) offers.get(1);
        assertThat(first.device()).isEqualTo("opencl");
        assertThat(first.detail()).contains("Some GPU").contains("8.0 GB");
        assertThat(second.device()).isEqualTo("opencl:1");
        assertThat(first.priority()).isGreaterThan(10);
        assertThat(second.priority()).isLessThan(10);
    }

    @Test
    void absenceIsAnOfferWithItsRemedy() {
        var offers = new OpenClProvider(discovery("exit 1")::answer).offers();
        assertThat(offers)
                .singleElement()
                .isInstanceOfSatisfying(
                        Unavailable.class, u -> assertThat(u.remedy()).contains("pocl"));
    }
}
