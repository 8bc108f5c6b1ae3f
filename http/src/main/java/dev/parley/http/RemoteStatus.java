package dev.parley.http;

/** An error that stands for a response which a server has sent. */
public interface RemoteStatus {

    /** The status of that response. */
    int status();
}
