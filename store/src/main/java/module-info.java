/** Durable state over JDBC; see the package {@code dev.parley.store}. */
module dev.parley.store {
    requires transitive dev.parley;
    requires transitive java.sql;
    requires static transitive org.jspecify;
    requires com.zaxxer.hikari;
    requires static org.checkerframework.checker.qual;
    requires org.postgresql.jdbc;
    requires org.xerial.sqlitejdbc;

    exports dev.parley.store;
}
