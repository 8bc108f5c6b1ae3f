package dev.parley.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program {@code parley}: what talks to servers, the registry, and the broker. */
@Command(
        name = "parley",
        description = "Calls services without generated code, and runs a registry and a broker for them.")
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    private Main() {}

    /** Runs {@code args} and exits with its status; {@link ExitCode} lists them. */
    public static void main(String[] args) {
        // What goes wrong is said by the command, in its own words.
        LogManager.getLogManager().reset();
        Terminal terminal = new Terminal(
                System.in,
                new PrintWriter(System.out, false, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                Boolean.getBoolean("parley.terminal"));
        int status = run(terminal, args);
        terminal.out().flush();
        // Always: the threads of a call that is given up must not keep the process.
        Runtime.getRuntime().halt(status);
    }

    /** What the commands talk to their user through. */
    record Terminal(InputStream in, PrintWriter out, PrintWriter err, boolean interactive) {}

    static int run(Terminal terminal, String... args) {
        CommandLine parley = new CommandLine(new Main())
                .addSubcommand(new CallCommand(terminal))
                .addSubcommand(new ListCommand(terminal))
                .addSubcommand(new DescribeCommand(terminal))
                .addSubcommand(new RegistryCommand(terminal))
                .addSubcommand(new BrokerCommand(terminal))
                .addSubcommand(new QueuesCommand(terminal))
                .addSubcommand(new TrainCommand());
        // @file is a request, not more arguments.
        parley.setExpandAtFiles(false);
        parley.setOut(terminal.out());
        parley.setErr(terminal.err());
        ErrorReport report = new ErrorReport(terminal.err());
        parley.setExecutionExceptionHandler(report);
        parley.setParameterExceptionHandler(report);
        return parley.execute(args);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing command: call, list, describe, registry, broker or queues");
    }
}
