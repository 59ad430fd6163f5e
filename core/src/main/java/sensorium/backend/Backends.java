package sensorium.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import sensorium.BadInputException;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.BackendProvider.Offer;

/** Finds backends and says which one new tensors live on. */
public final class Backends {
    private static final ScopedValue<Backend> CURRENT = ScopedValue.newInstance();
    private static final Map<String, Backend> OPENED = new ConcurrentHashMap<>();
    private static volatile Backend standard;

    private Backends() {}

    /** Everything that any provider on the class path offers, the most capable first. */
    public static List<Offer> offers() {
        List<Offer> all = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class).forEach(p -> all.addAll(p.offers()));
        all.sort(Comparator.comparingInt((Offer o) -> o instanceof Available a ? -a.priority() : Integer.MAX_VALUE)
                .thenComparing(Offer::device));
        return all;
    }

    /**
     * Opens a device by name ({@code cpu}, {@code opencl:1}), once a process.
     *
     * @throws BadInputException if it is not there, with the names of those that are
     */
    public static Backend open(String device) {
        Backend known = OPENED.get(device);
        if (known != null) {
            return known;
        }
        List<Offer> offers = offers();
        for (Offer offer : offers) {
            if (offer.device().equals(device)) {
                return switch (offer) {
                    case Available a ->
                        OPENED.computeIfAbsent(device, _ -> a.open().get());
                    case BackendProvider.Unavailable u ->
                        throw new BadInputException(
                                "device " + device + " is not available: " + u.reason() + "; " + u.remedy());
                };
            }
        }
        String names = offers.stream().map(Offer::device).collect(Collectors.joining(", "));
        throw new BadInputException("no device is called " + device + "; there are: " + names);
    }

    /** Every backend that was opened by name in this process. */
    public static List<Backend> opened() {
        return List.copyOf(OPENED.values());
    }

    /** Where tensors made from host data live: the bound one, else the process's standard one. */
    public static Backend current() {
        if (CURRENT.isBound()) {
            return CURRENT.get();
        }
        if (standard == null) {
            synchronized (Backends.class) {
                if (standard == null) {
                    standard = offers().stream()
                            .filter(Available.class::isInstance)
                            .map(o -> open(o.device()))
                            .findFirst()
                            .orElseThrow(() -> new IllegalStateException("no backend on the class path"));
                }
            }
        }
        return standard;
    }

    /** Makes {@code backend} the standard one of this process, as {@code --device} does. */
    public static synchronized void setStandard(Backend backend) {
        standard = backend;
    }

    /** Runs {@code body} with new tensors on {@code backend}. */
    public static <T> T with(Backend backend, Supplier<T> body) {
        return ScopedValue.where(CURRENT, backend).call(body::get);
    }
}
