package dev.parley.cli;

import dev.parley.CallException;
import dev.parley.ErrorDetail;
import dev.parley.RetryAdvice;
import dev.parley.rpc.MessageJson;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Says what went wrong: a line for the error, and one for each thing that is known beside it. */
final class ErrorReport implements IExecutionExceptionHandler, IParameterExceptionHandler {

    private final PrintWriter err;

    ErrorReport(PrintWriter err) {
        this.err = err;
    }

    @Override
    public int handleParseException(ParameterException wrong, String[] args) {
        String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
        line(wrong.getMessage() + "; see " + command + " --help");
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception thrown, CommandLine command, ParseResult parsed) throws Exception {
        return switch (thrown) {
            case CommandException known -> {
                line(String.valueOf(known.getMessage()));
                yield known.exitCode();
            }
            case CallException call -> {
                line(call.code() + ": " + call.message());
                yield ExitCode.of(call.code());
            }
            default -> throw thrown;
        };
    }

    /** A failed call, with its details in {@code json}; the exit code. */
    int failed(CallException error, MessageJson json, String hint) {
        line(error.code() + ": " + error.message() + hint);
        for (ErrorDetail detail : error.details()) {
            err.println("  detail: " + json.print(detail));
        }
        String retry = advice(error.retryAdvice());
        if (!retry.isEmpty()) {
            err.println("  retry: " + retry);
        }
        err.flush();
        return ExitCode.of(error.code());
    }

    private static String advice(RetryAdvice advice) {
        return switch (advice) {
            case RetryAdvice.Unstated unstated -> "";
            case RetryAdvice.NeverLeft never -> "safe, the request never left";
            case RetryAdvice.Safe safe -> "may succeed";
            case RetryAdvice.After after ->
                String.format(Locale.ROOT, "not before %.3f s", after.delay().toMillis() / 1000.0);
            case RetryAdvice.Never never -> "will not succeed";
        };
    }

    private void line(String text) {
        // A peer's message may hold anything: it stays on its line and cannot steer the terminal.
        err.println("parley: " + Plain.line(text));
        err.flush();
    }
}
