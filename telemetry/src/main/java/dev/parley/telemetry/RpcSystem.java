package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.Code;
import dev.parley.Outcome;
import org.jspecify.annotations.Nullable;

/** What a call is spoken in, and how that words its outcome. */
enum RpcSystem {
    /** gRPC and gRPC-Web. */
    GRPC("grpc"),
    /** Connect. */
    CONNECT("connectrpc"),
    /** {@code google.api.http}; the conventions have no word for it. */
    REST("rest"),
    /** A call that no engine has carried, or one that names its protocol otherwise. */
    UNKNOWN("parley");

    private final String wireName;

    RpcSystem(String wireName) {
        this.wireName = wireName;
    }

    static RpcSystem of(Call call) {
        return switch (call.protocol()) {
            case "GRPC", "GRPC_WEB", "GRPC_WEB_TEXT" -> GRPC;
            case "CONNECT" -> CONNECT;
            case "REST" -> REST;
            default -> UNKNOWN;
        };
    }

    String wireName() {
        return wireName;
    }

    /** The value of {@code rpc.response.status_code}; null where the protocol has none, which is Connect's success. */
    @Nullable
    String status(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Ok ok -> this == CONNECT ? null : "OK";
            case Outcome.Failed failed -> word(failed.error().code());
        };
    }

    private String word(Code code) {
        return this == CONNECT ? code.connectName() : code.name();
    }

    /** Whether a server has failed that ended a call so; a client has if it did not end well. */
    static boolean isServersFault(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Ok ok -> false;
            case Outcome.Failed failed ->
                switch (failed.error().code()) {
                    case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
                    case CANCELLED,
                            INVALID_ARGUMENT,
                            NOT_FOUND,
                            ALREADY_EXISTS,
                            PERMISSION_DENIED,
                            RESOURCE_EXHAUSTED,
                            FAILED_PRECONDITION,
                            ABORTED,
                            OUT_OF_RANGE,
                            UNAUTHENTICATED -> false;
                };
        };
    }
}
