package sensorium.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import sensorium.BadInputException;
import sensorium.backend.reference.ReferenceBackend;
import sensorium.memory.HostMemory;
import sensorium.tensor.ShapeException;
import sensorium.tensor.Tensor;

class BackendsTest {
    @Test
    void findsTheReference() {
        assertThat(Backends.offers())
                .anyMatch(o -> o.device().equals("reference") && o instanceof BackendProvider.Available);
        assertThat(Backends.open("reference")).isSameAs(Backends.open("reference"));
        assertThatThrownBy(() -> Backends.open("abacus"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("abacus")
                .hasMessageContaining("reference");
    }

    @Test
    void tensorsLiveWhereTheyAreMade() {
        var mine = new ReferenceBackend(new HostMemory(false));
        Tensor here = Tensor.ones(2);
        Tensor there = Backends.with(mine, () -> Tensor.ones(2));
        assertThat(there.backend()).isSameAs(mine);
        assertThat(there.plus(1).backend()).isSameAs(mine);
        assertThatThrownBy(() -> here.plus(there))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("different devices");
    }
}
