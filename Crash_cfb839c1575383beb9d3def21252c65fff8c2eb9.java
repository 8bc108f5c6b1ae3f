import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_cfb839c1575383beb9d3def21252c65fff8c2eb9 {
    static final String base64Bytes = String.join("", "R0UgVC8gSFRUcC8xLjANCg0K");

    public static void main(String[] args) throws Throwable {
        Crash_cfb839c1575383beb9d3def21252c65fff8c2eb9.class.getClassLoader().setDefaultAssertionStatus(true);
        try {
            Method fuzzerInitialize = dev.parley.http.Http1ServerFuzz.class.getMethod("fuzzerInitialize");
            fuzzerInitialize.invoke(null);
        } catch (NoSuchMethodException ignored) {
            try {
                Method fuzzerInitialize = dev.parley.http.Http1ServerFuzz.class.getMethod("fuzzerInitialize", String[].class);
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
        dev.parley.http.Http1ServerFuzz.fuzzerTestOneInput(input);
    }
}