import pg from 'pg';
import { systemCode } from '../../base/errors.ts';

/**
 * Classes of SQLSTATE by which PostgreSQL says that it cannot do anything now, whatever was asked: connection, authorisation,
 * catalog name, resources, an operator's intervention (it is shutting down, a statement was cancelled), the system around it.
 */
const CLASSES = ['08', '28', '3D', '53', '57', '58'];
/** Two more: it only takes reads, as a standby does; it ended a transaction that stood still. */
const STATES = ['25006', '25P03'];
/** What Node says of a connection that is refused, broken or not to be made. */
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
/** The driver's own errors have no code, nor has that of Kysely, which gives up a connection on which nothing can be rolled back. */
const WORDS =
  /^(?:Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client (?:has encountered a connection error|was closed)|Postgres connection has been discarded|The server does not support SSL|There was an error establishing an SSL)/;

/** Whether an error says that PostgreSQL was not to be had, or was lost on the way: the same request may succeed later. */
export function isPostgresLoss(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = systemCode(error);
  if (error instanceof pg.DatabaseError) return CLASSES.includes(code.slice(0, 2)) || STATES.includes(code);
  return code === '' ? WORDS.test(error.message) : SOCKETS.has(code);
}
