import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_34f08cfdff743727228a0c0b5666fa17d9cc4f4f {
    static final String base64Bytes = String.join("", "UFJJICr//z8AAAAAACBIVFRQLzEuMA0KDQpTTQ0KDQAKAGFhYWFhYWEABG9vb29vb29vb29vb29vb29vb29vb28AAAAAADI=");

    public static void main(String[] args) throws Throwable {
        Crash_34f08cfdff743727228a0c0b5666fa17d9cc4f4f.class.getClassLoader().setDefaultAssertionStatus(true);
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