package sensorium.backend;

import java.util.List;

/** How backends are found: one provider a module, named in {@code META-INF/services}. */
public interface BackendProvider {
    /** What this provider can offer on this machine. Never throws for hardware or drivers that are missing. */
    List<Offer> offers();

    /** A device that computes here, or the reason why it does not. */
    sealed interface Offer {
        /** For example {@code cpu} or {@code opencl:1}. */
        String device();
    }

    /**
     * @param priority the highest becomes the default
     * @param detail one line for people
     */
    record Available(String device, int priority, String detail, java.util.function.Supplier<Backend> open)
            implements Offer {}

    /**
     * @param reason why not
     * @param remedy what to install or change
     */
    record Unavailable(String device, String reason, String remedy) implements Offer {}
}
