package dev.parley.discovery;

import dev.parley.Call;
import java.util.Set;

/**
 * What a balancer may look at.
 *
 * @param call the attempt's call: its method, its headers
 * @param tried endpoints that earlier attempts at the call went to, or that other attempts are at
 * @param attempt 1 for the first attempt
 */
public record PickRequest(Call call, Set<Endpoint> tried, int attempt) {}
