package dev.parley.cli;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.DeadLetters;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley queues}. */
@Command(
        name = "queues",
        sortOptions = false,
        description = {"Shows what waits in a broker's queues, and deals with dead letters.", ""},
        footer = {
            "",
            "A queue is TOPIC/GROUP. A redriven letter goes back to its group only, and is removed once it is there; to redrive again is"
                    + " harmless. Exit codes: 0, 2 for a wrong command line, 64 + gRPC's code if the broker says no.",
            "",
            "Examples:",
            "  parley queues parley://127.0.0.1:7654",
            "  parley queues 'amqp://127.0.0.1?management=15672' --watch 2s",
            "  parley queues amqp://127.0.0.1 --queue order.placed/email",
            "  parley queues kafka://127.0.0.1:9092 --letters order.placed/email",
            "  parley queues sqlite:broker-data --redrive order.placed/email --type order.placed --rate 10",
        })
final class QueuesCommand implements Callable<Integer> {

    private static final int MOST = DeadLetters.MAX_LETTERS;

    @Parameters(
            index = "0",
            paramLabel = "URI",
            description = "The broker: parley://, sqlite:, postgresql://, amqp:// or kafka://.")
    private String uri = "";

    @Option(
            names = "--watch",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "Show them again each TIME, such as 2s, until Ctrl-C.")
    private @Nullable Duration watch;

    @Option(
            names = "--queue",
            paramLabel = "QUEUE",
            description = {
                "Show only this queue; may be repeated. RabbitMQ lists queues over its management API alone (option management of the"
                        + " URI): without it they have to be named."
            })
    private List<String> named = List.of();

    @Option(names = "--letters", paramLabel = "QUEUE", description = "List the dead letters of a queue, oldest first.")
    private @Nullable String letters;

    @Option(names = "--redrive", paramLabel = "QUEUE", description = "Put dead letters back to their group.")
    private @Nullable String redrive;

    @Option(
            names = "--discard",
            paramLabel = "QUEUE",
            description = "Remove dead letters for good; needs --id or --type.")
    private @Nullable String discard;

    @Option(names = "--id", paramLabel = "ID", description = "Only the letter, or the message, with this id.")
    private @Nullable String id;

    @Option(names = "--type", paramLabel = "TYPE", description = "Only letters whose message has this type.")
    private @Nullable String type;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Redrive so many a second at most. Default: ${DEFAULT-VALUE}.")
    private int rate = 1000;

    @Option(names = "--max", paramLabel = "N", description = "List so many letters at most. Default: ${DEFAULT-VALUE}.")
    private int max = 100;

    @Option(names = "--json", description = "One JSON object a line, for programs.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    @SuppressWarnings("UnusedVariable") // picocli prints the text before it would be read
    private boolean help;

    private final Main.Terminal terminal;

    QueuesCommand(Main.Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        BrokerOptions options = BrokerOptions.defaults().withSource("parley-queues");
        try (MessageBroker broker = connect(options)) {
            QueueTable table = new QueueTable(terminal.out(), json);
            if (letters != null) {
                table.letters(broker.deadLetters(queue(letters)).list(max).stream()
                        .filter(this::wanted)
                        .toList());
            } else if (redrive != null) {
                say("redriven", broker.deadLetters(queue(redrive)).redrive(this::wanted, rate));
            } else if (discard != null) {
                say("discarded", broker.deadLetters(queue(discard)).discard(this::wanted));
            } else {
                return show(broker, table);
            }
        }
        terminal.out().flush();
        return ExitCode.OK;
    }

    private void check() {
        int actions = (letters == null ? 0 : 1) + (redrive == null ? 0 : 1) + (discard == null ? 0 : 1);
        if (actions > 1 || (actions == 1 && (watch != null || !named.isEmpty()))) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--letters, --redrive and --discard exclude each other, and --watch and --queue, which show figures");
        }
        if (discard != null && id == null && type == null) {
            throw new CommandException(ExitCode.USAGE, "--discard needs --id or --type: what is removed is gone");
        }
        if (rate < 1 || rate > 1_000_000) {
            throw new CommandException(ExitCode.USAGE, "--rate must be 1 to 1000000, but is " + rate);
        }
        if (max < 1 || max > MOST) {
            throw new CommandException(ExitCode.USAGE, "--max must be 1 to " + MOST + ", but is " + max);
        }
    }

    private MessageBroker connect(BrokerOptions options) {
        try {
            return MessageBroker.connect(existing(uri), options);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    /** Who looks at a folder that is not there has mistyped it, and wants none made. */
    private static String existing(String uri) {
        return !uri.startsWith("sqlite:") || uri.contains("create=")
                ? uri
                : uri + (uri.contains("?") ? '&' : '?') + "create=false";
    }

    private int show(MessageBroker broker, QueueTable table) throws InterruptedException {
        List<QueueName> queues = named.stream().map(QueuesCommand::queue).toList();
        if (watch == null) {
            boolean all = show(broker, table, queues);
            Hints.unseenQueues(uri, !queues.isEmpty()).ifPresent(this::warn);
            return all ? ExitCode.OK : ExitCode.of(Code.NOT_FOUND);
        }
        Hints.unseenQueues(uri, !queues.isEmpty()).ifPresent(this::warn);
        CtrlC end = new CtrlC();
        do {
            try {
                show(broker, table, queues);
            } catch (CallException e) {
                warn(e.code() + ": " + e.message());
            }
            terminal.out().println();
            terminal.out().flush();
        } while (!end.await(watch));
        return ExitCode.OK;
    }

    /** Whether all that were named are there. */
    private boolean show(MessageBroker broker, QueueTable table, List<QueueName> queues) {
        List<QueueStats> found = new ArrayList<>();
        List<QueueName> missing = new ArrayList<>();
        for (QueueName each : queues) {
            broker.queue(each).ifPresentOrElse(found::add, () -> missing.add(each));
        }
        table.queues(queues.isEmpty() ? broker.queues() : found);
        terminal.out().flush();
        missing.forEach(
                each -> warn(Code.NOT_FOUND + ": the broker knows no queue " + each.topic() + '/' + each.group()));
        return missing.isEmpty();
    }

    private void warn(String text) {
        terminal.err().println("parley: " + Plain.line(text));
        terminal.err().flush();
    }

    private boolean wanted(DeadLetter letter) {
        return (id == null || letter.id().equals(id) || letter.message().id().equals(id))
                && (type == null || letter.message().type().equals(type));
    }

    private static QueueName queue(String text) {
        int slash = text.indexOf('/');
        try {
            if (slash > 0) {
                return new QueueName(text.substring(0, slash), text.substring(slash + 1));
            }
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        throw new CommandException(
                ExitCode.USAGE, "a queue is TOPIC/GROUP, such as order.placed/email, but not \"" + text + '"');
    }

    private void say(String what, int count) {
        terminal.out().println(json ? "{\"" + what + "\":" + count + '}' : what + ": " + count);
    }
}
