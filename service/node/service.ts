import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ServiceError, systemCode } from '../base/errors.ts';
import { processLimits } from '../base/limits/process.ts';
import { noLog } from '../base/log.ts';
import { makeRateLimiter } from '../base/rate-limit.ts';
import { texts } from '../base/texts/texts.ts';
import { readCertificate } from '../http/web/certificate.ts';
import { connectionLimitsFor, openFilesMax } from '../http/web/connection-limits.ts';
import type { WebContext } from '../http/web/context.ts';
import { checkRadiusPorts, listenForRadius, type RadiusEndpoint } from '../radius/listener.ts';
import { type Changes, watchChanges } from '../storage/database/changes.ts';
import { openStore, type Store } from '../storage/database/database.ts';
import { makeReadiness } from '../storage/database/readiness.ts';
import { keyIdsInUse } from '../storage/encryption-at-rest/columns.ts';
import { ensureIdentity } from '../storage/encryption-at-rest/identity.ts';
import { type Keys, openKeyFile } from '../storage/encryption-at-rest/key-file.ts';
import type { PublicUrlSources } from '../storage/management.ts';
import {
  type Application,
  CONSOLE_APPLICATION,
  ensureApplication,
  hasApplications,
} from '../subjects/applications/applications.ts';
import { makeApplicationCache } from '../subjects/applications/cache.ts';
import { challengesOf } from '../subjects/challenges/challenges.ts';
import { counted, type Metrics, makeMetrics } from '../subjects/metrics/metrics.ts';
import { followEncryptionKey } from '../subjects/operations/rekey.ts';
import { makePushes, type Pushes } from '../subjects/push/pushes.ts';
import { storeLastStart } from '../subjects/users/access/last-start.ts';
import { makeOperatorKey, operatorLink } from '../subjects/users/access/operators.ts';
import { beginWithLockPolicy, readLockPolicy } from '../subjects/users/settings.ts';
import { type ClosingEngine, makeEngine, type ValidationEngine } from '../subjects/validation/engine.ts';
import type { DecisionContext } from '../subjects/validation/request.ts';
import { startEngineThread } from '../subjects/validation/thread/engine-thread.ts';
import {
  checkPort,
  hostsOf,
  type ListenerNames,
  listen,
  liveCertificate,
  localUrl,
  trustOf,
} from './listener.ts';
import { type LocalOperations, localOperations } from './local.ts';
import { checkOptions, openDirectory, type ServiceOptions } from './options.ts';
import { makeApp } from './server.ts';
import { startWorking, type Working } from './working.ts';

export type { ServiceOptions } from './options.ts';

/** Things that the first run creates. */
export type Made = 'folder' | 'database' | 'keyFile' | 'identity';

/** A running service, with the operations for the program that started it. */
export interface RunningService extends LocalOperations {
  /** The listener's URL, without a slash at the end. */
  readonly url: string;
  /** The endpoints on which RADIUS listens. */
  readonly radius: readonly RadiusEndpoint[];
  /** Things that this start created. */
  readonly made: readonly Made[];
  /** The application's API key, returned once: null if the database already had the application. A secret. */
  readonly apiKey: string | null;
  /** Makes a one-time link to the console, under the public URL. A secret. */
  makeOperatorLink(): Promise<string>;
  /** Reads certificate and key again; does nothing without TLS. */
  reloadCertificate(): void;
  /**
   * Stops listening, lets requests in progress finish within `processLimits.closingMs` and closes the database. May be called
   * again.
   */
  close(): Promise<void>;
}

/** A running service with a link to its console. */
export interface Service extends RunningService {
  /** One-time link to the console, made at this start. A secret. */
  readonly operatorLink: string;
}

/**
 * Starts a service and makes an operator link. The first run creates everything it needs; several processes may run
 * on one folder at once.
 *
 * @throws ServiceError with a text that says what to do
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const service = await startService(options);
  const operatorLink = await orElse(service.close, () => service.makeOperatorLink());
  return { ...service, operatorLink };
}

/** `createService` without an operator link, which might stay unused. @throws ServiceError */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const host = options.host ?? '127.0.0.1';
  checkOptions(options, host);
  const certificate = options.tls === undefined ? undefined : readCertificate(options.tls);
  await checkPort(host, options.port);
  await checkRadiusPorts(options.radius ?? []);
  const isNew = openDirectory(options.directory);
  const store = await openStore({ directory: options.directory, databaseUrl: options.databaseUrl });
  try {
    const { publicUrl } = options;
    const running = await startOn(store, options, { host, certificate, publicUrl }, isNew);
    await keepAddress(store, publicUrl ?? running.url, options);
    return running;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Only a command for links needs the stored address: the service runs without it, too. */
async function keepAddress(
  { db }: Store,
  address: string,
  { clock = Date.now, log = noLog }: ServiceOptions,
): Promise<void> {
  try {
    await storeLastStart(db, address, clock());
  } catch (error) {
    log('warn', 'the address of the service was not stored', { code: systemCode(error) });
  }
}

async function startOn(
  store: Store,
  options: ServiceOptions,
  listening: ListenerNames,
  isNewFolder: boolean,
): Promise<RunningService> {
  const { db } = store;
  const { clock = Date.now, log = noLog } = options;
  const { keys, application, own, apiKey, isNewKey, isNewIdentity } = await makeReady(store, options, clock);
  const metrics = makeMetrics(options.version ?? '0');
  const engine = await engineOf(options, store, { keys, clock, decided: metrics.decided });
  const changes = watchChanges(store);
  const pushes = makePushes({ db, keys, lock: readLockPolicy, clock }, { changes, decided: metrics.took });
  const state: ListenerState = { port: options.port, hosts: undefined, isClosing: false };
  const parts: ServiceDependencies = {
    store,
    keys,
    engine,
    application,
    console: own,
    changes,
    pushes,
    metrics,
    clock,
    publicUrl: addressesOf(listening, state),
  };
  const working = startWorking(parts, options);
  const decide: ValidationEngine['decide'] = request =>
    counted(metrics, () => engine.decide(request)).finally(() => changes.announce());
  const app = appOf(parts, options, { listening, state, wakeJobs: working.wake, decide });
  const stop = stopper(parts, working);
  state.port = await orElse(stop, () => listen(app, listening.host, options.port));
  state.hosts = hostsOf(listening, state.port);
  const management = { db, keys, clock };
  const radius = await orElse(
    () => app.close().then(stop),
    () => listenForRadius({ ...parts, management, decide, log }, options.radius ?? []),
  );
  const url = localUrl(listening, state.port);
  const live = liveCertificate(app, options.tls, log);
  return {
    url,
    radius: radius.endpoints,
    made: madeOf({
      folder: isNewFolder,
      database: apiKey !== null,
      keyFile: isNewKey,
      identity: isNewIdentity,
    }),
    apiKey,
    makeOperatorLink: async () => operatorLink(options.publicUrl ?? url, await makeOperatorKey(db, clock())),
    ...localOperations({ ...parts, management: { ...management, publicUrl: parts.publicUrl } }),
    reloadCertificate: () => live?.reload(),
    close: closer(app, state, radius.close, async () => {
      live?.close();
      await stop();
      await store.close();
    }),
  };
}

/** Stops running work before the database is closed. */
function stopper({ changes, engine }: ServiceDependencies, working: Working): () => Promise<void> {
  return async () => {
    changes.close();
    await working.stop();
    await engine.close();
  };
}

/** The surroundings of the HTTP side. */
interface Around extends Pick<WebContext, 'wakeJobs' | 'decide'> {
  readonly listening: ListenerNames;
  readonly state: ListenerState;
}

function madeOf(isNew: Readonly<Record<Made, boolean>>): Made[] {
  return (Object.keys(isNew) as Made[]).filter(thing => isNew[thing]);
}

/** Makes the HTTP side over the parts of a service. */
function appOf(
  parts: ServiceDependencies,
  options: ServiceOptions,
  { listening, state, wakeJobs, decide }: Around,
): FastifyInstance {
  const { store, keys, application, changes, metrics, clock, publicUrl } = parts;
  const { db } = store;
  const isSecure = listening.certificate !== undefined || options.publicUrl?.startsWith('https:') === true;
  return makeApp(
    {
      db,
      management: { db, keys, clock, publicUrl, careRan: result => metrics.careRuns.inc({ result }) },
      clock,
      lock: () => readLockPolicy(db),
      changes,
      buckets: makeRateLimiter(),
      applications: makeApplicationCache(db, clock),
      ownApplication: application,
      consoleApplication: parts.console,
      wakeJobs,
      decide,
      metrics,
      version: options.version ?? '0',
      challenges: challengesOf({ db, keys, lock: readLockPolicy, clock }, () => changes.announce()),
      pushes: parts.pushes,
      operatorCookie: () => `passfob-operator-${state.port}`,
      userCookie: () => `passfob-user-${state.port}`,
      isSecure,
    },
    {
      ...trustOf(options.trustedProxies ?? [], listening),
      log: options.log ?? noLog,
      hosts: () => state.hosts,
      addresses: options.addresses,
      embeddable: options.embeddable ?? false,
      isSecure,
      connectionLimits: connectionLimitsFor(openFilesMax()),
      health: {
        readiness: makeReadiness(store),
        version: options.version ?? '0',
        isClosing: () => state.isClosing,
      },
    },
  );
}

/**
 * Returns the addresses under which users may reach the service. If the system picks the port, the service's own
 * address is known only once it listens.
 */
function addressesOf(listening: ListenerNames, state: ListenerState): PublicUrlSources {
  const own = () => (state.port === 0 ? undefined : localUrl(listening, state.port));
  return { configured: listening.publicUrl, own };
}

interface ServiceDependencies {
  readonly store: Store;
  readonly keys: Keys;
  readonly engine: ClosingEngine;
  readonly application: Application;
  /** The application for operators' sign-ins. */
  readonly console: Application;
  readonly changes: Changes;
  readonly pushes: Pushes;
  readonly metrics: Metrics;
  readonly clock: () => number;
  readonly publicUrl: PublicUrlSources;
}

/** State that is known once the service listens, and whether it is closing. */
export interface ListenerState {
  port: number;
  hosts: ReadonlySet<string> | undefined;
  isClosing: boolean;
}

/** Runs a step; if it fails, undoes the steps before it. */
async function orElse<T>(undo: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await undo();
    throw error;
  }
}

/**
 * Returns a function that ends a service: it stops listening, lets running work finish, then closes the rest. May be
 * called again.
 */
function closer(
  app: FastifyInstance,
  state: ListenerState,
  closeOthers: () => Promise<void>,
  end: () => Promise<void>,
): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= (async () => {
      state.isClosing = true;
      const cut = setTimeout(() => app.server.closeAllConnections(), processLimits.closingMs);
      await Promise.all([app.close(), closeOthers()]);
      clearTimeout(cut);
      await end();
    })();
    return closing;
  };
}

/**
 * Makes the engine that decides log-ins: in this thread, or in its own with the same database and key file. @throws
 * ServiceError
 */
async function engineOf(
  options: ServiceOptions,
  store: Store,
  means: Omit<DecisionContext, 'db'>,
): Promise<ClosingEngine> {
  const validator = { ...means, db: store.db };
  const { directory, databaseUrl, decisionThread = false, log = noLog } = options;
  if (!decisionThread) return { ...makeEngine(validator), close: () => Promise.resolve() };
  const brokeOff = () => log('error', 'the thread that decides log-ins ended; a new thread replaces it');
  const check = () => {
    if (!store.areFilesHeld()) throw new ServiceError('database_lost', texts.startup.filesLost);
  };
  return await startEngineThread({ directory, databaseUrl }, { decided: validator.decided, check, brokeOff });
}

/** Opens, or creates if missing, everything that a node needs in the folder and the database. */
async function makeReady(store: Store, options: ServiceOptions, clock: () => number) {
  const { db } = store;
  const isNewKey = !existsSync(join(options.directory, 'service.key'));
  const keys = openKeyFile(options.directory, await mayMakeKeys(store));
  const { application, apiKey } = await ensureApplication(db, clock());
  const own = await ensureApplication(db, clock(), CONSOLE_APPLICATION);
  await followEncryptionKey(db, keys);
  const isNewIdentity = (await keyIdsInUse(db)).size === 0;
  await ensureIdentity(db, keys, clock());
  if (options.lock !== undefined) await beginWithLockPolicy(db, options.lock, clock());
  return { keys, application, own: own.application, apiKey, isNewKey, isNewIdentity };
}

/**
 * Whether keys may be created: not if encrypted rows exist, nor beside other nodes on one PostgreSQL database, which
 * all need the same keys.
 */
async function mayMakeKeys({ db, engine }: Store): Promise<boolean> {
  if ((await keyIdsInUse(db)).size > 0) return false;
  return engine === 'sqlite' || !(await hasApplications(db));
}
