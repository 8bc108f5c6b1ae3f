package dev.parley.codegen;

import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.JavaFeaturesProto;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/** The program behind protoc's {@code --parley_out}: a request on standard input, a response on standard output. */
public final class Main {
    private Main() {}

    /** Runs the plugin once; exits with 1 and one line on standard error when there is no request to answer. */
    public static void main(String[] args) {
        int status = run(System.in, System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    static int run(InputStream in, OutputStream out, PrintStream err) {
        try {
            Plugin.generate(read(in)).writeTo(out);
            out.flush();
            return 0;
        } catch (IOException e) {
            err.println("parley-codegen: " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
            return 1;
        }
    }

    private static CodeGeneratorRequest read(InputStream in) throws IOException {
        byte[] bytes = in.readAllBytes();
        if (bytes.length == 0) {
            throw new IOException("standard input is empty; it is a protoc plugin, to be run by protoc");
        }
        try {
            return CodeGeneratorRequest.parseFrom(bytes, javaFeatures());
        } catch (InvalidProtocolBufferException e) {
            throw new IOException(
                    "standard input is not a CodeGeneratorRequest from protoc (" + bytes.length + " bytes): "
                            + e.getMessage(),
                    e);
        }
    }

    /** Reads {@code features.(pb.java)}, which decide about the classes of messages. */
    static ExtensionRegistry javaFeatures() {
        // JavaFeaturesProto fails with an IllegalStateException (protobuf-java 4.36) if it is initialized before this.
        DescriptorProtos.getDescriptor();
        ExtensionRegistry extensions = ExtensionRegistry.newInstance();
        JavaFeaturesProto.registerAllExtensions(extensions);
        return extensions;
    }
}
