package io.cohortsync.config;

import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.config.SourceSettings.SegmentSource;
import io.cohortsync.config.SourceSettings.Sender;
import io.cohortsync.config.SourceSettings.SqlSource;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.env.Environment;
import org.springframework.web.util.HtmlUtils;

/**
 * Takes every secret of the configuration out of texts that others make: what a vendor answers, what a driver says, what
 * JMX shows of a route. Finds a secret plain, as XML, JSON and URLs write it, and inside of Base64.
 */
public final class SecretMask {

    private static final String MASKED = "***";

    /** A shorter one would be found everywhere. */
    private static final int SHORTEST = 4;

    private static final Pattern PASSWORD_IN_URL = Pattern.compile("(?i)password=([^&;]+)");

    private static final Pattern ADDRESS = Pattern.compile("(?i)https?://[^/]+(/.+)");

    private static final Pattern AFTER_A_SCHEME = Pattern.compile("(?i)(?:basic|bearer|token|apikey) +(.+)");

    private final Pattern secrets;

    public SecretMask(Collection<String> secrets) {
        String any = secrets.stream()
                .filter(secret -> secret.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparing(String::length).reversed())
                .flatMap(secret -> Stream.concat(
                        Stream.of(spelled(secret)), insideBase64(secret).map(Pattern::quote)))
                .collect(Collectors.joining("|"));
        this.secrets = Pattern.compile(any.isEmpty() ? "(?!)" : any, Pattern.CASE_INSENSITIVE);
    }

    static SecretMask of(Settings settings, Environment environment) {
        List<String> secrets = new ArrayList<>();
        settings.targets()
                .values()
                .forEach(target ->
                        target.secrets().values().forEach(secret -> secrets.addAll(withItsParts(secret.value()))));
        settings.sources().values().forEach(source -> secrets.addAll(ofSource(source)));
        secrets.add(environment.getProperty("spring.datasource.password"));
        secrets.addAll(inUrl(environment.getProperty("spring.datasource.url", "")));
        secrets.removeIf(Objects::isNull);
        return new SecretMask(secrets);
    }

    private static List<String> ofSource(SourceSettings source) {
        if (source instanceof SqlSource sql) {
            return Stream.concat(Stream.of(sql.password().value()), inUrl(sql.url()).stream())
                    .toList();
        }
        if (source instanceof AmplitudeSource amplitude) {
            return Stream.concat(
                            amplitude.api().stream()
                                    .flatMap(api -> Stream.of(api.user(), api.password()))
                                    .map(Secret::value),
                            amplitude.sender().stream().flatMap(SecretMask::of))
                    .toList();
        }
        if (source instanceof MixpanelSource mixpanel) {
            Stream<String> api = mixpanel.api().map(known -> known.password().value()).stream();
            return Stream.concat(api, mixpanel.sender().stream().flatMap(SecretMask::of))
                    .toList();
        }
        return source instanceof SegmentSource segment
                ? List.of(segment.sharedSecret().value())
                : List.of();
    }

    private static Stream<String> of(Sender sender) {
        return Stream.of(sender.password(), sender.token())
                .flatMap(Optional::stream)
                .map(Secret::value);
    }

    /** An address is echoed without its host, and a header such as {@code Bearer …} without its first word. */
    private static List<String> withItsParts(String secret) {
        List<String> parts = new ArrayList<>(List.of(secret));
        Matcher address = ADDRESS.matcher(secret);
        if (address.matches()) {
            parts.addAll(List.of(address.group(1), address.group(1).split("\\?")[0]));
        }
        Matcher scheme = AFTER_A_SCHEME.matcher(secret);
        if (scheme.matches()) {
            parts.add(scheme.group(1));
        }
        return parts;
    }

    /** The text without secrets. */
    public String apply(String text) {
        return text == null ? null : secrets.matcher(text).replaceAll(Matcher.quoteReplacement(MASKED));
    }

    private static List<String> inUrl(String url) {
        return PASSWORD_IN_URL
                .matcher(url)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** As it is, or with any character written as XML, JSON and URLs write it. */
    private static String spelled(String secret) {
        return secret.codePoints().mapToObj(SecretMask::spelled).collect(Collectors.joining());
    }

    private static String spelled(int letter) {
        String plain = Character.toString(letter);
        if (Character.isLetterOrDigit(letter) && letter < 128) {
            return plain;
        }
        String inUrl = URLEncoder.encode(plain, StandardCharsets.UTF_8);
        return Stream.of(
                        plain,
                        "\\" + plain,
                        String.format("\\u%04x", letter),
                        inUrl,
                        String.format("%%%02X", letter),
                        HtmlUtils.htmlEscape(plain, "UTF-8"),
                        HtmlUtils.htmlEscapeDecimal(plain),
                        "&#" + letter + ";",
                        "&apos;")
                .filter(spelling -> !spelling.equals("&apos;") || letter == '\'')
                .distinct()
                .sorted(Comparator.comparing(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(?:", ")"));
    }

    /** What stands in the Base64 of every text that holds the secret, whatever comes before and after it. */
    private static Stream<String> insideBase64(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        return Stream.of(0, 1, 2)
                .map(before -> {
                    byte[] shifted = new byte[before + bytes.length];
                    System.arraycopy(bytes, 0, shifted, before, bytes.length);
                    int from = (8 * before + 5) / 6;
                    int to = 8 * shifted.length / 6;
                    return Base64.getEncoder().encodeToString(shifted).substring(from, to);
                })
                .filter(inside -> inside.length() >= SHORTEST);
    }
}
