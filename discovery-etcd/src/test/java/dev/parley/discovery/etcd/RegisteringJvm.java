package dev.parley.discovery.etcd;

import dev.parley.discovery.Registration;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.testing.ServerProcess;
import java.time.Duration;
import java.util.List;

/** A process of its own that registers an instance and keeps it: {@code RegisteringJvm URI SERVICE ID TTL-SECONDS}. */
final class RegisteringJvm {
    private RegisteringJvm() {}

    public static void main(String... arguments) throws Exception {
        ServiceRegistry registry = ServiceRegistry.connect(arguments[0]);
        Registration registration = registry.register(
                ServiceInstance.of(arguments[1], "127.0.0.1", 7001).withId(arguments[2]),
                RegistrationOptions.defaults().withTtl(Duration.ofSeconds(Integer.parseInt(arguments[3]))));
        while (registration.state() != Registration.State.REGISTERED) {
            Thread.sleep(10);
        }
        System.out.println("registered");
        Thread.sleep(Long.MAX_VALUE);
    }

    static ServerProcess start(String uri, String service, String id, int seconds) throws Exception {
        return ServerProcess.builder(System.getProperty("java.home") + "/bin/java")
                .arguments(place -> List.of(
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RegisteringJvm.class.getName(),
                        uri,
                        service,
                        id,
                        Integer.toString(seconds)))
                .readyWhen(server -> server.output().contains("registered"))
                .start();
    }
}
