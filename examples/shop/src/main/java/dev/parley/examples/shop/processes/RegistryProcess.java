package dev.parley.examples.shop.processes;

import dev.parley.examples.shop.lab.LabState;

final class RegistryProcess {
    private RegistryProcess() {}

    public static void main(String[] args) throws Exception {
        Leash.hold();
        LabState.serve(Integer.parseInt(args[3]));
    }
}
