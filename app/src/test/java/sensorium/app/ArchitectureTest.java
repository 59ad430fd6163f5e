package sensorium.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

/** The arrows between the modules, as docs/architecture.md draws them. Only the app sees all modules, so it holds them. */
@AnalyzeClasses(packages = "sensorium", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    /** A module: the packages it consists of, and the modules its code may name. */
    private record Module(String name, List<String> packages, String... mayName) {
        Module(String name, String... mayName) {
            this(name, List.of("sensorium." + name + ".."), mayName);
        }
    }

    private static final List<String> CORE = Stream.of(
                    "", ".tensor..", ".op..", ".autograd..", ".memory..", ".backend..", ".random..", ".io..")
            .map("sensorium"::concat)
            .toList();

    private static final List<Module> MODULES = List.of(
            new Module("core", CORE),
            new Module("kernels", "core"),
            new Module("nn", "core"),
            new Module("text", "core", "nn"),
            new Module("vision", "core", "nn"),
            new Module("audio", "core", "nn"),
            new Module("multimodal", "core", "nn", "text", "vision", "audio", "diffusion"),
            new Module("diffusion", "core", "nn", "text", "vision"),
            new Module("app", "core", "nn", "text", "vision", "audio", "multimodal", "diffusion"));

    @ArchTest
    static final ArchRule arrowsRunOneWay = arrows();

    private static ArchRule arrows() {
        var layers = layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
        for (var module : MODULES) {
            layers = layers.layer(module.name()).definedBy(module.packages().toArray(String[]::new));
        }
        for (var module : MODULES) {
            var rule = layers.whereLayer(module.name());
            layers = module.mayName().length == 0
                    ? rule.mayNotAccessAnyLayer()
                    : rule.mayOnlyAccessLayers(module.mayName());
        }
        return layers;
    }

    @ArchTest
    static final ArchRule everyClassBelongsToAModule = classes()
            .should()
            .resideInAnyPackage(MODULES.stream()
                    .flatMap(module -> module.packages().stream())
                    .toArray(String[]::new));

    @ArchTest
    static final ArchRule onlyBackendsNameBackends = noClasses()
            .that()
            .resideOutsideOfPackages("sensorium.backend.reference..", "sensorium.kernels..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("sensorium.backend.reference..")
            .because("ServiceLoader finds the backends, the reference among them");

    @ArchTest
    static final ArchRule onlyTheAppSpeaksToTheTerminal = noClasses()
            .that()
            .resideOutsideOfPackage("sensorium.app..")
            .and()
            .doNotHaveFullyQualifiedName("sensorium.audio.SilencedOutput") // keeps a library from speaking to it
            .should(ACCESS_STANDARD_STREAMS);
}
