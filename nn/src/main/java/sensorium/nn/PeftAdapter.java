package sensorium.nn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import sensorium.BadInputException;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The adapters of a model in a folder, in the layout of Hugging Face's PEFT: {@code adapter_config.json} and
 * {@code adapter_model.safetensors}. What was trained beside them, such as a new head, is with them ({@code modules_to_save}).
 */
public final class PeftAdapter {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String MODEL = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final int MOST = 4096;

    private PeftAdapter() {}

    /**
     * Writes what is trained of an adapted model.
     *
     * @param names what its checkpoint calls it
     * @param base where the checkpoint is
     * @throws BadInputException if it cannot be written
     */
    public static void save(Module model, WeightNames names, Lora lora, Path base, Path folder) {
        Map<String, LoraLinear> adapters = Lora.adapters(model);
        Map<String, Tensor> stored = new HashMap<>();
        Map<String, String> adapted = new TreeMap<>();
        adapters.forEach((path, adapter) -> {
            String name = names.theirs(path);
            adapted.put(path, name);
            stored.put(MODEL + name + A, adapter.a().value());
            stored.put(MODEL + name + B, adapter.b().value());
        });
        TreeSet<String> beside = new TreeSet<>();
        new Trained(model).parameters().forEach((path, p) -> {
            if (!adapters.containsKey(parent(path))) {
                String name = names.theirs(path);
                beside.add(parent(name));
                stored.put(MODEL + name, p.value());
            }
        });
        make(folder);
        Safetensors.write(folder.resolve(WEIGHTS), stored, Map.of("format", "pt"));
        PublishedFolder.write(folder.resolve(CONFIG), config(lora, base, targets(model, names, adapted), beside));
    }

    private static ObjectNode config(Lora lora, Path base, Set<String> targets, Set<String> beside) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("peft_type", "LORA");
        json.putNull("task_type");
        json.put("base_model_name_or_path", base.toString());
        json.put("inference_mode", true);
        json.put("r", lora.rank());
        json.put("lora_alpha", lora.alpha());
        json.put("lora_dropout", 0.0);
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("init_lora_weights", true);
        json.put("use_rslora", false);
        json.put("use_dora", false);
        targets.forEach(json.putArray("target_modules")::add);
        if (beside.isEmpty()) {
            json.putNull("modules_to_save");
        } else {
            beside.forEach(json.putArray("modules_to_save")::add);
        }
        return json;
    }

    /** The last parts of the names, where they mean these maps alone; else the whole names. */
    private static Set<String> targets(Module model, WeightNames names, Map<String, String> adapted) {
        TreeSet<String> last = new TreeSet<>();
        adapted.values().forEach(name -> last.add(name.substring(name.lastIndexOf('.') + 1)));
        boolean ambiguous = model.modules().entrySet().stream()
                .filter(e -> !(e.getValue() instanceof LoraLinear) && !adapted.containsKey(parent(e.getKey())))
                .map(e -> names.theirs(e.getKey()))
                .anyMatch(name -> last.stream().anyMatch(t -> Lora.isCalled(name, t)));
        return ambiguous ? new TreeSet<>(adapted.values()) : last;
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('.')));
    }

    private static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new BadInputException(folder + ": cannot be made (" + e + ")", e);
        }
    }

    /** Which adapters a folder has. */
    private static Lora lora(Path folder) {
        ModelConfigFile file = ModelConfigFile.read(folder.resolve(CONFIG));
        file.require("peft_type", "LORA");
        file.require("bias", "none");
        file.require("fan_in_fan_out", false);
        file.require("use_dora", false);
        file.require("use_rslora", false);
        // Where it was trained and how; which modules are in it, its tensors say.
        file.ignore("task_type", "base_model_name_or_path", "inference_mode", "lora_dropout", "init_lora_weights");
        file.ignore("target_modules", "modules_to_save", "auto_mapping", "revision", "peft_version", "megatron_core");
        file.ignore("loftq_config", "corda_config", "eva_config", "runtime_config", "qalora_group_size");
        int rank = file.integer("r", 8, MOST);
        double alpha = file.number("lora_alpha", 8);
        file.refuseUnknown();
        return new Lora(rank, alpha, targets(folder));
    }

    /** The names of the maps that are adapted. */
    private static List<String> targets(Path folder) {
        return Safetensors.open(folder.resolve(WEIGHTS)).names().stream()
                .filter(name -> name.startsWith(MODEL) && name.endsWith(A))
                .map(name -> name.substring(MODEL.length(), name.length() - A.length()))
                .toList();
    }

    /**
     * A model with the adapters of a folder, and with what was trained beside them.
     *
     * @param names what its checkpoint calls it
     * @throws BadInputException if they are not there, damaged, of a kind that is not known, or another model's
     */
    public static <M extends Module> M load(M model, WeightNames names, Path folder) {
        Lora lora = lora(folder);
        M adapted = lora.adapt(model, names, Weights.random(0));
        Path file = folder.resolve(WEIGHTS);
        Safetensors stored = Safetensors.open(file);
        Map<String, Parameter> places = places(adapted, names);
        Scope.tidyRun(() -> {
            TreeSet<String> missing = new TreeSet<>();
            Lora.adapters(adapted).keySet().forEach(path -> {
                missing.add(MODEL + names.theirs(path) + A);
                missing.add(MODEL + names.theirs(path) + B);
            });
            for (String name : stored.names()) {
                Parameter p = places.get(name);
                if (p == null) {
                    throw new BadInputException(file + ": tensor " + name + " is for nothing that the model has");
                }
                if (!stored.spec(name).shape().equals(p.value().shape())) {
                    throw new BadInputException(file + ": tensor " + name + " is "
                            + stored.spec(name).shape() + ", the model needs "
                            + p.value().shape());
                }
                p.set(stored.tensor(name).to(p.value().dtype()));
                missing.remove(name);
            }
            if (!missing.isEmpty()) {
                throw new BadInputException(file + ": tensors are missing: " + String.join(", ", missing));
            }
        });
        return adapted;
    }

    /** An adapted model's parameters by what PEFT calls them. */
    private static Map<String, Parameter> places(Module adapted, WeightNames names) {
        Map<String, LoraLinear> adapters = Lora.adapters(adapted);
        Map<String, Parameter> places = new HashMap<>();
        adapters.forEach((path, adapter) -> {
            places.put(MODEL + names.theirs(path) + A, adapter.a());
            places.put(MODEL + names.theirs(path) + B, adapter.b());
        });
        adapted.parameters().forEach((path, p) -> {
            if (!adapters.containsKey(parent(path)) && !adapters.containsKey(parent(parent(path)))) {
                places.put(MODEL + names.theirs(path), p);
            }
        });
        return places;
    }
}
