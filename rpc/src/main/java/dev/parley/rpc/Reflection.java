package dev.parley.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.parley.Code;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.rpc.reflection.ErrorResponse;
import dev.parley.rpc.reflection.ExtensionNumberResponse;
import dev.parley.rpc.reflection.FileDescriptorResponse;
import dev.parley.rpc.reflection.ListServiceResponse;
import dev.parley.rpc.reflection.ServerReflectionProto;
import dev.parley.rpc.reflection.ServerReflectionRequest;
import dev.parley.rpc.reflection.ServerReflectionResponse;
import dev.parley.rpc.reflection.ServiceResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code grpc.reflection.v1}: tells tools such as grpcurl what is served and in which words.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/server-reflection.md">the protocol</a>
 */
final class Reflection {

    private static final ServiceDescriptor SERVICE =
            ServerReflectionProto.getDescriptor().findServiceByName("ServerReflection");

    static final String NAME = SERVICE.getFullName();

    private static final RpcMethod<Messages<ServerReflectionRequest>, Messages<ServerReflectionResponse>> INFO =
            RpcMethod.bidiStreaming(
                    SERVICE.findMethodByName("ServerReflectionInfo"),
                    ServerReflectionRequest.getDefaultInstance(),
                    ServerReflectionResponse.getDefaultInstance());

    private static final ServiceDefinition<Reflection> DEFINITION = ServiceDefinition.<Reflection>builder(SERVICE)
            .method(INFO, Reflection::info)
            .build();

    private final TreeSet<String> services = new TreeSet<>();
    private final Map<String, FileDescriptor> files = new HashMap<>();
    private final Map<String, FileDescriptor> symbols = new HashMap<>();
    private final Set<String> types = new HashSet<>();
    private final Map<String, TreeMap<Integer, FileDescriptor>> extensions = new HashMap<>();

    private Reflection(List<ServiceDefinition<?>> served) {
        services.add(NAME);
        addFile(SERVICE.getFile());
        for (ServiceDefinition<?> definition : served) {
            services.add(definition.descriptor().getFullName());
            addFile(definition.descriptor().getFile());
        }
    }

    static void registerTo(
            List<ServiceDefinition<?>> served,
            List<Interceptor> interceptors,
            int maxMessageBytes,
            Map<String, Route<?, ?>> routes) {
        Reflection reflection = new Reflection(served);
        for (ServiceDefinition.Binding<Reflection, ?, ?> binding : DEFINITION.bindings()) {
            routes.put(binding.method().path(), Route.of(binding, reflection, interceptors, maxMessageBytes));
        }
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

    private static void putFile(
            ServerReflectionResponse.Builder response, @Nullable FileDescriptor file, String wanted) {
        if (file == null) {
            response.setErrorResponse(error(Code.NOT_FOUND, "not served here: " + wanted));
            return;
        }
        // With all that it imports, which a client would ask for next; itself first, which some clients rely on.
        Map<String, FileDescriptor> found = new LinkedHashMap<>();
        collect(file, found);
        FileDescriptorResponse.Builder answer = FileDescriptorResponse.newBuilder();
        answer.addFileDescriptorProto(file.toProto().toByteString());
        found.values().stream()
                .filter(other -> other != file)
                .forEach(other -> answer.addFileDescriptorProto(other.toProto().toByteString()));
        response.setFileDescriptorResponse(answer);
    }

    private static void collect(FileDescriptor file, Map<String, FileDescriptor> found) {
        if (!found.containsKey(file.getName())) {
            file.getDependencies().forEach(imported -> collect(imported, found));
            found.put(file.getName(), file);
        }
    }

    private void putNumbers(ServerReflectionResponse.Builder response, String type) {
        if (!types.contains(type)) {
            response.setErrorResponse(error(Code.NOT_FOUND, "not served here: " + type));
            return;
        }
        response.setAllExtensionNumbersResponse(ExtensionNumberResponse.newBuilder()
                .setBaseTypeName(type)
                .addAllExtensionNumber(
                        extensions.getOrDefault(type, new TreeMap<>()).keySet()));
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
        file.getEnumTypes().forEach(type -> symbols.put(type.getFullName(), file));
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
        type.getEnumTypes().forEach(nested -> symbols.put(nested.getFullName(), type.getFile()));
        type.getNestedTypes().forEach(this::addType);
        type.getExtensions().forEach(this::addExtension);
    }

    private void addExtension(FieldDescriptor extension) {
        symbols.put(extension.getFullName(), extension.getFile());
        extensions
                .computeIfAbsent(extension.getContainingType().getFullName(), type -> new TreeMap<>())
                .put(extension.getNumber(), extension.getFile());
    }
}
