package sensorium.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import sensorium.backend.BackendProvider.Available;
import sensorium.backend.BackendProvider.Offer;
import sensorium.backend.BackendProvider.Unavailable;
import sensorium.backend.Backends;

/** {@code devices}: what can compute here, and why what can't. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        description = "Show what can compute here, and why what can't.")
final class DevicesCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Override
    public void run() {
        List<Map<String, Object>> rows = new ArrayList<>();
        var text = new StringBuilder();
        boolean standard = true;
        for (Offer offer : Backends.offers()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("device", offer.device());
            switch (offer) {
                case Available a -> {
                    row.put("available", true);
                    row.put("detail", a.detail());
                    text.append("%-10s %s%s%n".formatted(a.device(), a.detail(), standard ? "  (default)" : ""));
                    standard = false;
                }
                case Unavailable u -> {
                    row.put("available", false);
                    row.put("reason", u.reason());
                    row.put("remedy", u.remedy());
                    text.append("%-10s not available: %s; %s%n".formatted(u.device(), u.reason(), u.remedy()));
                }
            }
            rows.add(row);
        }
        common.print(rows, text.toString().stripTrailing());
    }
}
