import { createHmac } from 'node:crypto';
import { type Db, writing } from '@passfob/service/storage/database/database';
import type { Keys } from '@passfob/service/storage/encryption-at-rest/key-file';
import { seal } from '@passfob/service/storage/encryption-at-rest/seal';
import { addParts, textsOfUser } from '@passfob/service/storage/search/rows';
import { sql } from 'kysely';

const ROWS_AT_ONCE = 400;

/** Common names: a search for one finds a part of all users. */
const FIRST = ['Ada', 'Grace', 'Heinz', 'José', 'Mária', 'Nguyễn', 'Olga', 'Søren', 'Wei', 'Zoë'];
const LAST = ['Lovelace', 'Hopper', 'Müller', 'García', 'Nagy', 'Văn Hùng', 'Ivanova'];

/** Returns the seed of the token of a number: a bench has nothing to protect, and both processes can make it. */
function seedOf(number: number): Buffer {
  return createHmac('sha256', 'bench').update(String(number)).digest().subarray(0, 20);
}

/** Returns the HOTP passcode of a token at a counter (RFC 4226 §5.3). */
export function codeOf(number: number, counter: number): string {
  const moving = Buffer.alloc(8);
  moving.writeBigUInt64BE(BigInt(counter));
  const hash = createHmac('sha1', seedOf(number)).update(moving).digest();
  const offset = (hash[hash.length - 1] ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

export const userOf = (number: number): string => `user-${String(number).padStart(8, '0')}`;

/**
 * Fills a database with users of one active HOTP token each.
 *
 * @param count users and tokens in all; existing ones stay
 * @param isSearched whether they are found by parts of their texts; log-ins do not need that, and it takes most of the time
 */
export async function populate(db: Db, keys: Keys, count: number, isSearched = true): Promise<void> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from users`.execute(db);
  let next = Number(rows[0]?.n ?? 0);
  while (next < count)
    await writing(db, async transaction => {
      for (let batch = 0; batch < 25 && next < count; batch++) {
        const numbers = Array.from({ length: Math.min(ROWS_AT_ONCE, count - next) }, (_, at) => next + at);
        const users = numbers.map(userRow);
        const tokens = numbers.map(number => tokenRow(keys, number));
        await transaction.insertInto('users').values(users).execute();
        await transaction.insertInto('tokens').values(tokens).execute();
        if (isSearched) await addPartsOf(transaction, users, tokens);
        next += numbers.length;
      }
    });
}

async function addPartsOf(
  db: Db,
  users: readonly ReturnType<typeof userRow>[],
  tokens: readonly ReturnType<typeof tokenRow>[],
): Promise<void> {
  const named = users.map(user => ({ name: user.name, texts: textsOfUser(user) }));
  await addParts(db, 'user', named);
  await addParts(
    db,
    'token',
    tokens.map(({ serial }) => ({ name: serial, texts: [serial] })),
  );
}

function userRow(number: number) {
  return {
    id: `u${number}`,
    name: userOf(number),
    display_name: `${FIRST[number % FIRST.length]} ${LAST[(number * 3) % LAST.length]}`,
    email: `${userOf(number)}@example.org`,
    failures: 0,
    pin_change: 0 as const,
    created_ms: 0,
  };
}

function tokenRow(keys: Keys, number: number) {
  const id = `t${number}`;
  const sealed = seal(keys, { table: 'tokens', id }, seedOf(number));
  return {
    id,
    serial: `FOB-${String(number).padStart(8, '0')}`,
    user_id: `u${number}`,
    state: 'active' as const,
    kind: 'hotp' as const,
    algorithm: 'sha1' as const,
    alphabet: 'decimal' as const,
    digits: 6,
    period_seconds: null,
    pin_place: 'none' as const,
    last_step: -1,
    drift_steps: 0,
    recent: '[]',
    sealed_secret: sealed.box,
    key_id: sealed.keyId,
    issuer: 'Bench',
    label: userOf(number),
    created_ms: 0,
  };
}
