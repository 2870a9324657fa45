package io.cohortsync.config;

/**
 * Who may call the HTTP API.
 *
 * @param open no login; refused at start unless the server is bound to loopback
 */
public record SecuritySettings(boolean open) {}
