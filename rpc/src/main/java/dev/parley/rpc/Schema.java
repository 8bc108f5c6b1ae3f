package dev.parley.rpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Services and their types as they are known at run time, without generated code: from a descriptor set, which is what
 * {@code protoc --descriptor_set_out} and {@code buf build} write, from a server's reflection ({@link ReflectionClient}),
 * or from generated descriptors. Immutable and thread-safe.
 *
 * <pre>{@code
 * Schema schema = Schema.read(Path.of("shop.binpb"));
 * RpcMethod<?, ?> method = schema.method("shop.inventory.v1.InventoryService/CheckStock");
 * }</pre>
 */
public final class Schema {

    private final Map<String, FileDescriptor> files;
    private final TreeMap<String, ServiceDescriptor> services = new TreeMap<>();
    private final TreeMap<String, GenericDescriptor> symbols = new TreeMap<>();
    private final TreeMap<String, RpcMethod<?, ?>> methods = new TreeMap<>();

    private Schema(Collection<FileDescriptor> roots) {
        Map<String, FileDescriptor> all = new LinkedHashMap<>();
        roots.forEach(file -> add(file, all));
        this.files = all;
        // Only of the files that were meant, not of those that they import.
        for (FileDescriptor file : roots) {
            for (ServiceDescriptor service : file.getServices()) {
                services.put(service.getFullName(), service);
                for (MethodDescriptor method : service.getMethods()) {
                    methods.put(service.getFullName() + '/' + method.getName(), RpcMethod.dynamic(method));
                }
            }
        }
    }

    /**
     * The schema in a serialised {@code google.protobuf.FileDescriptorSet}. It must hold all imports but those under
     * {@code google/protobuf} and the usual ones of {@code google/api} and {@code google/rpc}.
     *
     * @throws IllegalArgumentException if these bytes are none, or a file is missing or wrong; the message names it
     */
    public static Schema parse(byte[] descriptorSet) {
        FileDescriptorSet set;
        try {
            set = FileDescriptorSet.parseFrom(descriptorSet, SchemaFiles.OPTIONS);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("this is no descriptor set: " + e.getMessage(), e);
        }
        if (set.getFileCount() == 0) {
            throw new IllegalArgumentException("this is no descriptor set, or an empty one: it has no files");
        }
        return of(set.getFileList());
    }

    /**
     * {@link #parse} of a file.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException as {@link #parse}; the message begins with the path
     */
    public static Schema read(Path descriptorSet) throws IOException {
        byte[] bytes = Files.readAllBytes(descriptorSet);
        try {
            return parse(bytes);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(descriptorSet + ": " + e.getMessage(), e);
        }
    }

    /** The services and types of {@code files}, and the types that they import. */
    public static Schema of(FileDescriptor... files) {
        return new Schema(List.of(files));
    }

    static Schema of(Collection<FileDescriptorProto> files) {
        return new Schema(SchemaFiles.link(files).values());
    }

    /** Full names of all services, sorted. */
    public List<String> services() {
        return List.copyOf(services.keySet());
    }

    /** The service with this full name; empty if there is none. */
    public Optional<ServiceDescriptor> service(String fullName) {
        return Optional.ofNullable(services.get(fullName));
    }

    /** Names of all methods, as {@code package.Service/Method}, sorted. */
    public List<String> methods() {
        return List.copyOf(methods.keySet());
    }

    /**
     * A method by {@code package.Service/Method} or {@code package.Service.Method}; the same object each time.
     *
     * @throws IllegalArgumentException if there is none; the message says which names are near
     */
    public RpcMethod<?, ?> method(String name) {
        String wanted = canonical(name);
        RpcMethod<?, ?> found = methods.get(wanted);
        if (found == null) {
            throw new IllegalArgumentException("no method " + name + whatInstead(name, wanted));
        }
        return found;
    }

    private String whatInstead(String name, String wanted) {
        ServiceDescriptor itself = services.get(name.startsWith("/") ? name.substring(1) : name);
        if (itself != null) {
            return "; that is a service, whose methods are " + String.join(", ", shortened(itself));
        }
        int slash = wanted.indexOf('/');
        ServiceDescriptor service = slash < 0 ? null : services.get(wanted.substring(0, slash));
        if (service == null) {
            return Suggestions.didYouMean(wanted, methods.keySet());
        }
        List<String> own = shortened(service).stream()
                .map(method -> service.getFullName() + '/' + method)
                .toList();
        String near = Suggestions.didYouMean(wanted.substring(slash + 1), own);
        return near.isEmpty() ? "; " + service.getFullName() + " has " + String.join(", ", shortened(service)) : near;
    }

    private static List<String> shortened(ServiceDescriptor service) {
        return service.getMethods().stream().map(MethodDescriptor::getName).toList();
    }

    /**
     * What has this full name: a service, method, message, enum or extension.
     *
     * @throws IllegalArgumentException if there is nothing; the message says which names are near
     */
    public GenericDescriptor symbol(String fullName) {
        String wanted = fullName.startsWith(".") ? fullName.substring(1) : fullName;
        RpcMethod<?, ?> method = methods.get(canonical(wanted));
        if (method != null) {
            return method.descriptor();
        }
        GenericDescriptor found = symbols().get(wanted);
        if (found == null) {
            List<String> names = new ArrayList<>(symbols().keySet());
            names.addAll(methods.keySet());
            throw new IllegalArgumentException("nothing is called " + fullName + Suggestions.didYouMean(wanted, names));
        }
        return found;
    }

    /** All files, imports included. */
    public List<FileDescriptor> files() {
        return List.copyOf(files.values());
    }

    /** {@code package.Service/Method} for each way to write it. */
    static String canonical(String name) {
        String bare = name.startsWith("/") ? name.substring(1) : name;
        int dot = bare.lastIndexOf('.');
        return bare.indexOf('/') >= 0 || dot < 0 ? bare : bare.substring(0, dot) + '/' + bare.substring(dot + 1);
    }

    private synchronized Map<String, GenericDescriptor> symbols() {
        if (symbols.isEmpty()) {
            symbols.putAll(services);
            for (FileDescriptor file : files.values()) {
                file.getMessageTypes().forEach(this::addType);
                file.getEnumTypes().forEach(this::addEnum);
                file.getExtensions().forEach(this::addExtension);
            }
        }
        return symbols;
    }

    private void addType(Descriptor type) {
        symbols.put(type.getFullName(), type);
        type.getNestedTypes().forEach(this::addType);
        type.getEnumTypes().forEach(this::addEnum);
        type.getExtensions().forEach(this::addExtension);
    }

    private void addEnum(EnumDescriptor type) {
        symbols.put(type.getFullName(), type);
    }

    private void addExtension(FieldDescriptor extension) {
        symbols.put(extension.getFullName(), extension);
    }

    private static void add(FileDescriptor file, Map<String, FileDescriptor> all) {
        if (all.putIfAbsent(file.getName(), file) == null) {
            file.getDependencies().forEach(imported -> add(imported, all));
        }
    }

    @Override
    public String toString() {
        return "schema of " + String.join(", ", services.keySet());
    }
}
