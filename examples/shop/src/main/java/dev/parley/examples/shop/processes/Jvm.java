package dev.parley.examples.shop.processes;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that runs a class of ours in a JVM like this one, only smaller. */
final class Jvm {

    /** Twelve of them are to fit on a small machine. */
    private static final List<String> THRIFTY = List.of(
            "-Xmx64m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=32m");

    /**
     * What they take over: the AOT cache that {@code ./parley} has made for this class path, and what the JDK would warn about
     * otherwise.
     */
    private static final List<String> TAKEN_OVER = List.of(
            "-XX:AOTCache=", "-XX:AOTMode=", "-Xlog:", "--enable-native-access", "--sun-misc-unsafe-memory-access");

    private Jvm() {}

    static List<String> command(String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        // A Ctrl-C reaches all processes of the terminal at once; these are stopped by us, one after the other. What is
        // ignored when a program begins stays so, the JVM sees to that.
        command.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(THRIFTY);
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (TAKEN_OVER.stream().anyMatch(option::startsWith)) {
                command.add(option);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        return command;
    }
}
