package sensorium.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** All groups of cases, in the order of the table. */
final class Groups {
    private static final Map<String, Supplier<List<Case>>> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put(Peak.GROUP, Peak::all);
        GROUPS.put("gemm", GemmCases::all);
        GROUPS.put(GemmSteps.GROUP, GemmSteps::all);
        GROUPS.put("attention", AttentionCases::all);
        GROUPS.put("conv", ConvCases::all);
        GROUPS.put("rows", RowCases::all);
        GROUPS.put("elementwise", ElementwiseCases::all);
        GROUPS.put("fft", FftCases::all);
        GROUPS.put("features", FeatureCases::all);
        GROUPS.put("search", SearchCases::all);
        GROUPS.put("vit", () -> TorchThreads.tried(VitCases.all()));
        GROUPS.put("train", () -> TorchThreads.tried(TrainCases.all()));
        GROUPS.put("unet", () -> TorchThreads.tried(UnetCases.all()));
        GROUPS.put("sampling", () -> TorchThreads.tried(SamplingCases.all()));
        GROUPS.put("sentences", SentenceCases::all);
        GROUPS.put("speech", () -> TorchThreads.tried(SpeechCases.all()));
    }

    private Groups() {}

    /** What can be asked for by name; the peak is measured anyway. */
    static List<String> names() {
        return GROUPS.keySet().stream().filter(g -> !g.equals(Peak.GROUP)).toList();
    }

    static List<Case> of(String group) {
        return GROUPS.get(group).get();
    }

    /** @param name as {@link Case#name} says it */
    static Case named(String name) {
        return of(name.substring(0, name.indexOf('/'))).stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
