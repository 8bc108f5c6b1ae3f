import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_65d03458ad84940145a03c544881818fc5ffc47d {
    static final String base64Bytes = String.join("", "AQEEAQODhIYAAAEFAAABAQAAAAEBBAEDg97++vz8h4SG");

    public static void main(String[] args) throws Throwable {
        Crash_65d03458ad84940145a03c544881818fc5ffc47d.class.getClassLoader().setDefaultAssertionStatus(true);
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