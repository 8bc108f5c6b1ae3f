package dev.parley.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.rpc.reflection.ServerReflectionRequest;
import dev.parley.rpc.reflection.ServerReflectionResponse;
import dev.parley.rpc.reflection.ServiceResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Learns from a server which services it has and what they look like: {@code grpc.reflection.v1}, or {@code v1alpha} where
 * there is only that. What was learnt is kept, so a service is asked for once; a new client learns anew. A server may tell
 * at most {@value #MOST_FILES} files of {@value #MOST_BYTES} bytes together, and {@value #MOST_SERVICES} services.
 *
 * <p>Reflection is a bidirectional stream: the channel must speak HTTP/2, and a protocol that carries such. Thread-safe;
 * one thread asks at a time.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/server-reflection.md">the protocol</a>
 */
public final class ReflectionClient {

    /** Files that a server may tell of. */
    public static final int MOST_FILES = 4_000;

    /** Bytes of all these files together. */
    public static final int MOST_BYTES = 32 << 20;

    /** Services that a server may list. */
    public static final int MOST_SERVICES = 10_000;

    private final Channel channel;
    private final CallOptions options;
    // Guarded by this.
    private final Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
    private final Map<String, Schema> schemas = new LinkedHashMap<>();
    private @Nullable List<String> services;
    private int bytes;
    private ReflectionVersion version = ReflectionVersion.V1;

    /**
     * A client over {@code channel}, which stays its owner's.
     *
     * @param options for each stream to the server; a timeout is wise, since a stream has none of its own
     */
    public ReflectionClient(Channel channel, CallOptions options) {
        this.channel = channel;
        this.options = options;
    }

    /**
     * Full names of all services, sorted.
     *
     * @throws CallException UNIMPLEMENTED, with what to do, if the server has no reflection; or why it could not be asked
     */
    public synchronized List<String> services() {
        List<String> known = services;
        if (known == null) {
            known = asking(ReflectionClient::list);
            services = known;
        }
        return known;
    }

    /**
     * The schema of one service, or of whatever else is called {@code symbol}, with all that its file imports.
     *
     * @throws IllegalArgumentException if the server does not know it; the message says which services are near
     * @throws CallException as {@link #services}; INTERNAL if what the server tells makes no sense
     */
    public synchronized Schema schema(String symbol) {
        Schema known = schemas.get(symbol);
        if (known == null) {
            known = link(asking(stream -> learn(stream, List.of(symbol))));
            schemas.put(symbol, known);
        }
        return known;
    }

    /**
     * The schema of all services.
     *
     * @throws CallException as {@link #schema}
     */
    public synchronized Schema schema() {
        List<String> all = services();
        return link(asking(stream -> learn(stream, all)));
    }

    private interface Question<T> {
        T ask(ReflectionStream stream);
    }

    private <T> T asking(Question<T> question) {
        try {
            return asking(version, question);
        } catch (CallException e) {
            if (e.code() != Code.UNIMPLEMENTED || version.equals(ReflectionVersion.V1ALPHA)) {
                throw e.code() == Code.UNIMPLEMENTED ? noReflection(e) : e;
            }
        }
        try {
            T answer = asking(ReflectionVersion.V1ALPHA, question);
            version = ReflectionVersion.V1ALPHA;
            return answer;
        } catch (CallException e) {
            throw e.code() == Code.UNIMPLEMENTED ? noReflection(e) : e;
        }
    }

    private <T> T asking(ReflectionVersion spoken, Question<T> question) {
        try (ReflectionStream stream = new ReflectionStream(channel, spoken, options)) {
            return question.ask(stream);
        }
    }

    private static CallException noReflection(CallException cause) {
        return new CallException(
                Code.UNIMPLEMENTED,
                "the server has no reflection (neither grpc.reflection.v1 nor v1alpha); switch it on there, or take the"
                        + " contract from a descriptor set (" + cause.message() + ")",
                cause);
    }

    private static List<String> list(ReflectionStream stream) {
        ServerReflectionResponse answer =
                stream.ask(ServerReflectionRequest.newBuilder().setListServices("*"));
        if (answer.hasErrorResponse()) {
            throw refused(answer, "list its services");
        }
        if (answer.getListServicesResponse().getServiceCount() > MOST_SERVICES) {
            throw tooMuch(MOST_SERVICES + " services");
        }
        TreeSet<String> names = new TreeSet<>();
        for (ServiceResponse service : answer.getListServicesResponse().getServiceList()) {
            names.add(service.getName());
        }
        return List.copyOf(names);
    }

    /** Asks for the files of {@code symbols} and for all that these import. */
    private Set<FileDescriptorProto> learn(ReflectionStream stream, List<String> symbols) {
        Set<String> wanted = new HashSet<>();
        Deque<String> toVisit = new ArrayDeque<>();
        for (String symbol : symbols) {
            ServerReflectionResponse answer =
                    stream.ask(ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol));
            if (answer.hasErrorResponse()) {
                throw isNotFound(answer) ? unknown(stream, symbol) : refused(answer, "describe " + symbol);
            }
            String first = keep(answer, symbol);
            if (wanted.add(first)) {
                toVisit.add(first);
            }
        }
        while (!toVisit.isEmpty()) {
            String name = toVisit.remove();
            FileDescriptorProto file = files.get(name);
            if (file == null) {
                if (SchemaFiles.isKnown(name)) {
                    continue;
                }
                file = fetch(stream, name);
            }
            for (String imported : file.getDependencyList()) {
                if (wanted.add(imported)) {
                    toVisit.add(imported);
                }
            }
        }
        List<FileDescriptorProto> found = new ArrayList<>();
        wanted.forEach(name -> {
            FileDescriptorProto file = files.get(name);
            if (file != null) {
                found.add(file);
            }
        });
        return Set.copyOf(found);
    }

    private FileDescriptorProto fetch(ReflectionStream stream, String name) {
        ServerReflectionResponse answer =
                stream.ask(ServerReflectionRequest.newBuilder().setFileByFilename(name));
        if (answer.hasErrorResponse()) {
            throw refused(answer, "tell the imported file \"" + name + '"');
        }
        keep(answer, name);
        FileDescriptorProto file = files.get(name);
        if (file == null) {
            throw new CallException(
                    Code.INTERNAL, "the server's reflection was asked for the file \"" + name + "\" and told another");
        }
        return file;
    }

    /** Keeps the files of an answer; the name of the first, which is the one that was asked for. */
    private String keep(ServerReflectionResponse answer, String wanted) {
        List<ByteString> told = answer.getFileDescriptorResponse().getFileDescriptorProtoList();
        String first = null;
        for (ByteString serialized : told) {
            FileDescriptorProto file = parse(serialized, wanted);
            first = first == null ? file.getName() : first;
            if (files.putIfAbsent(file.getName(), file) == null) {
                bytes += serialized.size();
                if (bytes > MOST_BYTES || bytes < 0) {
                    throw tooMuch(MOST_BYTES + " bytes of descriptors");
                }
                if (files.size() > MOST_FILES) {
                    throw tooMuch(MOST_FILES + " files");
                }
            }
        }
        if (first == null) {
            throw new CallException(Code.INTERNAL, "the server's reflection answered without a file for " + wanted);
        }
        return first;
    }

    private static FileDescriptorProto parse(ByteString serialized, String wanted) {
        try {
            return FileDescriptorProto.parseFrom(serialized, SchemaFiles.OPTIONS);
        } catch (InvalidProtocolBufferException e) {
            throw new CallException(
                    Code.INTERNAL, "the server's reflection told a file for " + wanted + " that is no descriptor", e);
        }
    }

    private static Schema link(Set<FileDescriptorProto> files) {
        try {
            return Schema.of(files);
        } catch (IllegalArgumentException e) {
            throw new CallException(Code.INTERNAL, "what the server's reflection tells is wrong: " + e.getMessage(), e);
        }
    }

    private static boolean isNotFound(ServerReflectionResponse answer) {
        return answer.getErrorResponse().getErrorCode() == Code.NOT_FOUND.number();
    }

    private IllegalArgumentException unknown(ReflectionStream stream, String symbol) {
        List<String> known = services == null ? list(stream) : services;
        services = known;
        String near = Suggestions.didYouMean(symbol, known);
        return new IllegalArgumentException("the server knows no " + symbol
                + (near.isEmpty() ? "; its services are " + String.join(", ", known) : near));
    }

    private static CallException refused(ServerReflectionResponse answer, String what) {
        Code code = Code.ofNumber(answer.getErrorResponse().getErrorCode()).orElse(Code.UNKNOWN);
        // Not UNIMPLEMENTED, which would say that there is no reflection.
        return new CallException(
                code == Code.UNIMPLEMENTED ? Code.INTERNAL : code,
                "the server's reflection does not " + what + ": "
                        + answer.getErrorResponse().getErrorMessage());
    }

    private static CallException tooMuch(String limit) {
        return new CallException(Code.RESOURCE_EXHAUSTED, "the server's reflection tells more than " + limit);
    }
}
