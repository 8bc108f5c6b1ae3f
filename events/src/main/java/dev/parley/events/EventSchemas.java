package dev.parley.events;

import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import java.lang.reflect.Type;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Schemas of events as Jackson writes them, in draft 7, of which AsyncAPI's own is a superset. Objects stand once, among the components. What is
 * not {@code Optional} or {@code @Nullable} in {@code @NullMarked} code must be there, and primitives must.
 */
final class EventSchemas {

    private static final Set<Class<?>> OPTIONALS =
            Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    private final SchemaBuilder builder;

    EventSchemas(JsonMapper mapper) {
        SchemaGeneratorConfigBuilder config = new SchemaGeneratorConfigBuilder(
                        mapper, SchemaVersion.DRAFT_7, OptionPreset.PLAIN_JSON)
                .with(new JacksonSchemaModule(
                        JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY, JacksonOption.FLATTENED_ENUMS_FROM_JSONVALUE))
                .with(
                        Option.DEFINITIONS_FOR_ALL_OBJECTS,
                        Option.PLAIN_DEFINITION_KEYS,
                        Option.INLINE_NULLABLE_SCHEMAS,
                        Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES,
                        Option.EXTRA_OPEN_API_FORMAT_VALUES)
                .without(Option.SCHEMA_VERSION_INDICATOR);
        config.forFields()
                .withRequiredCheck(field -> !field.isFakeContainerItemScope() && isRequired(field))
                .withNullableCheck(field -> !field.isFakeContainerItemScope() && isNullable(field));
        config.forTypesInGeneral().withPropertySorter(Comparator.comparingInt(property -> 0)); // as they are declared
        this.builder = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
    }

    /** A reference that is complete once {@link #components} was called. */
    ObjectNode of(Type type) {
        return builder.createSchemaReference(type);
    }

    /** What is referred to, by name. */
    ObjectNode components() {
        return builder.collectDefinitions("components/schemas");
    }

    private static boolean isNullable(FieldScope field) {
        return OPTIONALS.contains(field.getRawMember().getType())
                || field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static boolean isRequired(FieldScope field) {
        return field.getRawMember().getType().isPrimitive()
                || (!isNullable(field) && isNullMarked(field.getRawMember().getDeclaringClass()));
    }

    private static boolean isNullMarked(Class<?> declaring) {
        for (Class<?> type = declaring; type != null; type = type.getEnclosingClass()) {
            if (type.isAnnotationPresent(NullMarked.class)) {
                return true;
            }
        }
        return declaring.getPackage().isAnnotationPresent(NullMarked.class)
                || declaring.getModule().isAnnotationPresent(NullMarked.class);
    }
}
