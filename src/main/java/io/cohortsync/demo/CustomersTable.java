package io.cohortsync.demo;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;

/** The shop's database: one table of customers, in the memory of this process. */
final class CustomersTable implements AutoCloseable {

    private final Connection connection;

    /** Creates the database, for its users without a name as well as for {@code sa}, both without a password. */
    CustomersTable(String url) throws SQLException {
        connection = DriverManager.getConnection(url);
        try (Statement statement = connection.createStatement()) {
            statement.execute("create user if not exists sa password '' admin");
            statement.execute("drop table if exists customers");
            statement.execute("""
                    create table customers (
                      user_id varchar(20) primary key,
                      email varchar(100) not null,
                      name varchar(100) not null,
                      plan varchar(20) not null,
                      risk double precision not null,
                      updated_at timestamp with time zone not null)
                    """);
        }
        connection.setAutoCommit(false);
    }

    void insert(Collection<Customer> customers, Instant now) throws SQLException {
        inOneTransaction(
                "insert into customers (user_id, email, name, plan, risk, updated_at) values (?,?,?,?,?,?)",
                statement -> {
                    for (Customer customer : customers) {
                        statement.setString(1, customer.userId());
                        statement.setString(2, customer.email());
                        statement.setString(3, customer.name());
                        statement.setString(4, customer.plan());
                        statement.setDouble(5, customer.risk());
                        statement.setTimestamp(6, Timestamp.from(now));
                        statement.addBatch();
                    }
                });
    }

    /** Writes the risk of these customers, all or none. */
    void updateRisk(Collection<Customer> customers, Instant now) throws SQLException {
        inOneTransaction("update customers set risk = ?, updated_at = ? where user_id = ?", statement -> {
            for (Customer customer : customers) {
                statement.setDouble(1, customer.risk());
                statement.setTimestamp(2, Timestamp.from(now));
                statement.setString(3, customer.userId());
                statement.addBatch();
            }
        });
    }

    /** Ends the database, which would otherwise live as long as the process. */
    @Override
    public void close() throws SQLException {
        try (connection;
                Statement statement = connection.createStatement()) {
            statement.execute("shutdown");
        }
    }

    private void inOneTransaction(String sql, Batch batch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            batch.fill(statement);
            statement.executeBatch();
            connection.commit();
        } catch (SQLException failure) {
            connection.rollback();
            throw failure;
        }
    }

    private interface Batch {
        void fill(PreparedStatement statement) throws SQLException;
    }
}
