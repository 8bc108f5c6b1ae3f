import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_c4ce7eb447f93861db54361baff9305ee008b706 {
    static final String base64Bytes = String.join("", "/wAAfgAAAAD///7/////");

    public static void main(String[] args) throws Throwable {
        Crash_c4ce7eb447f93861db54361baff9305ee008b706.class.getClassLoader().setDefaultAssertionStatus(true);
        try {
            Method fuzzerInitialize = dev.parley.rest.ParsersFuzz.class.getMethod("fuzzerInitialize");
            fuzzerInitialize.invoke(null);
        } catch (NoSuchMethodException ignored) {
            try {
                Method fuzzerInitialize = dev.parley.rest.ParsersFuzz.class.getMethod("fuzzerInitialize", String[].class);
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
        dev.parley.rest.ParsersFuzz.fuzzerTestOneInput(input);
    }
}