package sensorium.kernels.opencl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sensorium.backend.Backend;
import sensorium.backend.Operand;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;
import sensorium.memory.HostMemory.HostStorage;
import sensorium.memory.Storage;
import sensorium.op.Op;

/** Ops that a device cannot do are computed on the host, and counted: nobody should wonder where the time goes. */
final class HostTrips {
    private final Backend device;
    private final ReferenceBackend host = new ReferenceBackend(new HostMemory(false));
    private final Map<String, Long> counts = new TreeMap<>();

    HostTrips(Backend device) {
        this.device = device;
    }

    /** Downloads the operands, computes, uploads the results. */
    void run(Op op, List<Operand> in, List<Operand> out) {
        synchronized (counts) {
            counts.merge(op.name(), 1L, Long::sum);
        }
        List<Operand> hostIn = new ArrayList<>();
        List<Operand> hostOut = new ArrayList<>();
        try {
            for (Operand x : in) {
                Operand h = onHost(x);
                hostIn.add(h);
                device.download(
                        x.storage(),
                        ((HostStorage) h.storage())
                                .memory()
                                .asSlice(0, x.storage().bytes()));
            }
            out.forEach(y -> hostOut.add(onHost(y)));
            host.run(op, hostIn, hostOut);
            for (int i = 0; i < out.size(); i++) {
                Storage y = out.get(i).storage();
                device.upload(((HostStorage) hostOut.get(i).storage()).memory().asSlice(0, y.bytes()), y);
            }
        } finally {
            hostIn.forEach(x -> x.storage().release());
            hostOut.forEach(y -> y.storage().release());
        }
    }

    private Operand onHost(Operand x) {
        return new Operand(host.allocate(x.storage().bytes()), x.dtype(), x.layout());
    }

    /** How often each op went by way of the host. */
    Map<String, Long> counts() {
        synchronized (counts) {
            return new TreeMap<>(counts);
        }
    }
}
