package sensorium.app;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train RECIPE}. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "RECIPE",
        subcommands = {
            TrainSharedSpaceCommand.class,
            TrainClassifyCommand.class,
            TrainDiffusionCommand.class,
            TrainVqCommand.class,
            TrainTokensCommand.class,
            TrainTranscribeCommand.class,
            TrainCaptionCommand.class
        },
        description = "Train a model on a data folder.")
final class TrainCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "train needs a recipe: shared-space, classify, diffusion, vq, tokens, transcribe or caption");
    }
}
