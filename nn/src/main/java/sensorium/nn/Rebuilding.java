package sensorium.nn;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * A model again, of the same class and with the same parameters, but for linear maps that are put in the place of others. What nothing
 * changes in stays the very module it was, and one that stands in two places stays one.
 */
final class Rebuilding {
    private final BiFunction<String, Projection, Projection> change;
    private final IdentityHashMap<Module, Module> done = new IdentityHashMap<>();

    private Rebuilding(BiFunction<String, Projection, Projection> change) {
        this.change = change;
    }

    /**
     * @param change what to put in the place of a map, by its path; the map itself to leave it
     * @throws IllegalArgumentException if a map was to be changed where only a plain one fits
     */
    @SuppressWarnings("unchecked") // a record's canonical constructor makes that record
    static <M extends Module> M of(M model, BiFunction<String, Projection, Projection> change) {
        return (M) new Rebuilding(change).part("", model);
    }

    private Object part(String path, Object o) {
        return switch (o) {
            case Projection p -> done.computeIfAbsent(p, _ -> change.apply(path, p));
            case Module m -> {
                Module before = done.get(m);
                if (before == null) {
                    before = rebuilt(path, m);
                    done.put(m, before);
                }
                yield before;
            }
            case List<?> list -> {
                List<Object> parts = IntStream.range(0, list.size())
                        .mapToObj(i -> part(Components.join(path, Integer.toString(i)), list.get(i)))
                        .toList();
                yield IntStream.range(0, parts.size()).allMatch(i -> parts.get(i) == list.get(i)) ? list : parts;
            }
            case null, default -> o;
        };
    }

    private Module rebuilt(String path, Module m) {
        RecordComponent[] components = m.getClass().getRecordComponents();
        Object[] parts = new Object[components.length];
        boolean same = true;
        for (int i = 0; i < parts.length; i++) {
            Object before = Components.of(m, components[i]);
            String place = Components.join(path, components[i].getName());
            parts[i] = part(place, before);
            same &= parts[i] == before;
            if (parts[i] != before && !components[i].getType().isInstance(parts[i])) {
                throw new IllegalArgumentException(
                        place + " is a " + components[i].getType().getSimpleName() + " and cannot be adapted");
            }
        }
        return same ? m : made(m, components, parts);
    }

    private static Module made(Module m, RecordComponent[] components, Object[] parts) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = m.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return (Module) constructor.newInstance(parts);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + m.getClass() + " again", e);
        }
    }
}
