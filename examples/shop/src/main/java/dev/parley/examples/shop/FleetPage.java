package dev.parley.examples.shop;

import dev.parley.examples.shop.processes.Fleet;
import dev.parley.examples.shop.processes.Member;
import dev.parley.examples.shop.servers.EventSettings;
import dev.parley.examples.shop.servers.Part;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** What the shop in processes says: what runs where, and what to try. */
final class FleetPage {

    private static final double MILLIS = 1_000.0;

    private final PrintStream out;

    FleetPage(PrintStream out) {
        this.out = out;
    }

    void announce() {
        out.println("Starting the shop, each service in a JVM of its own, a few at a time:");
        out.println();
        out.flush();
    }

    void started(Member member, Duration took) {
        out.printf(
                "  %-26s pid %-8d %-24s up in %.1f s%n",
                member.id(), member.pid(), member.url(), took.toMillis() / MILLIS);
        out.flush();
    }

    void said(String line) {
        out.println(line);
        out.flush();
    }

    void print(Fleet fleet) {
        List<Member> inventories = fleet.members(Part.INVENTORY.id());
        String orders = fleet.members(Part.ORDER.id()).getFirst().url();
        out.println();
        out.println(
                "The shop is open; its page is " + fleet.pageUrl() + ". What a service prints comes behind its name.");
        out.println(
                "They find each other at " + fleet.registryUri() + ", a registry as `./parley registry` serves it.");
        out.println("registry-1 speaks Consul's HTTP API: see who is there, and as what:");
        out.printf("""

                     curl -s '%s/v1/health/service/%s?passing'

                """, fleet.registryMember().url(), Part.INVENTORY.id());
        out.println("Events of orders go over " + EventSettings.describe(fleet.brokerUri())
                + "; e-mails about them are put into " + fleet.emails() + '.');
        out.println("Order a teapot, kill one of the inventories, and order again: no order fails.");
        out.printf("""

                     curl -i %s/api/orders \\
                       -H 'Content-Type: application/json' -d '{"userId": "u-1", "productId": "sku-1", "quantity": 1}'
                     kill -9 %d

                """, orders, inventories.getFirst().pid());
        out.println("Nothing is started again by itself. Stop all with Ctrl-C.");
        out.flush();
    }
}
