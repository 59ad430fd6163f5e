package sensorium.autograd;

/** The identity under which gradients of a tensor add up. Views and saved copies of a tensor share it. */
public final class Variable {
    @Override
    public String toString() {
        return "variable@" + Integer.toHexString(System.identityHashCode(this));
    }
}
