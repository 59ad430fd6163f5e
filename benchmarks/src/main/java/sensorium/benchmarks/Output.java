package sensorium.benchmarks;

import java.io.PrintStream;
import java.util.Collection;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rows on their way out. Each is written as it is made: a run that is killed keeps what it has, in JSON all but the closing
 * bracket.
 */
sealed interface Output {
    void begin();

    void row(Row row);

    void cost(Cost cost);

    /** @param rows all that were written */
    void end(Collection<Row> rows);

    /** One array, an object a line. */
    final class Json implements Output {
        private final PrintStream out;
        private String separator = "";

        Json(PrintStream out) {
            this.out = out;
        }

        @Override
        public void begin() {
            out.print('[');
            out.flush();
        }

        @Override
        public void row(Row row) {
            row.json().forEach(this::object);
        }

        @Override
        public void cost(Cost cost) {
            object(cost.json());
        }

        private void object(Map<String, Object> object) {
            out.print(separator + JsonMapper.shared().writeValueAsString(object));
            separator = ",\n";
            out.flush();
        }

        @Override
        public void end(Collection<Row> rows) {
            out.println(']');
        }
    }

    /** A table, then the means of its groups. */
    record Text(PrintStream out, Table table) implements Output {
        @Override
        public void begin() {
            out.println(table.head());
        }

        @Override
        public void row(Row row) {
            out.println(table.row(row));
        }

        @Override
        public void cost(Cost cost) {
            out.println(table.cost(cost));
        }

        @Override
        public void end(Collection<Row> rows) {
            out.println(table.means(rows));
        }
    }
}
