import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_3202af2218bfc1d003a9a8fa0bb9f2f3d58ffb34 {
    static final String base64Bytes = String.join("", "YXBwbGljYXRpb24vZ3JwYzQ1Njc4B//1ABH1ABE=");

    public static void main(String[] args) throws Throwable {
        Crash_3202af2218bfc1d003a9a8fa0bb9f2f3d58ffb34.class.getClassLoader().setDefaultAssertionStatus(true);
        try {
            Method fuzzerInitialize = dev.parley.http.Http2ServerFuzz.class.getMethod("fuzzerInitialize");
            fuzzerInitialize.invoke(null);
        } catch (NoSuchMethodException ignored) {
            try {
                Method fuzzerInitialize = dev.parley.http.Http2ServerFuzz.class.getMethod("fuzzerInitialize", String[].class);
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
        dev.parley.http.Http2ServerFuzz.fuzzerTestOneInput(input);
    }
}