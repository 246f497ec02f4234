/**
 * How long the Node door waits for those who knock. It stands under `listen`. What must never happen here: a wait
 * without an end, or a connection that is closed under a proxy which still means to use it.
 */
import type { ServerOptions } from 'node:http';
import { LIMITS } from '../core/limits.ts';

export const CONNECTIONS: ServerOptions = {
  // Node's own refusal says nothing; ours does.
  requireHostHeader: false,
  maxHeaderSize: LIMITS.header_bytes,
  headersTimeout: LIMITS.headers_ms,
  requestTimeout: LIMITS.request_ms,
  keepAliveTimeout: LIMITS.keep_alive_ms,
  connectionsCheckingInterval: LIMITS.connections_looked_at_ms,
};
