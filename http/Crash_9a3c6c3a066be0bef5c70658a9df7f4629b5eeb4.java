import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_9a3c6c3a066be0bef5c70658a9df7f4629b5eeb4 {
    static final String base64Bytes = String.join("", "UFVUIC9hIEhUVFAvMS4yDQpIb3N0OiBhDQpFeHBlY3Q6IDEwMC1jb250aW51ZQ0KQ29udGVudC0yMjIyMjIyMjIyTENPTk5FQ1Rlbmd0aDogMw0KQ29ubmVjdGlvbjogY2xvc2UNCg0KYWJj");

    public static void main(String[] args) throws Throwable {
        Crash_9a3c6c3a066be0bef5c70658a9df7f4629b5eeb4.class.getClassLoader().setDefaultAssertionStatus(true);
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