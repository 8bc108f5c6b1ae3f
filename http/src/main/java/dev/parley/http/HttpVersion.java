package dev.parley.http;

/** What a client speaks on a plain connection. */
public enum HttpVersion {
    /** HTTP/1.1, one exchange at a time on a pooled connection. */
    HTTP_1_1,
    /** HTTP/2 by prior knowledge, many exchanges on one connection. */
    HTTP_2
}
