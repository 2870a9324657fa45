package io.cohortsync.target;

import io.cohortsync.config.TargetSettings;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;

/**
 * What a destination's file may teach its targets beside being sent to: a template {@code <ability>-<type>} becomes a route
 * of each target that has the options which the template's parameters name.
 */
public enum Ability {
    /** Its credentials can be tried without a side effect. */
    CHECK("check"),
    /** It can be asked who is there. */
    READ_BACK("read-back");

    private final String word;

    Ability(String word) {
        this.word = word;
    }

    public String template(TargetSettings target) {
        return word + "-" + target.type();
    }

    /** Its id, which is also its name behind {@code direct:}. */
    public String route(TargetSettings target) {
        return word + "-" + target.name();
    }

    /** Why a target does not have it; empty: it has. */
    public Optional<String> whyNot(CamelContext camel, TargetSettings target) {
        RouteTemplateDefinition template = ((ModelCamelContext) camel).getRouteTemplateDefinition(template(target));
        if (template == null) {
            return Optional.of("the destination " + target.type() + " has no template " + template(target));
        }
        List<String> lacking = template.getTemplateParameters().stream()
                .filter(parameter -> parameter.getDefaultValue() == null && !isOptional(parameter))
                .map(RouteTemplateParameterDefinition::getName)
                .filter(name -> !name.equals("target")
                        && !target.options().containsKey(name)
                        && !target.secrets().containsKey(name))
                .toList();
        return lacking.isEmpty()
                ? Optional.empty()
                : Optional.of("target " + target.name() + " has no " + String.join(", ", lacking));
    }

    private static boolean isOptional(RouteTemplateParameterDefinition parameter) {
        return Boolean.FALSE.equals(parameter.getRequired());
    }
}
