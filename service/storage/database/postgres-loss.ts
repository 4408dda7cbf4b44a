import pg from 'pg';
import { systemCode } from '../../base/errors.ts';

/**
 * Classes of SQLSTATE for which PostgreSQL cannot serve any request now: connection, authorisation, catalog name,
 * resources, an operator's intervention (it is shutting down, a statement was cancelled), system error.
 */
const CLASSES = ['08', '28', '3D', '53', '57', '58'];
/** Two more states: it is read-only, as a standby is; it ended an idle transaction. */
const STATES = ['25006', '25P03'];
/** Node's errors for a connection that is refused, broken or cannot be made. */
const SOCKETS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/**
 * The driver's own errors have no code; neither has Kysely's error for a connection on which nothing can be rolled
 * back.
 */
const WORDS =
  /^(?:Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client (?:has encountered a connection error|was closed)|Postgres connection has been discarded|The server does not support SSL|There was an error establishing an SSL)/;

/**
 * Whether an error says that PostgreSQL was unavailable or the connection was lost: the same request may succeed
 * later.
 */
export function isPostgresLoss(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = systemCode(error);
  if (error instanceof pg.DatabaseError) return CLASSES.includes(code.slice(0, 2)) || STATES.includes(code);
  return code === '' ? WORDS.test(error.message) : SOCKETS.has(code);
}
