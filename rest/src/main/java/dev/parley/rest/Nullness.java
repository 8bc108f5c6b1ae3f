package dev.parley.rest;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * Whether a property must be there, by JSpecify's rules: a primitive must, an {@code Optional} and a {@code @Nullable} need
 * not, all else must where the code is {@code @NullMarked}, and need not where nothing is said.
 */
final class Nullness {

    private static final Set<Class<?>> OPTIONALS =
            Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    private Nullness() {}

    /** Of a field, an accessor, or a constructor's parameter with this {@code index}. */
    static boolean isRequired(Member member, int index) {
        return switch (member) {
            case Field field -> isRequired(field.getAnnotatedType(), field.getType(), field.getDeclaringClass());
            case Method method
            when method.getParameterCount() == 0 ->
                isRequired(method.getAnnotatedReturnType(), method.getReturnType(), method.getDeclaringClass());
            case Constructor<?> made
            when index >= 0 && index < made.getAnnotatedParameterTypes().length ->
                isRequired(
                        made.getAnnotatedParameterTypes()[index],
                        made.getParameterTypes()[index],
                        made.getDeclaringClass());
            default -> false;
        };
    }

    /** Whether a field may be null though it is there. */
    static boolean isNullable(Field field) {
        return OPTIONALS.contains(field.getType()) || field.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static boolean isRequired(AnnotatedType annotated, Class<?> type, Class<?> declaring) {
        if (type.isPrimitive()) {
            return true;
        }
        if (OPTIONALS.contains(type) || annotated.isAnnotationPresent(Nullable.class)) {
            return false;
        }
        return annotated.isAnnotationPresent(NonNull.class) || isNullMarked(declaring);
    }

    private static boolean isNullMarked(Class<?> declaring) {
        for (Class<?> type = declaring; type != null; type = type.getEnclosingClass()) {
            if (type.isAnnotationPresent(NullUnmarked.class)) {
                return false;
            }
            if (type.isAnnotationPresent(NullMarked.class)) {
                return true;
            }
        }
        AnnotatedElement room = declaring.getPackage();
        if (room.isAnnotationPresent(NullUnmarked.class)) {
            return false;
        }
        return room.isAnnotationPresent(NullMarked.class)
                || declaring.getModule().isAnnotationPresent(NullMarked.class);
    }
}
