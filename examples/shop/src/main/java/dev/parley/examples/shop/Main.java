package dev.parley.examples.shop;

import dev.parley.examples.shop.processes.BrokerCommand;
import dev.parley.examples.shop.processes.RegistryCommand;
import dev.parley.examples.shop.processes.ServeCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program {@code parley}, as far as the shop is it. */
@Command(
        name = "parley",
        description = "The shop: eight services that talk by gRPC, Connect and REST, and by events.",
        subcommands = {DemoCommand.class, ServeCommand.class, RegistryCommand.class, BrokerCommand.class})
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    private Main() {}

    /** Runs {@code args} and exits with its status. */
    public static void main(String[] args) {
        int status = new CommandLine(new Main()).execute(args);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: demo");
    }
}
