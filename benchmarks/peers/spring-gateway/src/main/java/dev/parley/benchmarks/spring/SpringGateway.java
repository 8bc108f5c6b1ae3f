package dev.parley.benchmarks.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;

/**
 * Spring Cloud Gateway with one route, to the URL in {@code --upstream=}, on a port of 127.0.0.1, which it prints;
 * {@code --server.port=} sets it. Runs until it is killed. All else is its default; see {@code application.yaml}.
 */
@SpringBootApplication
class SpringGateway {

    SpringGateway() {}

    public static void main(String[] args) {
        SpringApplication.run(SpringGateway.class, args);
    }

    @EventListener
    void listening(WebServerInitializedEvent event) {
        System.out.println("listening " + event.getWebServer().getPort());
    }
}
