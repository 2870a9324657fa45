package io.cohortsync.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;

/**
 * A JDBC driver in front of another ({@code jdbc:tapped:h2:…}) that keeps what it was told, and whose time runs fast: a
 * query timeout of whatever length is one of four seconds.
 */
public final class TappedDriver implements Driver {

    private static final String PREFIX = "jdbc:tapped:";
    private static final List<String> TOLD = new CopyOnWriteArrayList<>();
    private static final AtomicInteger ROWS = new AtomicInteger();

    static {
        try {
            DriverManager.registerDriver(new TappedDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private TappedDriver() {}

    /** Calls that set something, such as {@code setFetchSize 1000}. */
    public static List<String> told() {
        return TOLD;
    }

    /** Counts the rows that were asked for. */
    public static AtomicInteger rows() {
        return ROWS;
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        return acceptsURL(url)
                ? tap(Connection.class, DriverManager.getConnection("jdbc:" + url.substring(PREFIX.length()), info))
                : null;
    }

    private static <T> T tap(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    Object[] arguments = given;
                    if (method.getName().startsWith("set") && arguments != null) {
                        TOLD.add(method.getName() + " " + arguments[0]);
                    }
                    if (method.getName().equals("setQueryTimeout")) {
                        arguments = new Object[] {4};
                    }
                    if (type == ResultSet.class && method.getName().equals("next")) {
                        ROWS.incrementAndGet();
                    }
                    try {
                        Object answer = method.invoke(real, arguments);
                        if (answer instanceof Statement statement && type == Connection.class) {
                            return tap(Statement.class, statement);
                        }
                        return answer instanceof ResultSet result ? tap(ResultSet.class, result) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("");
    }
}
