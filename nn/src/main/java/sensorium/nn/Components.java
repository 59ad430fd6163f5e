package sensorium.nn;

import java.lang.reflect.RecordComponent;

/** The parts of a module and how their paths are put together. */
final class Components {
    private Components() {}

    static Object of(Module m, RecordComponent c) {
        try {
            var accessor = c.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(m);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + c.getName() + " of " + m.getClass(), e);
        }
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
