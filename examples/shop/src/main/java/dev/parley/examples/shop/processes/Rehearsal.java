package dev.parley.examples.shop.processes;

import dev.parley.examples.shop.servers.Directory;
import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.ShopSettings;
import dev.parley.examples.shop.servers.Single;
import dev.parley.examples.shop.user.v1.GetUserRequest;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.registry.RegistryServer;
import dev.parley.rpc.Channel;
import java.util.Map;

/** Does in this process what the processes of the shop do in theirs, so that an AOT cache knows their classes. */
public final class Rehearsal {

    private Rehearsal() {}

    /** Opens a registry and a service, and asks for a user by the service's name. */
    public static void play() {
        try (RegistryServer registry = RegistryServer.builder().start()) {
            Directory directory = new Directory("consul://127.0.0.1:" + registry.port(), Map.of());
            String name = Part.USER.id();
            try (Single users = Single.open(ShopSettings.defaults().withDirectory(directory), name, name + "-1", 0, 0);
                    Channel channel =
                            Channel.builder(users.directory().target(name)).build()) {
                UserService.client(channel)
                        .getUser(GetUserRequest.newBuilder().setId("u-1").build());
            }
        }
    }
}
