package sensorium.nn.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;

/** The length of all gradients taken as one vector, and its limit (Pascanu et al., arXiv 1211.5063). */
public final class GradientNorm {
    private GradientNorm() {}

    /** {@code √Σg²} over all tensors. */
    public static double of(Iterable<Tensor> gradients) {
        return Scope.tidy(() -> {
            List<Tensor> squares = new ArrayList<>();
            gradients.forEach(g -> squares.add(Scope.tidy(() -> squares(g))));
            return squares.isEmpty()
                    ? 0
                    : Math.sqrt(Tensor.stack(0, squares).sum().item());
        });
    }

    /** A vector times itself: one op and no squares in memory. */
    private static Tensor squares(Tensor g) {
        int n = Math.toIntExact(g.size());
        return g.reshape(1, n).matmul(g.reshape(n, 1)).reshape();
    }

    /** The gradients scaled by {@code limit/(norm + 1e-6)} where the norm is above the limit; a limit of 0 is none. */
    public static Map<String, Tensor> clip(Map<String, Tensor> gradients, double norm, double limit) {
        double factor = limit / (norm + 1e-6);
        if (limit == 0 || factor >= 1) {
            return gradients;
        }
        Map<String, Tensor> clipped = new LinkedHashMap<>();
        gradients.forEach((path, g) -> clipped.put(path, g.times(factor)));
        return clipped;
    }
}
