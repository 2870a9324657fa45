package io.cohortsync.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A database that goes away in the middle: at a chosen statement or commit, just before it or just after, and is back once
 * it is mended. What was not committed is lost.
 */
public final class BreakableDatabase extends DelegatingDataSource {

    private int left = Integer.MAX_VALUE;
    private boolean afterwards;
    private boolean broken;

    BreakableDatabase(DataSource real) {
        super(real);
    }

    /**
     * @param calls how many statements and commits from now on
     * @param afterwards whether the last of them still takes effect, and only its answer is lost
     */
    public synchronized void breakAfter(int calls, boolean afterwards) {
        this.left = calls;
        this.afterwards = afterwards;
    }

    public synchronized void mend() {
        left = Integer.MAX_VALUE;
        broken = false;
    }

    public synchronized boolean isBroken() {
        return broken;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (isBroken()) {
            throw gone();
        }
        return wrap(Connection.class, super.getConnection());
    }

    private static SQLException gone() {
        return new SQLException("the database is gone", "08006");
    }

    private <T> T wrap(Class<T> type, T real) {
        Object proxy =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    String name = method.getName();
                    if (real instanceof Connection connection && isBroken()) {
                        leave(connection, name);
                    }
                    boolean counts = name.startsWith("execute") || name.equals("commit");
                    if (counts) {
                        step(false);
                    }
                    Object answer;
                    try {
                        answer = method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (counts) {
                        step(true);
                    }
                    if (!name.startsWith("prepare") && !name.equals("createStatement")) {
                        return answer;
                    }
                    if (answer instanceof PreparedStatement statement) {
                        return wrap(PreparedStatement.class, statement);
                    }
                    return wrap(Statement.class, (Statement) answer);
                });
        return type.cast(proxy);
    }

    /** Whoever gives a broken connection back, or makes it commit by itself again, must not commit what was under way. */
    private static void leave(Connection connection, String method) throws SQLException {
        if ((method.equals("setAutoCommit") || method.equals("close"))
                && !connection.isClosed()
                && !connection.getAutoCommit()) {
            connection.rollback();
        }
    }

    private synchronized void step(boolean done) throws SQLException {
        if (broken) {
            throw gone();
        }
        if (done == afterwards && --left < 0) {
            broken = true;
            throw gone();
        }
    }
}
