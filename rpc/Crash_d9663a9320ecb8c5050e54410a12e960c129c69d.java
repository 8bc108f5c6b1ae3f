import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_d9663a9320ecb8c5050e54410a12e960c129c69d {
    static final String base64Bytes = String.join("", "UGludGVybmFsIGVycm9yb270");

    public static void main(String[] args) throws Throwable {
        Crash_d9663a9320ecb8c5050e54410a12e960c129c69d.class.getClassLoader().setDefaultAssertionStatus(true);
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