import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_01ac4ab3784da7681c6f37a775312038529e7deb {
    static final String base64Bytes = String.join("", "UE9TVCAvIEhUVFAvMS4xDQpIb3N0OiBhDQpDb250ZW50LUxlbmd0aDogNA0KVHJhbnNuZm9FY2Rpbmc6IGNodW5lZGsNCg0KMA0KDQpHRVQgL3ttdWdnbGVkIEhUVFAvMS4xDQpIb3N0OiBhDQoNCg==");

    public static void main(String[] args) throws Throwable {
        Crash_01ac4ab3784da7681c6f37a775312038529e7deb.class.getClassLoader().setDefaultAssertionStatus(true);
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