package io.cohortsync.route;

/**
 * One file of Camel routes.
 *
 * @param path where it lies below {@code routes/}, with forward slashes: {@code destinations/segment.camel.yaml}
 * @param origin where it was found, in words a person understands
 * @param text its YAML
 */
public record RouteFile(String path, String origin, String text) {

    static final String PACKAGED = "packaged ";

    /** Whether it came with the product. */
    public boolean packaged() {
        return origin.startsWith(PACKAGED);
    }
}
