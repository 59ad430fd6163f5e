package sensorium.app;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sensorium.BadInputException;

/** {@code --set key=value}: other values for the numbers of a recipe's options. */
final class Overrides {
    private final Map<String, String> left;

    Overrides(Map<String, String> chosen) {
        this.left = new LinkedHashMap<>(chosen);
    }

    /** Takes a value that is no number of a record; null where it was not given. */
    String take(String key) {
        return left.remove(key);
    }

    /**
     * The record with the numbers that were given in place of its own.
     *
     * @throws BadInputException if one is not such a number
     */
    <R extends Record> R apply(R options) {
        RecordComponent[] components = options.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            Class<?> type = components[i].getType();
            String given = type.isPrimitive() ? left.remove(components[i].getName()) : null;
            values[i] = given == null ? valueOf(components[i], options) : parse(components[i].getName(), type, given);
        }
        return make(options, components, values);
    }

    /** @throws BadInputException if a key was given that nobody took */
    void requireAllTaken(Record... known) {
        if (!left.isEmpty()) {
            List<String> names = new ArrayList<>();
            for (Record options : known) {
                for (RecordComponent c : options.getClass().getRecordComponents()) {
                    if (c.getType().isPrimitive()) {
                        names.add(c.getName());
                    }
                }
            }
            throw new BadInputException("--set " + left.keySet().iterator().next() + ": no such setting"
                    + (names.isEmpty() ? "" : "; there are " + String.join(", ", names)));
        }
    }

    private static Object parse(String name, Class<?> type, String text) {
        try {
            if (type == int.class) {
                return Integer.valueOf(text);
            }
            if (type == long.class) {
                return Long.valueOf(text);
            }
            if (type == double.class) {
                return Double.valueOf(text);
            }
            throw new BadInputException("--set " + name + ": cannot be set");
        } catch (NumberFormatException e) {
            throw new BadInputException("--set " + name + "=" + text + ": not a number of type " + type.getName(), e);
        }
    }

    private static Object valueOf(RecordComponent component, Record options) {
        try {
            return component.getAccessor().invoke(options);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked") // a record's canonical constructor makes that record
    private static <R extends Record> R make(R options, RecordComponent[] components, Object[] values) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = options.getClass().getDeclaredConstructor(types);
            return (R) constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new BadInputException("--set: " + e.getCause().getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
