import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_a9513d641eb0facaa7d0f152a536b6ba86ecc8a7 {
    static final String base64Bytes = String.join("", "UE9TZFQgL2EgSFRUUC8xLjENCkhvc3Q6IGENClRyYW5zZmVyLUVuY2tkaW5nOiBjaHVua2VkDQogL3gNCg0KNTtleHQ9Igo1O2V4dD0idiINDQoNCkhFQW9zdDogYQ0KDQo=");

    public static void main(String[] args) throws Throwable {
        Crash_a9513d641eb0facaa7d0f152a536b6ba86ecc8a7.class.getClassLoader().setDefaultAssertionStatus(true);
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