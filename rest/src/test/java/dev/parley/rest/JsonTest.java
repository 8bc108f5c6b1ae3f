package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.http.HttpException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonTest {

    record User(String name, int age) {}

    @Test
    void aRecordGoesThereAndBack() {
        User user = new User("Ada", 36);
        assertThat(Json.standard().read(Json.standard().write(user), User.class))
                .isEqualTo(user);
    }

    @Test
    void aWrongTypeIsToldWithItsField() {
        assertThatThrownBy(() -> Json.standard()
                        .read("{\"name\":\"Ada\",\"age\":\"many\"}".getBytes(StandardCharsets.UTF_8), User.class))
                .isInstanceOf(HttpException.class)
                .hasMessageContaining("age")
                .hasMessageContaining("many");
    }
}
