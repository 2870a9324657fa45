package io.cohortsync.demo;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;

/** The shop's power users as a CSV file that is replaced as a whole, so that no reader ever sees half of it. */
final class PowerUsersFile {

    static final String NAME = "power-users.csv";

    private final Path directory;

    PowerUsersFile(Path directory) {
        this.directory = directory;
    }

    void write(Collection<Customer> powerUsers) {
        Path unfinished = directory.resolve("." + NAME + ".unfinished");
        try {
            Files.createDirectories(directory);
            try (CsvWriter csv = CsvWriter.builder().build(unfinished)) {
                csv.writeRecord("user_id", "email", "name", "orders");
                for (Customer customer : powerUsers) {
                    csv.writeRecord(
                            customer.userId(), customer.email(), customer.name(), Integer.toString(customer.orders()));
                }
            }
            Files.move(
                    unfinished,
                    directory.resolve(NAME),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
