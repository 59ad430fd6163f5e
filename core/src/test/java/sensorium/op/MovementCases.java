package sensorium.op;

import static sensorium.op.Sample.floats;
import static sensorium.op.Sample.indices;

import java.util.List;
import sensorium.op.OpCase.Budget;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;

/** Views, copies, selections and their adjoints. */
final class MovementCases {
    private MovementCases() {}

    static void add(Table t) {
        t.moves(new View.Reshape(Shape.of(5, 3, 2)), 2, floats(3, 10));
        t.moves(new View.Reshape(Shape.of(30)), 2, floats(3, 2, 5));
        t.moves(new View.Reshape(Shape.of(3, 1, 5, 1)), 2, floats(3, 5));
        t.moves(new View.Reshape(Shape.of(0, 7)), 0, floats(0));
        t.moves(new View.Permute(List.of(2, 0, 1)), 2, floats(3, 5, 2));
        t.moves(new View.Permute(List.of()), 2, floats());
        t.moves(new View.Expand(Shape.of(4, 3, 5)), 2, floats(3, 1));
        t.moves(new View.Expand(Shape.of(0, 3)), 0, floats(3));
        t.moves(new View.Slice(1, 1, 3, 2), 2, floats(3, 7));
        t.moves(new View.Slice(0, 4, 3, -1), 2, floats(5, 2));
        t.moves(new View.Slice(1, 6, 3, -3), 2, floats(2, 7));
        t.moves(new View.Slice(0, 2, 0, 1), 1, floats(3, 2));
        t.moves(new View.Windows(1, 3, 2, 1), 2, floats(2, 8));
        t.moves(new View.Windows(0, 2, 1, 3), 2, floats(7, 3));

        t.moves(new Primitive.Copy(), 2, floats(3, 5, 7));
        t.moves(new Primitive.Copy(), 2, floats());
        t.moves(new Primitive.Copy(), 0, floats(0, 3));
        t.moves(new Primitive.Where(), 2, Sample.booleans(3, 1, 5), floats(4, 1), floats(5));
        t.moves(new Primitive.Where(), 2, Sample.booleans(37), floats(37), floats(37));
        t.moves(new Primitive.Where(), 0, Sample.booleans(0, 3), floats(3), floats());
        t.moves(new Primitive.Pad(List.of(1, 0, 2), List.of(0, 3, 1), 1), 2, floats(2, 3, 5));
        t.moves(new Primitive.Pad(List.of(2), List.of(1), 0), 0, floats(0));
        t.moves(new Primitive.Concat(1), 2, floats(3, 2), floats(3, 5), floats(3, 1));
        t.moves(new Primitive.Concat(0), 2, floats(3, 2), floats(0, 2), floats(1, 2));
        t.moves(new Primitive.Concat(2), 2, floats(2, 3, 5));

        t.moves(new Primitive.IndexSelect(0), 2, floats(7, 3), indices(7, 2, 5));
        t.moves(new Primitive.IndexSelect(1), 2, floats(2, 5, 3), indices(5, 9));
        t.moves(new Primitive.IndexSelect(1), 2, floats(3, 4), indices(4));
        t.moves(new Primitive.IndexSelect(0), 1, floats(3, 4), indices(3, 0));
        t.moves(new Primitive.Gather(1), 2, floats(3, 7), indices(7, 3, 4));
        t.moves(new Primitive.Gather(0), 2, floats(5, 3, 2), indices(5, 2, 3, 1));
        t.moves(new Primitive.Gather(0), 1, floats(5), indices(5, 0));
        adds(t, new Primitive.IndexAdd(0, 4), floats(2, 5, 3), indices(4, 2, 5));
        adds(t, new Primitive.IndexAdd(1, 6), floats(2, 9, 3), indices(6, 9));
        adds(t, new Primitive.IndexAdd(1, 3), floats(2, 0), indices(3, 0));
        adds(t, new Primitive.ScatterAdd(1, Shape.of(3, 7)), floats(3, 9), indices(7, 3, 9));
        adds(t, new Primitive.ScatterAdd(0, Shape.of(4, 3, 2)), floats(5, 2, 1), indices(4, 5, 2, 1));
        adds(t, new Primitive.Fold(new View.Windows(1, 3, 2, 1), 8), floats(2, 3, 3));
        adds(t, new Primitive.Fold(new View.Windows(0, 2, 1, 3), 7), floats(4, 3, 2));
    }

    private static void adds(Table t, Op op, Sample... in) {
        t.floats(op, Budget.norm(8), 2, in);
        t.typed(op, DType.I64, in);
        t.typed(op, DType.I32, in);
    }
}
