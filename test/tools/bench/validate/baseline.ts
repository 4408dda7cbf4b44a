import { createDecipheriv, createHmac, createSecretKey, randomInt, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { sealFormat } from '@passfob/service/storage/encryption-at-rest/seal';
import BetterSqlite from 'better-sqlite3';
import type { FastifyInstance } from 'fastify';

const BATCH_MAX = 64;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** As the service: counters that are tried, acceptances that are kept, and the minimum time of a refusal. */
const LOOK_AHEAD = 10;
const RECENT_KEPT = 12;
const REFUSAL_MS = 40;
const JITTER_MICROSECONDS = 10_000;

interface LogIn {
  readonly user: string;
  readonly passcode: string;
  readonly source?: string;
}

interface Waiting {
  readonly logIn: LogIn;
  readonly resolve: (isAccepted: boolean) => void;
}

interface Row {
  readonly user_id: string;
  readonly failures: number;
  readonly id: string;
  readonly last_step: number;
  readonly recent: string;
  readonly sealed_secret: string;
  readonly key_id: string;
}

/**
 * The least that a log-in costs on the service's own tables, by prepared statements and node:crypto without any layer
 * between, in the thread of the route: look up user and token, unseal, hash, compare and set, count a failure, write
 * an event, commit in groups. It leaves out every check of a service: this is a yardstick, not a program to use.
 */
export function serveBaseline(app: FastifyInstance, directory: string): void {
  const decide = decider(directory);
  const required = ['user', 'passcode'];
  const properties = { user: { type: 'string' }, passcode: { type: 'string' }, source: { type: 'string' } };
  const schema = { body: { type: 'object', required, properties } };
  app.post<{ Body: LogIn }>('/v1/validate', { schema }, async (request, reply) => {
    const isAccepted = await decide(request.body);
    if (isAccepted) return reply.type('application/json').send('{"accepted":true}');
    const leftMs = REFUSAL_MS + randomInt(JITTER_MICROSECONDS) / 1_000 - reply.elapsedTime;
    await wait(Math.max(0, leftMs));
    return reply.code(403).type('application/json').send('{"accepted":false}');
  });
}

/** The same behind `node:http` alone, for accepted log-ins: the floor below every server that Node can be. */
export function leastServer(directory: string): Server {
  const decide = decider(directory);
  return createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      void decide(JSON.parse(Buffer.concat(pieces).toString()) as LogIn).then(isAccepted => {
        response.writeHead(isAccepted ? 200 : 403, { 'content-type': 'application/json' });
        response.end(`{"accepted":${isAccepted}}`);
      });
    });
  });
}

/** Decides log-ins in groups: one durable commit for all that wait. */
function decider(directory: string): (logIn: LogIn) => Promise<boolean> {
  const database = new BetterSqlite(join(directory, 'service.db'));
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'mmap_size = 2147418112'])
    database.pragma(pragma);
  const [begin, commit] = [database.prepare('begin immediate'), database.prepare('commit')];
  const one = makeDecision(database, directory);
  let waiting: Waiting[] = [];
  const run = () => {
    const batch = waiting.slice(0, BATCH_MAX);
    waiting = waiting.slice(BATCH_MAX);
    begin.run();
    const results = batch.map(({ logIn }) => one(logIn));
    commit.run();
    for (const [at, { resolve }] of batch.entries()) resolve(results[at] === true);
    if (waiting.length > 0) setImmediate(run);
  };
  return logIn =>
    new Promise(resolve => {
      if (waiting.length === 0) setImmediate(run);
      waiting.push({ logIn, resolve });
    });
}

function makeDecision(database: BetterSqlite.Database, directory: string): (logIn: LogIn) => boolean {
  const find = database.prepare<[string], Row>(
    `select u.id as user_id, u.failures, t.id, t.last_step, t.recent, t.sealed_secret, t.key_id
      from users u join tokens t on t.user_id = u.id where u.name = ?`,
  );
  const move = database.prepare(
    'update tokens set last_step = ?, last_used_ms = ?, recent = ? where id = ? and last_step < ?',
  );
  const fail = database.prepare('update users set failures = ?, last_failure_ms = ? where id = ?');
  const happened = database.prepare(
    'insert into events (at_ms, user_id, token_id, application_id, outcome, source, request_id) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const unseal = unsealer(directory);
  let events = 0;
  return ({ user, passcode, source = '' }) => {
    const row = find.get(user);
    if (row === undefined) return false;
    const nowMs = Date.now();
    const step = stepOf(unseal(row), row.last_step, passcode);
    const isAccepted =
      step !== undefined &&
      move.run(step, nowMs, recentAfter(row, step, nowMs, source), row.id, step).changes > 0;
    if (!isAccepted) fail.run(row.failures + 1, nowMs, row.user_id);
    const outcome = isAccepted ? 'accepted' : 'wrong';
    happened.run(
      nowMs,
      row.user_id,
      isAccepted ? row.id : null,
      'bench',
      outcome,
      source,
      `baseline-${events++}`,
    );
    return isAccepted;
  };
}

function recentAfter({ recent }: Row, step: number, nowMs: number, source: string): string {
  const kept = (JSON.parse(recent) as unknown[]).slice(0, RECENT_KEPT - 1);
  return JSON.stringify([[step, nowMs, source], ...kept]);
}

function unsealer(directory: string): (row: Row) => Buffer {
  const keys = openKeyFile(directory, false);
  const prepared = new Map([...keys.sealing].map(([id, key]) => [id, createSecretKey(key)]));
  return row => {
    const key = prepared.get(row.key_id);
    if (key === undefined) throw new Error('no such key');
    const box = Buffer.from(row.sealed_secret, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES));
    decipher.setAAD(sealFormat.associatedData({ table: 'tokens', id: row.id }, row.key_id));
    decipher.setAuthTag(box.subarray(-TAG_BYTES));
    const secret = decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES));
    decipher.final();
    return secret;
  };
}

/** Returns the first counter after the last one whose passcode (RFC 4226 §5.3, 6 digits, SHA-1) is the given one. */
function stepOf(secret: Buffer, lastStep: number, passcode: string): number | undefined {
  const given = Buffer.from(passcode, 'latin1');
  const moving = Buffer.alloc(8);
  for (let step = lastStep + 1; step <= lastStep + LOOK_AHEAD; step++) {
    moving.writeUInt32BE(step, 4);
    const mac = createHmac('sha1', secret).update(moving).digest();
    const code = (mac.readUInt32BE((mac[mac.length - 1] ?? 0) & 15) & 0x7fffffff) % 1_000_000;
    const shown = Buffer.from(String(code).padStart(6, '0'), 'latin1');
    if (shown.length === given.length && timingSafeEqual(shown, given)) return step;
  }
  return undefined;
}
