import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_5d5d2a39753a846162ce651878ee11f53958792a {
    static final String base64Bytes = String.join("", "UFVUCQkJCQkJCQkJCQkgL2EgSFRUUC8xLjENCkhvc3Q6IGENCkV4cGVjdDpzdDogYQ0KRXhwZWN0OiAxMDAtY29uY2xvc2UNCg0KYWJj");

    public static void main(String[] args) throws Throwable {
        Crash_5d5d2a39753a846162ce651878ee11f53958792a.class.getClassLoader().setDefaultAssertionStatus(true);
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