package sensorium.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import sensorium.BadInputException;

/**
 * The tokenizer of a Whisper: GPT-2's byte-level BPE, or the same learnt from many languages, with special tokens for languages, tasks
 * and times (openai/whisper, tokenizer.py).
 */
public final class WhisperTokenizer {
    /** Vocabularies without languages, tasks and times. */
    private static final int OTHERS = 51_765;

    private static final int MULTILINGUAL = 51_865;

    /** In the order of their tokens; the last came with the third version. */
    private static final List<String> LANGUAGES = List.of(("en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi"
                    + " he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu"
                    + " is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn"
                    + " mt sa lb my bo tl mg as tt haw ln ha ba jw su yue")
            .split(" "));

    private WhisperTokenizer() {}

    /**
     * The tokenizer of a model's folder: {@code tokenizer.json}, {@code vocab.json} with {@code merges.txt}, or one
     * {@code .tiktoken} file.
     *
     * @param vocabulary the model's number of tokens
     * @throws BadInputException if none of them is there, or it is malformed
     */
    public static ByteBpe read(Path folder, int vocabulary) {
        Path json = folder.resolve("tokenizer.json");
        if (Files.isRegularFile(json)) {
            return TokenizerJson.read(json);
        }
        if (Files.isRegularFile(folder.resolve("vocab.json"))) {
            return VocabAndMerges.read(folder);
        }
        return Tiktoken.read(tiktoken(folder), specials(vocabulary));
    }

    private static Path tiktoken(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".tiktoken"))
                    .sorted()
                    .findFirst()
                    .orElseThrow(() -> new BadInputException(folder
                            + ": no tokenizer: neither tokenizer.json, nor vocab.json with merges.txt, nor a .tiktoken"
                            + " file; put beside the model what was published with it"));
        } catch (IOException e) {
            throw new BadInputException(folder + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** The special tokens in the order of their ids, for a vocabulary of that size. */
    static List<String> specials(int vocabulary) {
        int languages = vocabulary - OTHERS - (vocabulary >= MULTILINGUAL ? 1 : 0);
        if (languages < 0 || languages > LANGUAGES.size()) {
            throw new BadInputException("a vocabulary of " + vocabulary
                    + " tokens is none of Whisper's, so its special tokens are not known; give it a tokenizer.json");
        }
        List<String> names = new ArrayList<>(List.of("endoftext", "startoftranscript"));
        names.addAll(LANGUAGES.subList(0, languages));
        names.addAll(Arrays.asList("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"));
        for (int i = 0; i <= 1500; i++) {
            names.add(String.format(Locale.ROOT, "%.2f", i * 0.02)); // seconds
        }
        return names.stream().map(name -> "<|" + name + "|>").toList();
    }
}
