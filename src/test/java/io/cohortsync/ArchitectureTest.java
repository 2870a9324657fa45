package io.cohortsync;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.apache.camel.FluentProducerTemplate;
import org.apache.camel.ProducerTemplate;

/** What the routes do, no Java does; and every package is a concept that knows only what it needs. */
@AnalyzeClasses(packages = "io.cohortsync", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String SANDBOX = "io.cohortsync.sandbox..";
    private static final String DEMO = "io.cohortsync.demo..";

    @ArchTest
    static final ArchRule onlyRoutesCallOtherSystems = noClasses()
            .that()
            .resideOutsideOfPackage(SANDBOX)
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "java.net.http..",
                    "org.apache.hc..",
                    "org.apache.http..",
                    "org.springframework.web.client..",
                    "org.springframework.web.reactive..",
                    "okhttp3.."))
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.net\\.(Http)?(s)?URLConnection|javax\\.net\\.ssl\\.HttpsURLConnection")
            .orShould()
            .callMethod(java.net.URL.class, "openConnection")
            .orShould()
            .callMethod(java.net.URL.class, "openStream");

    @ArchTest
    static final ArchRule onlyRoutesDecideTheNextStep = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ProducerTemplate.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(FluentProducerTemplate.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ConsumerTemplate.class);

    @ArchTest
    static final ArchRule beansAreGivenValuesAndNotExchanges =
            noClasses().should().dependOnClassesThat().areAssignableTo(Exchange.class);

    @ArchTest
    static final ArchRule onlyTheDemoNeedsTheSandbox = noClasses()
            .that(resideInAPackage("io.cohortsync.."))
            .and()
            .resideOutsideOfPackages(SANDBOX, DEMO)
            .should()
            .dependOnClassesThat(resideInAPackage(SANDBOX));

    @ArchTest
    static final ArchRule nothingNeedsTheDemo =
            noClasses().that().resideOutsideOfPackage(DEMO).should().dependOnClassesThat(resideInAPackage(DEMO));

    @ArchTest
    static final ArchRule packagesDoNotNeedEachOtherInCircles =
            slices().matching("io.cohortsync.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule namesSayWhatThingsAre = noClasses()
            .should()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameContaining("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .resideInAnyPackage("..util..", "..utils..", "..helper..", "..helpers..", "..manager..", "..common..");

    @ArchTest
    static final ArchRule whatAClassNeedsIsInItsConstructor = noFields()
            .should()
            .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
            .orShould()
            .beAnnotatedWith("org.springframework.beans.factory.annotation.Value")
            .orShould()
            .beAnnotatedWith("jakarta.annotation.Resource")
            .orShould()
            .beAnnotatedWith("jakarta.inject.Inject");

    @ArchTest
    static final ArchRule logsGoThroughSlf4j = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.util.logging..", "org.apache.commons.logging.."));

    /** A command line's answer and a refused start are no log. */
    @ArchTest
    static final ArchRule nobodyPrints = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.cohortsync.CohortSync")
            .and()
            .doNotHaveFullyQualifiedName("io.cohortsync.config.Check")
            .and()
            .doNotHaveFullyQualifiedName("io.cohortsync.config.ConfigurationReporter")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                            com.tngtech.archunit.core.domain.properties.HasName.Predicates.name("printStackTrace"))
                    .and(alwaysTrue()));

    @ArchTest
    static final ArchRule onlyTheMainClassEndsTheProcess = classes()
            .that()
            .doNotHaveFullyQualifiedName("io.cohortsync.CohortSync")
            .should(com.tngtech.archunit.lang.conditions.ArchConditions.not(
                    com.tngtech.archunit.lang.conditions.ArchConditions.callMethod(System.class, "exit", int.class)));
}
