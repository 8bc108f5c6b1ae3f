package dev.parley.testing.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.testing.Fixture;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The real server, asked over JDBC. */
class PostgresServerTest {

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static String ask(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static void run(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void keepsItsDataAndPortWhenKilledAndRestarted() throws Exception {
        PostgresServer server = fixture.open(PostgresServer.start());
        int port = server.port();
        run(server.jdbcUrl(), "create table t as select 42 as answer");
        assertThat(ask(server.jdbcUrl(), "show fsync")).isEqualTo("on");

        server.kill();
        assertThat(server.process().isRunning()).isFalse();
        assertThatThrownBy(() -> ask(server.jdbcUrl(), "select 1")).isInstanceOf(SQLException.class);
        server.restart();

        assertThat(server.port()).isEqualTo(port);
        assertThat(ask(server.jdbcUrl(), "select answer from t")).isEqualTo("42");
        server.restart(); // now in order
        assertThat(ask(server.jdbcUrl(), "select answer from t")).isEqualTo("42");
    }

    @Test
    void closeLeavesNoProcessAndNoFolderThoughASessionIsOpen() throws Exception {
        PostgresServer server = PostgresServer.start();
        try (Connection session = DriverManager.getConnection(server.jdbcUrl())) {
            List<ProcessHandle> all = Processes.of(server.process());
            assertThat(all).hasSizeGreaterThan(3);

            server.close();

            assertThat(all).allMatch(Processes::hasEnded);
            assertThat(server.process().folder()).doesNotExist();
            assertThat(session.isValid(1)).isFalse();
        }
        server.close();
    }

    @Test
    void pausedItsSessionsAnswerNothing() throws Exception {
        PostgresServer server = fixture.open(PostgresServer.start());
        try (Connection session = DriverManager.getConnection(server.jdbcUrl() + "&socketTimeout=1");
                Statement statement = session.createStatement()) {
            statement.execute("select 1");
            server.pause();
            assertThatThrownBy(() -> statement.execute("select 1")).isInstanceOf(SQLException.class);
        }
        server.resume();
        assertThat(ask(server.jdbcUrl(), "select 2")).isEqualTo("2");
    }

    @Test
    void refusesAWrongPassword() throws Exception {
        PostgresServer server = fixture.open(PostgresServer.start(Map.of("max_connections", "20")));
        assertThatThrownBy(() -> ask(server.jdbcUrl().replace("password=parley", "password=wrong"), "select 1"))
                .hasMessageContaining("password authentication failed");
        assertThat(ask(server.jdbcUrl(), "show max_connections")).isEqualTo("20");
    }

    @Test
    void theSharedOneGivesEachTestADatabase() throws Exception {
        PostgresServer server = PostgresServer.shared();
        assertThat(PostgresServer.shared()).isSameAs(server);
        String one = server.newDatabase();
        String other = server.newDatabase();
        run(server.jdbcUrl(one), "create table t (n int)");
        assertThat(ask(server.jdbcUrl(other), "select current_database()")).isEqualTo(other);
        assertThatThrownBy(() -> ask(server.jdbcUrl(other), "select * from t")).hasMessageContaining("does not exist");
        assertThat(server.uri(one)).isEqualTo("postgresql://parley:parley@127.0.0.1:" + server.port() + "/" + one);
    }

    @Test
    void badSettingsSayWhy() {
        assertThatThrownBy(() ->
                        PostgresServer.start(Map.of("no_such_setting", "1")).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no_such_setting");
    }
}
