import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';

export const legacyVersions: readonly string[] = SUPPORTED_PROTOCOL_VERSIONS;

/**
 * The only version whose clients may send several messages in one body, and the one of a client that names none: the
 * version header came with the next (spec 2025-06-18, transports, "Protocol Version Header").
 */
export const batchVersion = '2025-03-26';
