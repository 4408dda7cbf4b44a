import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Alert, listAlerts } from './alerts/alerts.ts';
import { type Changes, watchChanges } from './data/changes.ts';
import { openStore, type Store } from './data/database.ts';
import { ServiceError, systemCode } from './errors.ts';
import { limits } from './limits.ts';
import { serviceActor } from './people/actor.ts';
import { type Application, ensureApplication } from './people/applications.ts';
import { makeOperatorKey } from './people/operators.ts';
import { type Keys, openKeyFile } from './sealing/key-file.ts';
import { texts } from './texts.ts';
import { addToken, type NewToken, type TokenResult } from './tokens/issue.ts';
import { changeTokenState } from './tokens/moves.ts';
import type { TokenState } from './tokens/states.ts';
import { holdsSealedRows } from './tokens/tokens.ts';
import { listTokens, type TokenView } from './tokens/views.ts';
import { type Engine, makeEngine } from './validation/engine.ts';
import { listEvents, type ValidationEvent } from './validation/events.ts';
import { defaultLockPolicy, type LockPolicy } from './validation/lock.ts';
import type { Outcome } from './validation/outcomes.ts';
import { prepareSource } from './validation/source.ts';
import { type Sweeping, startSweeping } from './validation/sweep.ts';
import { makeBuckets } from './web/buckets.ts';
import { makeApp } from './web/server.ts';

/** How to run a service. */
export interface ServiceOptions {
  /** Where the database and the key file are, or will be made (mode 0700). */
  readonly directory: string;
  /** `postgres://…` instead of the file `service.db`. A secret where it holds a password. */
  readonly databaseUrl?: string;
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  /** A loopback address; default 127.0.0.1. */
  readonly host?: string;
  /** Milliseconds since 1970; default the system's clock. */
  readonly clock?: () => number;
  /** Lets pages of this computer show the service's pages in frames; default no. */
  readonly embeddable?: boolean;
  /** Default: 3 failures lock an account for 15 minutes. */
  readonly lock?: LockPolicy;
}

/** One log-in to decide, from inside this process. */
export interface LocalValidation {
  readonly user: string;
  readonly passcode: string;
  readonly source: string;
  readonly idempotencyKey?: string;
}

/** A running service. */
export interface Service {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** One-time link into the operator's pane, made at this start. A secret. */
  readonly operatorLink: string;
  /** The application's API key, given once: null when the database already had the application. A secret. */
  readonly apiKey: string | null;
  addToken(token: NewToken): Promise<TokenResult>;
  changeTokenState(serial: string, to: TokenState): Promise<TokenResult>;
  tokens(): Promise<TokenView[]>;
  /** Decides a log-in; only `accepted` may let anybody in, `outcome` is for operators. */
  validate(request: LocalValidation): Promise<{ accepted: boolean; outcome: Outcome }>;
  alerts(): Promise<Alert[]>;
  events(): Promise<ValidationEvent[]>;
  /** Stops listening, lets requests in progress finish and closes the database. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a service. The first run makes everything it needs; several may run on one folder at once.
 *
 * @throws ServiceError with a text that says what to do
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const host = options.host ?? '127.0.0.1';
  checkOptions(options, host);
  openDirectory(options.directory);
  const store = await openStore({ directory: options.directory, databaseUrl: options.databaseUrl });
  try {
    return await startOn(store, options, host);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function startOn(store: Store, options: ServiceOptions, host: string): Promise<Service> {
  const { db } = store;
  const clock = options.clock ?? Date.now;
  const lock = options.lock ?? defaultLockPolicy;
  const keys = openKeyFile(options.directory, !(await holdsSealedRows(db)));
  const { application, apiKey } = await ensureApplication(db, clock());
  const engine = makeEngine({ db, keys, lock: () => lock, clock });
  const sweeping = startSweeping(db, clock);
  const changes = watchChanges(store);
  let port = 0;
  let hosts: ReadonlySet<string> | undefined;
  const app = makeApp(
    {
      db,
      clock,
      lock,
      changes,
      buckets: makeBuckets(),
      ownApplication: application,
      decide: async request => announced(changes, await engine.decide(request)),
      operatorCookie: () => `passfob-operator-${port}`,
    },
    { hosts: () => hosts, embeddable: options.embeddable ?? false },
  );
  port = await listen(app, host, options.port);
  hosts = hostsOf(host, port);
  const url = `http://${bracketed(host)}:${port}`;
  const operatorKey = await makeOperatorKey(db, clock());
  return {
    url,
    operatorLink: `${url}/operator/enter?key=${operatorKey}`,
    apiKey,
    ...operations({ store, keys, engine, application, changes, clock }),
    close: closer(app, changes, store, sweeping),
  };
}

interface Parts {
  readonly store: Store;
  readonly keys: Keys;
  readonly engine: Engine;
  readonly application: Application;
  readonly changes: Changes;
  readonly clock: () => number;
}

/** What can be done from inside the process, without HTTP. */
function operations(parts: Parts): Omit<Service, 'url' | 'operatorLink' | 'apiKey' | 'close'> {
  const { changes, engine } = parts;
  const { db } = parts.store;
  return {
    addToken: async token => announced(changes, await addToken(db, parts.keys, token, parts.clock())),
    changeTokenState: async (serial, to) =>
      announced(changes, await changeTokenState({ ...parts, db }, serviceActor, serial, to)),
    tokens: () => listTokens(db),
    validate: async request => {
      const outcome = await engine.decide({
        ...request,
        source: prepareSource(request.source),
        applicationId: parts.application.id,
        requestId: randomUUID(),
      });
      announced(changes, outcome);
      return { accepted: outcome === 'accepted', outcome };
    },
    alerts: () => listAlerts(db),
    events: () => listEvents(db),
  };
}

function announced<T>(changes: Changes, result: T): T {
  changes.announce();
  return result;
}

function checkOptions(options: ServiceOptions, host: string): void {
  const { port, lock = defaultLockPolicy } = options;
  if (!isLoopback(host)) throw new ServiceError('not_loopback', texts.startup.notLoopback);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ServiceError('bad_options', texts.startup.badPort);
  const thresholdFits =
    Number.isInteger(lock.threshold) && lock.threshold >= 0 && lock.threshold <= limits.lockThresholdMax;
  const periodFits = lock.periodMs >= 1000 && lock.periodMs <= limits.lockPeriodMaxMs;
  if (!thresholdFits || !periodFits) throw new ServiceError('bad_options', texts.startup.badLockPolicy);
}

/** 127.0.0.0/8, ::1 and the name that stands for them (RFC 6761 §6.3). */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The Host header values of a loopback listener; browsers leave out port 80. */
function hostsOf(host: string, port: number): ReadonlySet<string> {
  const names = ['localhost', '127.0.0.1', '[::1]', bracketed(host)];
  return new Set(names.flatMap(name => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

function openDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new ServiceError('directory_unusable', texts.startup.directoryUnusable, error);
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    if (systemCode(error) === 'EADDRINUSE')
      throw new ServiceError('port_in_use', texts.startup.portInUse, error);
    if (systemCode(error) === 'EACCES')
      throw new ServiceError('port_forbidden', texts.startup.portForbidden, error);
    throw error;
  }
  return (app.server.address() as AddressInfo).port;
}

function closer(
  app: FastifyInstance,
  changes: Changes,
  store: Store,
  sweeping: Sweeping,
): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= (async () => {
      changes.close();
      await app.close();
      await sweeping.stop();
      await store.close();
    })();
    return closing;
  };
}
