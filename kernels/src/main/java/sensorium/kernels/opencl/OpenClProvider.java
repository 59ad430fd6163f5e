package sensorium.kernels.opencl;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import sensorium.backend.BackendProvider;

/**
 * Offers every OpenCL device as {@code opencl}, {@code opencl:1}, …: first choice where it is a GPU, after the cpu backend
 * where it is the processor once more. Nothing of OpenCL is loaded into this JVM before a device is opened.
 */
public final class OpenClProvider implements BackendProvider {
    private static final int GPU_PRIORITY = 20;
    private static final int PROCESSOR_PRIORITY = 5;

    private final Supplier<Discovery.Answer> answer;

    /** What this machine answers, asked once a process. */
    private static final class Machine {
        static final Discovery.Answer ANSWER = Discovery.ofThisMachine().answer();
    }

    /** Offers what this machine has. */
    public OpenClProvider() {
        this(() -> Machine.ANSWER);
    }

    OpenClProvider(Supplier<Discovery.Answer> answer) {
        this.answer = answer;
    }

    @Override
    public List<Offer> offers() {
        return switch (answer.get()) {
            case Discovery.Absent absent -> List.of(new Unavailable("opencl", absent.reason(), absent.remedy()));
            case Discovery.Found found -> offers(found.devices());
        };
    }

    private static List<Offer> offers(List<DeviceFacts> devices) {
        List<Offer> offers = new ArrayList<>();
        // GPUs are numbered first, so that plain "opencl" is one where there is one.
        List<DeviceFacts> ordered = devices.stream()
                .sorted((a, b) -> Boolean.compare(b.gpu(), a.gpu()))
                .toList();
        for (int i = 0; i < ordered.size(); i++) {
            DeviceFacts facts = ordered.get(i);
            int index = i;
            offers.add(new Available(
                    i == 0 ? "opencl" : "opencl:" + i,
                    facts.gpu() ? GPU_PRIORITY : PROCESSOR_PRIORITY,
                    facts.toString(),
                    () -> OpenClBackend.open(facts, index)));
        }
        return offers;
    }
}
