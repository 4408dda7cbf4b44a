import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Alert, listAlerts } from './alerts/alerts.ts';
import { counted, type Metrics, makeMetrics } from './api/metrics/metrics.ts';
import { challengesOf } from './challenges/challenges.ts';
import { type Changes, watchChanges } from './data/changes.ts';
import { openStore, type Store } from './data/database.ts';
import { limits } from './limits.ts';
import { noLog } from './log.ts';
import { followSealingKey } from './operations/rekey.ts';
import { checkOptions, openDirectory, type ServiceOptions } from './options.ts';
import { serviceActor } from './people/actor.ts';
import { makeApplicationCache } from './people/application-cache.ts';
import {
  type Application,
  CONSOLE_APPLICATION,
  ensureApplication,
  hasApplications,
} from './people/applications.ts';
import { makeOperatorKey, operatorLink } from './people/operators.ts';
import { beginWithLockPolicy, readLockPolicy } from './people/settings.ts';
import { keyIdsInUse } from './sealing/columns.ts';
import { ensureIdentity } from './sealing/identity.ts';
import { type Keys, openKeyFile } from './sealing/key-file.ts';
import { addToken, type NewToken, type TokenResult } from './tokens/issue.ts';
import { changeTokenState } from './tokens/moves.ts';
import type { TokenState } from './tokens/states.ts';
import { listTokens, type TokenView } from './tokens/views.ts';
import { type Engine, makeEngine } from './validation/engine.ts';
import { listEvents, type ValidationEvent } from './validation/events.ts';
import type { Outcome } from './validation/outcomes.ts';
import { prepareSource } from './validation/source.ts';
import { makeBuckets } from './web/buckets.ts';
import { readCertificate } from './web/certificate.ts';
import { hostsOf, type Listening, listen, liveCertificate, localUrl, reachOf } from './web/listener.ts';
import { makeApp } from './web/server.ts';
import { startWorking, type Working } from './working.ts';

export type { ServiceOptions } from './options.ts';

/** One log-in to decide, from inside this process. */
export interface LocalValidation {
  readonly user: string;
  readonly passcode: string;
  readonly source: string;
  readonly idempotencyKey?: string;
}

/** What the first run makes. */
export type Made = 'folder' | 'database' | 'keyFile' | 'identity';

/** A running service, as one who may start it has it. */
export interface RunningService {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** What this start made. */
  readonly made: readonly Made[];
  /** The application's API key, given once: null when the database already had the application. A secret. */
  readonly apiKey: string | null;
  /** Makes a one-time link into the console, under the address that people use. A secret. */
  makeOperatorLink(): Promise<string>;
  addToken(token: NewToken): Promise<TokenResult>;
  changeTokenState(serial: string, to: TokenState): Promise<TokenResult>;
  tokens(): Promise<TokenView[]>;
  /** Decides a log-in; only `accepted` may let anybody in, `outcome` is for operators. */
  validate(request: LocalValidation): Promise<{ accepted: boolean; outcome: Outcome }>;
  alerts(): Promise<Alert[]>;
  events(): Promise<ValidationEvent[]>;
  /** Reads certificate and key again; does nothing without TLS. */
  reloadCertificate(): void;
  /**
   * Stops listening, lets requests in progress finish within `limits.closingMs` and closes the database. May be called
   * again.
   */
  close(): Promise<void>;
}

/** A running service with a link into its console. */
export interface Service extends RunningService {
  /** One-time link into the console, made at this start. A secret. */
  readonly operatorLink: string;
}

/**
 * Starts a service and makes an operator link. The first run makes everything it needs; several may run on one folder at
 * once.
 *
 * @throws ServiceError with a text that says what to do
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const service = await startService(options);
  return { ...service, operatorLink: await service.makeOperatorLink() };
}

/** `createService` without a link that nobody may ever look at. @throws ServiceError */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const host = options.host ?? '127.0.0.1';
  checkOptions(options, host);
  const certificate = options.tls === undefined ? undefined : readCertificate(options.tls);
  const isNew = openDirectory(options.directory);
  const store = await openStore({ directory: options.directory, databaseUrl: options.databaseUrl });
  try {
    return await startOn(store, options, { host, certificate, publicUrl: options.publicUrl }, isNew);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function startOn(
  store: Store,
  options: ServiceOptions,
  listening: Listening,
  isNewFolder: boolean,
): Promise<RunningService> {
  const { db } = store;
  const clock = options.clock ?? Date.now;
  const isNewKey = !existsSync(join(options.directory, 'service.key'));
  const keys = openKeyFile(options.directory, await mayMakeKeys(store));
  const { application, apiKey } = await ensureApplication(db, clock());
  const own = await ensureApplication(db, clock(), CONSOLE_APPLICATION);
  await followSealingKey(db, keys);
  const isNewIdentity = (await keyIdsInUse(db)).size === 0;
  await ensureIdentity(db, keys, clock());
  if (options.lock !== undefined) await beginWithLockPolicy(db, options.lock, clock());
  const metrics = makeMetrics();
  const engine = makeEngine({ db, keys, lock: readLockPolicy, clock, decided: metrics.decided });
  const changes = watchChanges(store);
  const state: ListenerState = { port: 0, hosts: undefined, isClosing: false };
  const parts: Parts = {
    store,
    keys,
    engine,
    application,
    console: own.application,
    changes,
    metrics,
    clock,
  };
  const working = startWorking(parts, options);
  const app = appOf(parts, options, { listening, state, wakeJobs: working.wakeJobs });
  state.port = await listen(app, listening.host, options.port).catch(error =>
    giveUp(error, changes, working),
  );
  state.hosts = hostsOf(listening, state.port);
  const url = localUrl(listening, state.port);
  const live = liveCertificate(app, options.tls, options.log ?? noLog);
  return {
    url,
    made: madeOf({
      folder: isNewFolder,
      database: apiKey !== null,
      keyFile: isNewKey,
      identity: isNewIdentity,
    }),
    apiKey,
    makeOperatorLink: async () => operatorLink(options.publicUrl ?? url, await makeOperatorKey(db, clock())),
    ...operations(parts),
    reloadCertificate: () => live?.reload(),
    close: closer(app, state, async () => {
      live?.close();
      changes.close();
      await working.stop();
      await store.close();
    }),
  };
}

/** Ends what is under way, before the database is closed under it. */
async function giveUp(error: unknown, changes: Changes, working: Working): Promise<never> {
  changes.close();
  await working.stop();
  throw error;
}

function madeOf(isNew: Readonly<Record<Made, boolean>>): Made[] {
  return (Object.keys(isNew) as Made[]).filter(thing => isNew[thing]);
}

/** The HTTP side over the parts of a service. */
function appOf(
  parts: Parts,
  options: ServiceOptions,
  { listening, state, wakeJobs }: { listening: Listening; state: ListenerState; wakeJobs: () => void },
): FastifyInstance {
  const { store, keys, engine, application, changes, metrics, clock } = parts;
  const { db } = store;
  const isSecure = listening.certificate !== undefined || options.publicUrl?.startsWith('https:') === true;
  return makeApp(
    {
      db,
      management: { db, keys, clock },
      clock,
      lock: () => readLockPolicy(db),
      changes,
      buckets: makeBuckets(),
      applications: makeApplicationCache(db, clock),
      ownApplication: application,
      consoleApplication: parts.console,
      wakeJobs,
      decide: async request => announced(changes, await counted(metrics, () => engine.decide(request))),
      metrics,
      version: options.version ?? '0',
      challenges: challengesOf({ db, keys, lock: readLockPolicy, clock }, () => changes.announce()),
      operatorCookie: () => `passfob-operator-${state.port}`,
      isSecure,
    },
    {
      ...reachOf(options.trustedProxies ?? [], listening),
      log: options.log ?? noLog,
      hosts: () => state.hosts,
      embeddable: options.embeddable ?? false,
      isSecure,
      health: { db, version: options.version ?? '0', isClosing: () => state.isClosing },
    },
  );
}

/** Not where sealed rows are, nor beside other nodes on one PostgreSQL database: all of them need the same keys. */
async function mayMakeKeys({ db, engine }: Store): Promise<boolean> {
  if ((await keyIdsInUse(db)).size > 0) return false;
  return engine === 'sqlite' || !(await hasApplications(db));
}

/** What is known once the service listens, and when it ends. */
interface ListenerState {
  port: number;
  hosts: ReadonlySet<string> | undefined;
  isClosing: boolean;
}

interface Parts {
  readonly store: Store;
  readonly keys: Keys;
  readonly engine: Engine;
  readonly application: Application;
  /** The application that operators sign in to. */
  readonly console: Application;
  readonly changes: Changes;
  readonly metrics: Metrics;
  readonly clock: () => number;
}

/** What can be done from inside the process, without HTTP. */
function operations(
  parts: Parts,
): Pick<RunningService, 'addToken' | 'changeTokenState' | 'tokens' | 'validate' | 'alerts' | 'events'> {
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

function closer(app: FastifyInstance, state: ListenerState, end: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= (async () => {
      state.isClosing = true;
      const cut = setTimeout(() => app.server.closeAllConnections(), limits.closingMs);
      await app.close();
      clearTimeout(cut);
      await end();
    })();
    return closing;
  };
}
