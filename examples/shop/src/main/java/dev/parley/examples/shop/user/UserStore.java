package dev.parley.examples.shop.user;

import com.google.protobuf.util.Timestamps;
import dev.parley.examples.shop.store.StoreFull;
import dev.parley.examples.shop.user.v1.User;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The users, in memory. No two have the same email. Thread-safe. */
public final class UserStore {

    private final int limit;
    private final Map<String, User> users = new LinkedHashMap<>();

    /** A store with room for {@code limit} users. */
    public UserStore(int limit) {
        this.limit = limit;
    }

    /** Adds a user under a new id. */
    public User add(String name, String email, String avatarUrl) {
        String id = "u-" + UUID.randomUUID().toString().substring(0, 8);
        return add(id, name, email, avatarUrl);
    }

    /** Adds a user under this id. */
    public synchronized User add(String id, String name, String email, String avatarUrl) {
        if (users.size() >= limit) {
            throw new StoreFull("users", limit);
        }
        checkEmail(id, email);
        User user = User.newBuilder()
                .setId(id)
                .setName(name)
                .setEmail(email)
                .setAvatarUrl(avatarUrl)
                .setCreatedAt(Timestamps.now())
                .build();
        users.put(id, user);
        return user;
    }

    /** The user with this id. */
    public synchronized Optional<User> find(String id) {
        return Optional.ofNullable(users.get(id));
    }

    /** Those with {@code criteria} in their name or email, as they were added. */
    public synchronized List<User> search(String criteria) {
        return users.values().stream()
                .filter(user ->
                        user.getName().contains(criteria) || user.getEmail().contains(criteria))
                .toList();
    }

    /** Replaces all but id and time of creation. */
    public synchronized User update(String id, String name, String email, String avatarUrl) {
        User user = find(id).orElseThrow(() -> new UnknownUser(id));
        checkEmail(id, email);
        User updated = user.toBuilder()
                .setName(name)
                .setEmail(email)
                .setAvatarUrl(avatarUrl)
                .build();
        users.put(id, updated);
        return updated;
    }

    /** Takes the user out. */
    public synchronized void remove(String id) {
        if (users.remove(id) == null) {
            throw new UnknownUser(id);
        }
    }

    private void checkEmail(String id, String email) {
        for (User other : users.values()) {
            if (other.getEmail().equals(email) && !other.getId().equals(id)) {
                throw new EmailTaken(email);
            }
        }
    }
}
