package sensorium.backend.reference;

import java.util.List;
import sensorium.backend.BackendProvider;
import sensorium.memory.HostMemory;

/** Offers the reference backend, which is always there and never the first choice. */
public final class ReferenceBackendProvider implements BackendProvider {
    @Override
    public List<Offer> offers() {
        return List.of(new Available(
                "reference",
                0,
                "plain scalar code in double precision: slow, the specification of every op",
                () -> new ReferenceBackend(HostMemory.configured())));
    }
}
