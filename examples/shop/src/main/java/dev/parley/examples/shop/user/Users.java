package dev.parley.examples.shop.user;

import dev.parley.Messages;
import dev.parley.examples.shop.user.v1.CreateUserRequest;
import dev.parley.examples.shop.user.v1.DeleteUserRequest;
import dev.parley.examples.shop.user.v1.DeleteUserResponse;
import dev.parley.examples.shop.user.v1.GetPreferencesRequest;
import dev.parley.examples.shop.user.v1.GetProfileRequest;
import dev.parley.examples.shop.user.v1.GetUserRequest;
import dev.parley.examples.shop.user.v1.GetUsersRequest;
import dev.parley.examples.shop.user.v1.GetUsersResponse;
import dev.parley.examples.shop.user.v1.ListUsersRequest;
import dev.parley.examples.shop.user.v1.Preferences;
import dev.parley.examples.shop.user.v1.Profile;
import dev.parley.examples.shop.user.v1.UpdateUserRequest;
import dev.parley.examples.shop.user.v1.UpdateUsersResponse;
import dev.parley.examples.shop.user.v1.User;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.examples.shop.user.v1.ValidateTokenRequest;
import dev.parley.examples.shop.user.v1.ValidateTokenResponse;
import dev.parley.rpc.Rest;
import java.util.Optional;

/** The user service. */
public final class Users implements UserService {

    private static final String TOKEN_PREFIX = "token-";

    private final UserStore store;

    /** A service of the users in {@code store}. */
    public Users(UserStore store) {
        this.store = store;
    }

    @Override
    public User getUser(GetUserRequest request) {
        return user(request.getId());
    }

    @Override
    public GetUsersResponse getUsers(GetUsersRequest request) {
        GetUsersResponse.Builder response = GetUsersResponse.newBuilder();
        request.getIdsList().forEach(id -> store.find(id).ifPresent(response::addUsers));
        return response.build();
    }

    @Override
    public User createUser(CreateUserRequest request) {
        User user = store.add(request.getName(), request.getEmail(), request.getAvatarUrl());
        Rest.status(201);
        return user;
    }

    @Override
    public User updateUser(UpdateUserRequest request) {
        return store.update(request.getId(), request.getName(), request.getEmail(), request.getAvatarUrl());
    }

    @Override
    public DeleteUserResponse deleteUser(DeleteUserRequest request) {
        store.remove(request.getId());
        Rest.status(204);
        return DeleteUserResponse.getDefaultInstance();
    }

    @Override
    public Messages<User> listUsers(ListUsersRequest request) {
        return Messages.from(store.search(request.getCriteria()));
    }

    @Override
    public UpdateUsersResponse updateUsers(Messages<UpdateUserRequest> requests) {
        UpdateUsersResponse.Builder response = UpdateUsersResponse.newBuilder();
        for (UpdateUserRequest request : requests) {
            try {
                updateUser(request);
                response.setUpdated(response.getUpdated() + 1);
            } catch (UnknownUser e) {
                response.addUnknownIds(request.getId());
            }
        }
        return response.build();
    }

    @Override
    public Profile getProfile(GetProfileRequest request) {
        User user = user(request.getUserId());
        return Profile.newBuilder()
                .setUserId(user.getId())
                .setDisplayName(user.getName())
                .setAvatarUrl(user.getAvatarUrl())
                .build();
    }

    @Override
    public Preferences getPreferences(GetPreferencesRequest request) {
        User user = user(request.getUserId());
        return Preferences.newBuilder()
                .setUserId(user.getId())
                .setCurrency("EUR")
                .setLanguage("en")
                .build();
    }

    @Override
    public ValidateTokenResponse validateToken(ValidateTokenRequest request) {
        return owner(request.getToken())
                .map(user -> ValidateTokenResponse.newBuilder().setValid(true).setUserId(user.getId()))
                .orElseGet(ValidateTokenResponse::newBuilder)
                .build();
    }

    private Optional<User> owner(String token) {
        return token.startsWith(TOKEN_PREFIX) ? store.find(token.substring(TOKEN_PREFIX.length())) : Optional.empty();
    }

    private User user(String id) {
        return store.find(id).orElseThrow(() -> new UnknownUser(id));
    }
}
