package io.cohortsync.sandbox;

import java.util.Map;

/** A request that a vendor would push to a receiver: its headers and its exact body. */
public record PushedRequest(Map<String, String> headers, String body) {}
