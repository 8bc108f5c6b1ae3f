package dev.parley.rpc;

/** What a server's protocols were told; see {@link RpcHandler.Builder}. */
record ProtocolOptions(int compressAbove, boolean requireConnectVersion) {}
