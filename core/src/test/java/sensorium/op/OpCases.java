package sensorium.op;

import java.util.List;

/**
 * The conformance table: every op on odd sizes, broadcast, empty, strided, flipped, with NaN and infinities, in each type
 * that matters. {@link OpConformance} holds backends to it, {@link GradientCheck} the derivatives. A new op without a row
 * fails {@code OpCoverageTest}.
 */
public final class OpCases {
    private OpCases() {}

    public static List<OpCase> all() {
        var table = new Table();
        ElementwiseCases.add(table);
        MovementCases.add(table);
        ReductionCases.add(table);
        ProductCases.add(table);
        FusedCases.add(table);
        CompositeCases.add(table);
        return List.copyOf(table.cases);
    }
}
