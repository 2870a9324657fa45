package io.cohortsync.sandbox;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/** Marks what exists only with {@code cohort-sync.sandbox.enabled: true}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ConditionalOnProperty(prefix = "cohort-sync.sandbox", name = "enabled", havingValue = "true")
@interface WhenSandboxEnabled {}
