package dev.parley.rest;

import com.github.victools.jsonschema.generator.CustomDefinition;
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
import tools.jackson.databind.node.ObjectNode;

/**
 * Schemas of Java types as Jackson writes them (JSON Schema 2020-12); those of records and other objects stand once, among
 * the document's components, and are referred to. What must be there is decided by {@link Nullness}, as for reading.
 */
final class JsonSchemas {

    private final SchemaBuilder builder;

    JsonSchemas(Json json) {
        SchemaGeneratorConfigBuilder config = new SchemaGeneratorConfigBuilder(
                        json.mapper(), SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
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
                .withNullableCheck(JsonSchemas::isNullable);
        config.forTypesInGeneral()
                .withPropertySorter(Comparator.comparingInt(property -> 0)) // as they are declared
                .withCustomDefinitionProvider((type, context) -> {
                    if (type.getErasedType() != byte[].class) {
                        return null;
                    }
                    ObjectNode base64 = context.getGeneratorConfig().createObjectNode();
                    base64.put("type", "string").put("contentEncoding", "base64");
                    return new CustomDefinition(base64, true);
                });
        this.builder = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
    }

    private static boolean isRequired(FieldScope field) {
        return Nullness.isRequired(field.getRawMember(), -1);
    }

    private static boolean isNullable(FieldScope field) {
        return !field.isFakeContainerItemScope() && Nullness.isNullable(field.getRawMember());
    }

    /** A schema that is complete once {@link #components} was called. */
    ObjectNode of(Type type) {
        return builder.createSchemaReference(type);
    }

    /** The schemas that are referred to, by name. */
    ObjectNode components() {
        return builder.collectDefinitions("components/schemas");
    }
}
