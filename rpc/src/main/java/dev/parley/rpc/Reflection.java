package dev.parley.rpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.TextFormat;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.rpc.reflection.ErrorResponse;
import dev.parley.rpc.reflection.ExtensionNumberResponse;
import dev.parley.rpc.reflection.FileDescriptorResponse;
import dev.parley.rpc.reflection.ListServiceResponse;
import dev.parley.rpc.reflection.ServerReflectionProto;
import dev.parley.rpc.reflection.ServerReflectionRequest;
import dev.parley.rpc.reflection.ServerReflectionResponse;
import dev.parley.rpc.reflection.ServiceResponse;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code grpc.reflection.v1} and {@code v1alpha}: tells tools such as grpcurl what is served and in which words. The two
 * differ in the name of their package only, so one implementation, and one set of classes, stands behind both.
 *
 * <p>All that can be asked for is found when the server starts; a file is encoded when it is first asked for. Thread-safe.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/server-reflection.md">the protocol</a>
 */
final class Reflection {

    private static final ServiceDescriptor V1 =
            ServerReflectionProto.getDescriptor().findServiceByName("ServerReflection");

    static final String NAME = V1.getFullName();

    // What a caller asked for in vain is named in the answer, but not at any length.
    private static final int LONGEST_TOLD = 200;

    private final TreeSet<String> services = new TreeSet<>();
    private final Map<String, FileDescriptor> files = new HashMap<>();
    private final Map<String, FileDescriptor> symbols = new HashMap<>();
    private final Set<String> types = new HashSet<>();
    private final Map<String, TreeMap<Integer, FileDescriptor>> extensions = new HashMap<>();
    private final Map<FileDescriptor, FileDescriptorResponse> encoded = new ConcurrentHashMap<>();

    /** What {@code served} says of itself, and of reflection. */
    Reflection(Collection<? extends ServiceDefinition<?>> served) {
        served.forEach(this::addService);
        definitions().forEach(this::addService);
    }

    /** The services by which this is asked, under the names of both versions. */
    static List<ServiceDefinition<Reflection>> definitions() {
        return List.of(definition(V1), definition(alpha()));
    }

    private static ServiceDefinition<Reflection> definition(ServiceDescriptor service) {
        return ServiceDefinition.<Reflection>builder(service)
                .method(
                        RpcMethod.bidiStreaming(
                                service.findMethodByName("ServerReflectionInfo"),
                                ServerReflectionRequest.getDefaultInstance(),
                                ServerReflectionResponse.getDefaultInstance()),
                        Reflection::info)
                .build();
    }

    /** The older version's file: the newer one's under the name of its package. */
    private static ServiceDescriptor alpha() {
        FileDescriptorProto v1 = V1.getFile().toProto();
        String text = TextFormat.printer().printToString(v1).replace("grpc.reflection.v1.", "grpc.reflection.v1alpha.");
        try {
            FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder();
            TextFormat.merge(text, file);
            file.setName("grpc/reflection/v1alpha/reflection.proto")
                    .setPackage("grpc.reflection.v1alpha")
                    .clearOptions();
            return FileDescriptor.buildFrom(file.build(), new FileDescriptor[0]).findServiceByName("ServerReflection");
        } catch (TextFormat.ParseException | DescriptorValidationException e) {
            throw new AssertionError("the descriptor of grpc.reflection.v1 is not sound", e);
        }
    }

    private void addService(ServiceDefinition<?> definition) {
        services.add(definition.descriptor().getFullName());
        addFile(definition.descriptor().getFile());
    }

    private Messages<ServerReflectionResponse> info(Messages<ServerReflectionRequest> requests) {
        return requests.map(this::answer);
    }

    private ServerReflectionResponse answer(ServerReflectionRequest request) {
        ServerReflectionResponse.Builder response = ServerReflectionResponse.newBuilder()
                .setValidHost(request.getHost())
                .setOriginalRequest(request);
        switch (request.getMessageRequestCase()) {
            case LIST_SERVICES -> response.setListServicesResponse(listServices());
            case FILE_BY_FILENAME ->
                putFile(response, files.get(request.getFileByFilename()), request.getFileByFilename());
            case FILE_CONTAINING_SYMBOL ->
                putFile(response, symbols.get(request.getFileContainingSymbol()), request.getFileContainingSymbol());
            case FILE_CONTAINING_EXTENSION -> {
                String type = request.getFileContainingExtension().getContainingType();
                int number = request.getFileContainingExtension().getExtensionNumber();
                Map<Integer, FileDescriptor> known = extensions.getOrDefault(type, new TreeMap<>());
                putFile(response, known.get(number), "extension " + number + " of " + type);
            }
            case ALL_EXTENSION_NUMBERS_OF_TYPE -> putNumbers(response, request.getAllExtensionNumbersOfType());
            case MESSAGEREQUEST_NOT_SET ->
                response.setErrorResponse(error(Code.INVALID_ARGUMENT, "the request asks for nothing"));
        }
        return response.build();
    }

    private ListServiceResponse listServices() {
        ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
        services.forEach(name -> list.addService(ServiceResponse.newBuilder().setName(name)));
        return list.build();
    }

    private void putFile(ServerReflectionResponse.Builder response, @Nullable FileDescriptor file, String wanted) {
        if (file == null) {
            response.setErrorResponse(unknown(wanted));
        } else {
            response.setFileDescriptorResponse(encoded.computeIfAbsent(file, Reflection::encode));
        }
    }

    private static FileDescriptorResponse encode(FileDescriptor file) {
        // With all that it imports, which a client would ask for next; itself first, which some clients rely on.
        Map<String, FileDescriptor> found = new LinkedHashMap<>();
        collect(file, found);
        FileDescriptorResponse.Builder answer = FileDescriptorResponse.newBuilder();
        answer.addFileDescriptorProto(file.toProto().toByteString());
        found.values().stream()
                .filter(other -> other != file)
                .forEach(other -> answer.addFileDescriptorProto(other.toProto().toByteString()));
        return answer.build();
    }

    private static void collect(FileDescriptor file, Map<String, FileDescriptor> found) {
        if (!found.containsKey(file.getName())) {
            file.getDependencies().forEach(imported -> collect(imported, found));
            found.put(file.getName(), file);
        }
    }

    private void putNumbers(ServerReflectionResponse.Builder response, String type) {
        if (!types.contains(type)) {
            response.setErrorResponse(unknown(type));
            return;
        }
        response.setAllExtensionNumbersResponse(ExtensionNumberResponse.newBuilder()
                .setBaseTypeName(type)
                .addAllExtensionNumber(
                        extensions.getOrDefault(type, new TreeMap<>()).keySet()));
    }

    private static ErrorResponse unknown(String wanted) {
        return error(
                Code.NOT_FOUND,
                "not served here: "
                        + (wanted.length() <= LONGEST_TOLD ? wanted : wanted.substring(0, LONGEST_TOLD) + "..."));
    }

    private static ErrorResponse error(Code code, String message) {
        return ErrorResponse.newBuilder()
                .setErrorCode(code.number())
                .setErrorMessage(message)
                .build();
    }

    private void addFile(FileDescriptor file) {
        if (files.putIfAbsent(file.getName(), file) != null) {
            return;
        }
        file.getDependencies().forEach(this::addFile);
        file.getMessageTypes().forEach(this::addType);
        file.getEnumTypes().forEach(this::addEnum);
        file.getExtensions().forEach(this::addExtension);
        for (ServiceDescriptor service : file.getServices()) {
            symbols.put(service.getFullName(), file);
            service.getMethods().forEach(method -> symbols.put(method.getFullName(), file));
        }
    }

    private void addType(Descriptor type) {
        types.add(type.getFullName());
        symbols.put(type.getFullName(), type.getFile());
        type.getFields().forEach(field -> symbols.put(field.getFullName(), type.getFile()));
        type.getOneofs().forEach(oneof -> symbols.put(oneof.getFullName(), type.getFile()));
        type.getEnumTypes().forEach(this::addEnum);
        type.getNestedTypes().forEach(this::addType);
        type.getExtensions().forEach(this::addExtension);
    }

    private void addEnum(EnumDescriptor type) {
        symbols.put(type.getFullName(), type.getFile());
        // A value is a sibling of its enum in protobuf's scopes, though not in the names that Java gives.
        String scope = type.getFullName()
                .substring(0, type.getFullName().length() - type.getName().length());
        type.getValues().forEach(value -> symbols.put(scope + value.getName(), type.getFile()));
    }

    private void addExtension(FieldDescriptor extension) {
        symbols.put(extension.getFullName(), extension.getFile());
        extensions
                .computeIfAbsent(extension.getContainingType().getFullName(), type -> new TreeMap<>())
                .put(extension.getNumber(), extension.getFile());
    }
}
