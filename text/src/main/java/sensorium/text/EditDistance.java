package sensorium.text;

import java.util.List;

/** How many insertions, deletions and substitutions make one row of another (Levenshtein 1966). */
public final class EditDistance {
    private EditDistance() {}

    /** Between any two rows; elements are compared with {@code equals}. */
    public static int between(List<?> a, List<?> b) {
        int[] row = new int[b.size() + 1];
        for (int j = 0; j <= b.size(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.size(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.size(); j++) {
                int substituted = diagonal + (a.get(i - 1).equals(b.get(j - 1)) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.size()];
    }
}
