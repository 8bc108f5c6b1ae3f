package dev.parley.examples.shop.processes;

import dev.parley.broker.BrokerServer;
import dev.parley.examples.shop.servers.DataFolder;
import dev.parley.examples.shop.servers.Directory;
import dev.parley.examples.shop.servers.EventSettings;
import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.ShopSettings;
import dev.parley.examples.shop.servers.Single;
import dev.parley.examples.shop.user.v1.GetUserRequest;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.registry.RegistryServer;
import dev.parley.rpc.Channel;
import java.util.Map;
import java.util.Optional;

/** Does in this process what the processes of the shop do in theirs, so that an AOT cache knows their classes. */
public final class Rehearsal {

    private Rehearsal() {}

    /** Opens a registry, a broker and two services, and asks for a user by the service's name. */
    public static void play() {
        try (DataFolder data = DataFolder.of(Optional.empty());
                RegistryServer registry = RegistryServer.builder().start();
                BrokerServer broker =
                        BrokerServer.builder().store(data.database("broker")).start()) {
            Directory directory = new Directory("consul://127.0.0.1:" + registry.port(), Map.of());
            String name = Part.USER.id();
            String listener = Part.NOTIFICATION.id();
            ShopSettings settings = ShopSettings.defaults()
                    .withDirectory(directory)
                    .withEvents(EventSettings.defaults().withBroker("parley://127.0.0.1:" + broker.port()));
            try (Single users = Single.open(settings, name, name + "-1", 0, 0);
                    Single notification = Single.open(settings, listener, listener + "-1", 0, 0);
                    Channel channel =
                            Channel.builder(users.directory().target(name)).build()) {
                UserService.client(channel)
                        .getUser(GetUserRequest.newBuilder().setId("u-1").build());
            }
        }
    }
}
