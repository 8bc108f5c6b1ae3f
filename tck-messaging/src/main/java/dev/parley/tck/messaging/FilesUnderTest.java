package dev.parley.tck.messaging;

/** The files of an embedded broker. Nobody has them open while a method here runs. */
public interface FilesUnderTest {

    /**
     * Leaves in them what a process leaves that dies within a write which was not confirmed: half a record behind the last good one, random
     * bytes at the end of the log, or the like. What was confirmed is not touched.
     */
    void tear() throws Exception;
}
