package io.cohortsync.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.testing.Database;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class MigrationTest {

    private static FluentConfiguration flyway(DriverManagerDataSource database) {
        return DatabaseProduct.of(database).configure(Flyway.configure().dataSource(database));
    }

    @ParameterizedTest
    @EnumSource
    void theProductOfADatabaseIsKnown(Database product) {
        String url = product.fresh();
        assertThat(DatabaseProduct.of(new DriverManagerDataSource(url))).hasToString(product.name());
        product.drop(url);
    }

    @ParameterizedTest
    @EnumSource
    void aDatabaseOfTheFirstVersionKeepsItsMembers(Database product) {
        String url = product.fresh();
        DriverManagerDataSource database = new DriverManagerDataSource(url);
        JdbcTemplate jdbc = new JdbcTemplate(database);
        flyway(database).target("1").load().migrate();
        jdbc.update("insert into membership values (1, 5, 'ann', 1, current_timestamp, 3, 0, null),"
                + " (1, 6, 'bob', 1, current_timestamp, 3, 1, current_timestamp),"
                + " (1, 7, 'cleo', 2, current_timestamp, 3, 1, current_timestamp)");

        flyway(database).load().migrate();
        assertThat(flyway(database).load().validateWithResult().validationSuccessful)
                .isTrue();
        assertThat(jdbc.queryForList("select member_key from membership order by 1", String.class))
                .containsExactly("ann", "bob", "cleo");
        if (product == Database.H2) {
            assertThat(jdbc.queryForList("select member_key, state from turned_down order by 1"))
                    .extracting(Map::values)
                    .extracting(Object::toString)
                    .containsExactly("[bob, 1]", "[cleo, 2]");
        }
        product.drop(url);
    }
}
