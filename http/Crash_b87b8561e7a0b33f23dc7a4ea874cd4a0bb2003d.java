import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_b87b8561e7a0b33f23dc7a4ea874cd4a0bb2003d {
    static final String base64Bytes = String.join("", "T1NUIC8gSFRUUC8xLjENCkhvc3Q6YQ0KQ29udDogYQ0KRXhwZWN0OiAgYQ0KQ29udDogYQ0KRXhvbnQ6IGENCkV4cGVjdDogIGENCkNvbnQ6IGENCkV4cGVjUE9TVDAwdDogIGENCkNvbnQ6IGENCkV4cGVjdDogMWVHRVQgL2EgSFRUUC8xLjENCkhvc3Q4OiBhDQpUcmFuc2Zlci1FbmNvZGluZzogY2h1bmtlZA0KVHJhaWxlcjogeA0KDQowO2V4dD0uMQ0KSG9zdDg6IGENClRyYW5zZmVkaW5nOiBjaHVua2VkDQpUcmFpbGVyOiAAAAAAAAAAAAAAAAAAAAAAbmc6IGNodW5rZWQNClRyYWlsZXI6IHgNCg0KMDtleHQ9LjENCkgAAAAAcmFpbGVyOiB4DQpoCg0KUC8xLjENCkhvc3Q4OiBhDQpUcmFuc2Zlci1FbmNvZGluZzogY2h1bmtlZA0KVHJhaWxlcjogeA0KDQowO2V4dDogYQ0KRXhwZWM9LjENCkhvc3Q4OiBhDQpUcmFuc2ZlZGluZzogY2h1bmtlZA0KVHJhaWxlcjogAAAAAAAAAAAAAAAAAAAAAG5nOiBjaHVua2VkDQpUcmFpbGVyOiB4DQoNCjA7dDogMVs6ICBhDQpDb250OiBhDQpzdGV4dD0uMQ0KSAAAAAByOiBhDQoNYWlsZXI6IHgNAApoCg0K/w==");

    public static void main(String[] args) throws Throwable {
        Crash_b87b8561e7a0b33f23dc7a4ea874cd4a0bb2003d.class.getClassLoader().setDefaultAssertionStatus(true);
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