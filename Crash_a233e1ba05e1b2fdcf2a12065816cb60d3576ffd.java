import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_a233e1ba05e1b2fdcf2a12065816cb60d3576ffd {
    static final String base64Bytes = String.join("", "UFJJICogSFRUUC8yLjANCg0KU00NCg0KAAAABAAAAAAA");

    public static void main(String[] args) throws Throwable {
        Crash_a233e1ba05e1b2fdcf2a12065816cb60d3576ffd.class.getClassLoader().setDefaultAssertionStatus(true);
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