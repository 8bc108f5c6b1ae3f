import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_18aad25b1bcb079b4c2ec0436cefeec7af32a6df {
    static final String base64Bytes = String.join("", "UE9TVCAvYSBIVFRQLzEuMQ0KSG9zdDogYQ0KVHJhbnNmZXItRW5jb2Rpbmc6IGNodW5rZWQNCityYWlsZXI6IHgNCg0KNTtleHQ9InYiDQpoZWxsbw0KMA0KeDogef//////////////////IEhUVFAvMS4xSFRUUC8xLjENCkhvc3Q6IGFlci1FbmNvZGkxLjENCkhvc3Q6IC4xDQpIb3N0OiBhR0VUIA0KQ29udGVudDR0aDogNS8xLv////////////8gSFRUUC8xLjFIVFRQLzEuMQ0KSG9zdDogMQ0KIDUNCg0KaGVslIxHRC9hIEhUVFAvMS4xDQoxDQpIb3N0OiAgMC8wVP80/1T/YQ0KDQo=");

    public static void main(String[] args) throws Throwable {
        Crash_18aad25b1bcb079b4c2ec0436cefeec7af32a6df.class.getClassLoader().setDefaultAssertionStatus(true);
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