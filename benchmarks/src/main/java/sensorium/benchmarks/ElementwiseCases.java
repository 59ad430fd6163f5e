package sensorium.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import sensorium.tensor.DType;

/** Element by element, in the second-level cache and in memory. Bytes are those of the operands and of the result. */
final class ElementwiseCases {
    private ElementwiseCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int size : new int[] {1 << 15, 1 << 24}) {
            String where = size == 1 << 15 ? " 128 KiB" : " 64 MiB";
            cases.add(elementwise(
                    "add" + where, 2, size, in -> in.get(0).plus(in.get(1)), in -> torch.add(in.get(0), in.get(1))));
            cases.add(elementwise(
                    "mul+add" + where,
                    3,
                    size,
                    in -> in.get(0).times(in.get(1)).plus(in.get(2)),
                    in -> torch.addcmul(in.get(2), in.get(0), in.get(1))));
            cases.add(elementwise("exp" + where, 1, size, in -> in.get(0).exp(), in -> torch.exp(in.get(0))));
            cases.add(elementwise("silu" + where, 1, size, in -> in.get(0).silu(), in -> torch.silu(in.get(0))));
        }
        return cases;
    }

    private static Case elementwise(
            String name,
            int operands,
            int size,
            Function<List<sensorium.tensor.Tensor>, sensorium.tensor.Tensor> ours,
            Function<List<Tensor>, Tensor> theirs) {
        double bytes = (double) DType.F32.bytes() * (operands + 1) * size;
        return new Case("elementwise/" + name, Roof.COPY, bytes, () -> {
            List<sensorium.tensor.Tensor> in = new ArrayList<>();
            for (int i = 0; i < operands; i++) {
                in.add(Inputs.normal(size));
            }
            var views = in.stream().map(Torch::view).toList();
            return List.of(Ours.of(() -> ours.apply(in)), Torch.of(() -> theirs.apply(views)));
        });
    }
}
