package dev.parley.examples.hello;

import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcServer;

/** The README's service and client. */
final class Hello implements Greeter {

    @Override
    public Greeting greet(GreetRequest request) {
        return Greeting.newBuilder().setText("Hello, " + request.getName()).build();
    }

    public static void main(String[] args) {
        try (RpcServer server = RpcServer.builder()
                        .service(Greeter.DEFINITION, new Hello())
                        .start();
                Channel channel =
                        Channel.builder("http://localhost:" + server.port()).build()) {
            Greeter greeter = Greeter.client(channel);
            Greeting greeting =
                    greeter.greet(GreetRequest.newBuilder().setName("Ada").build());
            System.out.println(greeting.getText());
        }
    }
}
