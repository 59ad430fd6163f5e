package sensorium.nn;

import sensorium.memory.Scope;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Spec;
import sensorium.tensor.Tensor;

/**
 * A weight that training changes. It belongs to its model and outlives every scope. Identity, not equality, keys optimiser
 * state, so two modules that share one (tied weights) train it once.
 */
public final class Parameter {
    private Tensor value;
    private boolean trainable = true;
    /** What must hold before the numbers are first read, or null. */
    private Runnable check;

    Parameter(Tensor value) {
        this.value = value.detached().tracked().keep();
    }

    /**
     * The current numbers; gradients flow to this handle.
     *
     * @throws sensorium.BadInputException if they come from a file, are asked for the first time, and are no numbers
     */
    public Tensor value() {
        if (check != null) {
            check.run();
            check = null;
        }
        return value;
    }

    /** What the numbers are like, without a look at them. */
    public Spec spec() {
        return value.spec();
    }

    /** @param once is run before the numbers are first read, and again until it has not thrown */
    void beforeUse(Runnable once) {
        check = once;
    }

    /** Whether optimisers may change it; freezing also keeps gradients from being computed. */
    public boolean isTrainable() {
        return trainable;
    }

    public void setTrainable(boolean trainable) {
        this.trainable = trainable;
        replace(value);
    }

    /** Makes room for small changes: what is stored as F16 or BF16 becomes F32. */
    public void widen() {
        if (Weights.widened(value) != value) {
            Tensor old = value();
            value = Scope.tidy(() -> Weights.widened(old.detached()).tracked().keep());
            old.release("the widening of its parameter");
            setTrainable(trainable);
        }
    }

    /** Replaces the numbers and releases the old ones. */
    public void set(Tensor next) {
        if (!next.spec().equals(value.spec())) {
            throw new ShapeException("[parameter] " + next + " does not replace " + value);
        }
        replace(next);
        check = null;
    }

    private void replace(Tensor next) {
        Tensor old = value;
        value = (trainable ? next.detached().tracked() : next.detached()).keep();
        old.release("an update of its parameter");
    }
}
