import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createService, type Service, type ServiceOptions } from '@passfob/service/service';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import type { Page } from 'playwright-core';
import { expect, inject, type TestOptions, test } from 'vitest';
import { makeDatabase } from '../kit/postgres.ts';
import { secret } from '../kit/secrets.ts';

/** A clock that stands still until it is moved. */
export interface FakeClock {
  nowMs: number;
}

/** A moment in the middle of a 30-second step. */
export const NOON_MS = 1_800_000_015_000;

/** Whether this run of the tests is the one on PostgreSQL (`vitest.config.ts`). */
export const isOnPostgres = process.env.PASSFOB_TEST_DATABASE === 'postgres';

/**
 * Creates an empty database of this run's kind. @returns its address on PostgreSQL, undefined for a file in the
 * service's folder
 */
export function newDatabase(): Promise<string | undefined> {
  return isOnPostgres ? makeDatabase(inject('postgres')) : Promise.resolve(undefined);
}

/** A service under test in a folder of its own; everything goes when the scope ends. */
export class Rig implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'passfob-service-'));
  readonly clock: FakeClock = { nowMs: NOON_MS };
  readonly #services: Service[] = [];
  #database: Promise<string | undefined> | undefined;

  /** The database that all nodes of this rig share. */
  get database(): Promise<string | undefined> {
    this.#database ??= newDatabase();
    return this.#database;
  }

  /** Starts a node on the folder; a second call starts a second node. */
  async start(options: Partial<ServiceOptions> = {}): Promise<Service> {
    const databaseUrl = await this.database;
    const service = await createService({
      directory: this.directory,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      port: 0,
      clock: () => this.clock.nowMs,
      ...options,
    });
    this.#services.push(service);
    secret(keyOf(service));
    if (service.apiKey !== null) secret(service.apiKey);
    return service;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.#services) await service.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

type Run<T> = (opened: T) => Promise<unknown>;

/** Returns `test` of vitest whose function gets a thing that is opened for it, and goes when the test has ended. */
export function testOf<T extends AsyncDisposable>(open: () => T | Promise<T>) {
  const isolated = (run: Run<T>) => async () => {
    await using opened = await open();
    await run(opened);
  };
  function testWith(title: string, ...given: [Run<T>] | [TestOptions, Run<T>]): void {
    if (given.length === 1) test(title, isolated(given[0]));
    else test(title, given[0], isolated(given[1]));
  }
  return Object.assign(testWith, {
    each: test.each.bind(test) as typeof test.each,
    runIf: (isMet: boolean) => (title: string, run: Run<T>) => test(title, { skip: !isMet }, isolated(run)),
  });
}

/** Tests in a folder for services. */
export const testOfRig = testOf(() => new Rig());

/** Returns the key in a service's operator link. */
export function keyOf(service: Service): string {
  return new URL(service.operatorLink).searchParams.get('key') ?? '';
}

/** Uses up a one-time link as the button of its page does. @param headers of the browser, such as its cookie */
export function openLink(link: string, headers: Record<string, string> = {}): Promise<Response> {
  const { origin, pathname, searchParams } = new URL(link);
  return fetch(origin + pathname, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, ...headers },
    body: new URLSearchParams({ key: searchParams.get('key') ?? '', act: 'enter' }),
  });
}

/** Opens a one-time link in a browser and presses its button. */
export async function signInByLink(
  page: Page,
  { operatorLink }: Pick<Service, 'operatorLink'>,
): Promise<void> {
  await page.goto(operatorLink);
  await page.getByRole('button', { name: 'Sign in with this link' }).click();
  await page.waitForURL('**/operator');
}

/** Returns a token for `ada`, a TOTP one unless said otherwise, with a seed of its own. */
export function newToken(changes: Partial<NewToken> = {}): NewToken {
  return {
    user: 'ada',
    serial: 'FOB-1',
    kind: 'totp',
    secret: secret(new Uint8Array(randomBytes(20))),
    ...changes,
  };
}

/** Adds a token and insists that it was added. */
export async function add(service: Service, token: NewToken): Promise<NewToken> {
  const result = await service.addToken(token);
  expect(result.ok).toBe(true);
  return token;
}

/** Returns the passcode of a step by RFC 4226 §5.3, without the fob's implementation or otplib. */
export function codeAt(token: NewToken, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac(token.algorithm ?? 'sha1', token.secret)
    .update(counter)
    .digest();
  const offset = (hash[hash.length - 1] ?? 0) & 15;
  const digits = token.digits ?? 6;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** Returns the time step of a moment. */
export function stepAt(token: NewToken, nowMs: number): number {
  return Math.floor(nowMs / 1000 / (token.period ?? 30));
}

/** Returns the passcode that a TOTP fob shows at a moment. */
export function codeNow(token: NewToken, nowMs: number): string {
  return codeAt(token, stepAt(token, nowMs));
}

/** Returns a passcode that the token shows at none of `around` steps before and after a moment. */
export function wrongCode(token: NewToken, nowMs: number, nth = 0, around = 3): string {
  const near = new Set<string>();
  for (let step = -around; step <= around; step++) near.add(codeAt(token, stepAt(token, nowMs) + step));
  const wrong = Array.from({ length: 1000 }, (_, value) =>
    String(500_000 + value).padEnd(token.digits ?? 6, '0'),
  ).filter(code => !near.has(code));
  return wrong[nth] ?? '';
}

/** Sends a validation through the API. */
export function post(
  service: { readonly url: string },
  apiKey: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${service.url}/v1/validate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Returns the API key of a newly created service. */
export function apiKeyOf(service: Service): string {
  if (service.apiKey === null) throw new Error('the service was not new');
  return service.apiKey;
}

/** Returns a response as bytes and headers, without its date and request id, which alone may differ. */
export async function comparable(response: Response): Promise<string> {
  const id = response.headers.get('x-request-id') ?? '';
  const headers = [...response.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  const body = (await response.text()).replaceAll(id, '<request id>');
  return JSON.stringify([response.status, headers, body]);
}
