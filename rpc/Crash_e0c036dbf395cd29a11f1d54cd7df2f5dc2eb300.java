import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_e0c036dbf395cd29a11f1d54cd7df2f5dc2eb300 {
    static final String base64Bytes = String.join("", "UE9TVCAvcGFybGV5LnRlc3QudjEuRWNob1NlcnZpY2UvRWNobwpjb250ZW50LXR5cGU6IGFwcGxpY2F0aW9uL2dycGMKdGU6IHRyYWlsZXJzCmdycL6+vr6+vr6+vr6+vr7+vr6+vr6+vr6+vr6+vr6+vr6+vr6+vmMtdGltZW91dDogMTBTCgoAAAAAb29raGVsbG8=");

    public static void main(String[] args) throws Throwable {
        Crash_e0c036dbf395cd29a11f1d54cd7df2f5dc2eb300.class.getClassLoader().setDefaultAssertionStatus(true);
        try {
            Method fuzzerInitialize = dev.parley.rpc.RpcServerFuzz.class.getMethod("fuzzerInitialize");
            fuzzerInitialize.invoke(null);
        } catch (NoSuchMethodException ignored) {
            try {
                Method fuzzerInitialize = dev.parley.rpc.RpcServerFuzz.class.getMethod("fuzzerInitialize", String[].class);
                fuzzerInitialize.invoke(null, (Object) args);
            } catch (NoSuchMethodException ignored1) {
            } catch (IllegalAccessException | InvocationTargetException e) {
                e.printStackTrace();
                System.exit(1);
            }
        } catch (IllegalAccessException | InvocationTargetException e) {
            e.printStackTrace();
            System.exit(1);
        }
        byte[] input = java.util.Base64.getDecoder().decode(base64Bytes);
        dev.parley.rpc.RpcServerFuzz.fuzzerTestOneInput(input);
    }
}