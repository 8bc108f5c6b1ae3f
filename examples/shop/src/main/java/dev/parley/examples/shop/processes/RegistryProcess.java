package dev.parley.examples.shop.processes;

import dev.parley.cli.Main;
import java.util.ArrayList;
import java.util.List;

/** {@code parley registry} on the class path of the shop, at the end of the leash that all processes of the shop are on. */
final class RegistryProcess {

    private RegistryProcess() {}

    /** Runs it with these arguments; does not return. */
    public static void main(String[] arguments) {
        Leash.hold();
        List<String> command = new ArrayList<>(List.of("registry"));
        command.addAll(List.of(arguments));
        Main.main(command.toArray(String[]::new));
    }
}
