package io.cohortsync.sandbox;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The stand-in's downloads of cohorts (contracts.md 3.2 to 3.4): ask for one, wait for it, fetch its file. */
@RestController
@WhenSandboxEnabled
class AmplitudeDownloadController {

    private static final String CALLS = AmplitudeController.ROOT + "/api/5/cohorts";
    private static final String FILES = AmplitudeController.ROOT + "/files/";
    private static final String GZIP = "gzip";

    private final AmplitudeWorld world;
    private final AmplitudeDownloads downloads;
    private final PresignedLinks links;
    private final AmplitudeDesk desk;

    AmplitudeDownloadController(
            AmplitudeWorld world, AmplitudeDownloads downloads, PresignedLinks links, AmplitudeDesk desk) {
        this.world = world;
        this.downloads = downloads;
        this.links = links;
        this.desk = desk;
    }

    @GetMapping(CALLS + "/request/{cohort}")
    ResponseEntity<?> request(
            HttpServletRequest request,
            @PathVariable("cohort") String cohort,
            @RequestParam(name = "props", defaultValue = "0") String props)
            throws IOException {
        return desk.handle(request, body -> {
            AmplitudeCohort.Content content = world.content(cohort)
                    .orElseThrow(() -> new AmplitudeRefusedException(404, "there is no cohort " + cohort));
            if (!content.about().finished()) {
                throw new AmplitudeRefusedException(400, "the cohort is not computed yet");
            }
            AmplitudeFile file = props.equals("1")
                    ? AmplitudeFile.withProperties(content, propKeys(request))
                    : new AmplitudeFile(content, List.of());
            String id = downloads.request(cohort, file);
            return ResponseEntity.accepted().body(Map.of("request_id", id, "cohort_id", cohort));
        });
    }

    @GetMapping(CALLS + "/request-status/{id}")
    ResponseEntity<?> status(HttpServletRequest request, @PathVariable("id") String id) throws IOException {
        return desk.handle(request, body -> {
            AmplitudeDownloads.State state = downloads.poll(id);
            return ResponseEntity.status(state.completed() ? HttpStatus.OK : HttpStatus.ACCEPTED)
                    .body(Map.of(
                            "request_id",
                            id,
                            "cohort_id",
                            state.cohort(),
                            "async_status",
                            state.completed() ? "JOB COMPLETED" : "JOB INPROGRESS"));
        });
    }

    @GetMapping(CALLS + "/request/{id}/file")
    ResponseEntity<?> file(HttpServletRequest request, @PathVariable("id") String id) throws IOException {
        return desk.handle(request, body -> {
            AmplitudeFile file = downloads.file(id);
            if (file.rows() < downloads.behaviour().inPlaceBelow()) {
                return content(file);
            }
            String path = FILES + id + ".csv.gz";
            StringBuffer called = request.getRequestURL();
            String server = called.substring(
                    0, called.length() - request.getRequestURI().length());
            return ResponseEntity.status(HttpStatus.FOUND)
                    .location(URI.create(server + request.getContextPath() + path + "?"
                            + links.query(path, downloads.behaviour().linkSeconds())))
                    .build();
        });
    }

    @GetMapping(FILES + "{id}.csv.gz")
    ResponseEntity<?> linked(
            HttpServletRequest request,
            @PathVariable("id") String id,
            @RequestParam(name = "X-Amz-Date", defaultValue = "") String date,
            @RequestParam(name = "X-Amz-Expires", defaultValue = "") String expires,
            @RequestParam(name = "X-Amz-Signature", defaultValue = "") String signature) {
        PresignedLinks.Signature given = new PresignedLinks.Signature(date, expires, signature);
        ResponseEntity<?> answer = answerLink(request, id, given);
        desk.rememberLink(request, answer.getStatusCode().value());
        return answer;
    }

    /** Not as Spring binds a list, for a name may hold a comma. */
    private static List<String> propKeys(HttpServletRequest request) {
        String[] keys = request.getParameterValues("propKeys");
        return keys == null ? List.of() : List.of(keys);
    }

    private ResponseEntity<?> answerLink(HttpServletRequest request, String id, PresignedLinks.Signature given) {
        if (request.getHeader(HttpHeaders.AUTHORIZATION) != null) {
            return xml(
                    400,
                    new PresignedLinks.Refused(
                            "InvalidArgument",
                            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query"
                                    + " string parameter or the Authorization header should be specified"));
        }
        Optional<PresignedLinks.Refused> refused = links.refuse(FILES + id + ".csv.gz", given);
        if (refused.isPresent()) {
            return xml(403, refused.get());
        }
        try {
            return content(downloads.file(id));
        } catch (AmplitudeRefusedException gone) {
            return xml(404, new PresignedLinks.Refused("NoSuchKey", "The specified key does not exist."));
        }
    }

    private ResponseEntity<byte[]> content(AmplitudeFile file) {
        downloads.countDelivery();
        AmplitudeBehaviour behaviour = downloads.behaviour();
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
        if (behaviour.contentEncoding()) {
            answer.header(HttpHeaders.CONTENT_ENCODING, GZIP).contentType(new MediaType("text", "csv"));
        } else {
            answer.contentType(MediaType.APPLICATION_OCTET_STREAM);
        }
        return answer.body(behaviour.truncated() ? file.truncated() : file.gzipped());
    }

    private static ResponseEntity<byte[]> xml(int status, PresignedLinks.Refused refused) {
        String body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + refused.code() + "</Code><Message>"
                + refused.message() + "</Message></Error>";
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_XML)
                .body(body.getBytes(StandardCharsets.UTF_8));
    }
}
