import type { Report } from 'passfob/cli/base/report';
import { printable } from 'passfob/cli/base/terminal';
import { FobError } from 'passfob/errors';
import { PASSWORD_FILE_BYTES_MAX } from 'passfob/limits';
import { readFirstLine } from 'passfob/read-whole';
import { serviceActor } from '../base/actor.ts';
import { radiusLimits } from '../base/limits/radius.ts';
import { radiusCommandTexts } from '../base/texts/radius.ts';
import { serveTexts } from '../base/texts/serve.ts';
import { texts } from '../base/texts/texts.ts';
import type { Management } from '../storage/management.ts';
import type { RadiusPush } from '../storage/schema/schema.ts';
import { listApplications } from '../subjects/applications/acts.ts';
import { LOGIN_APPLICATION } from '../subjects/applications/applications.ts';
import {
  changeRadiusClient,
  changeRadiusSecret,
  createRadiusClient,
  type KeyedRadiusClient,
  listRadiusClients,
  type RadiusClient,
  removeRadiusClient,
} from '../subjects/radius-clients/acts.ts';
import type { ConfiguredRecords } from './configured.ts';
import { valueIn } from './errors.ts';

/** The action on RADIUS clients, and the client. */
interface RadiusClientOptions {
  readonly act: 'list' | 'add' | 'change' | 'secret' | 'remove';
  readonly name: string | undefined;
  readonly rename: string | undefined;
  readonly address: string | undefined;
  /** The name of the application. */
  readonly application: string | undefined;
  readonly push: RadiusPush | undefined;
  /** A file with the administrator's own shared secret in its first line. */
  readonly secretFile: string | undefined;
}

/**
 * Lists, adds, changes or removes RADIUS clients directly in the database; running nodes follow within a second. A
 * shared secret is generated and printed once, or read from a file.
 *
 * @throws FobError `bad-input`, `usage`, `service`; ServiceError
 */
export async function radiusClient(
  given: RadiusClientOptions,
  { store, keys, signal }: ConfiguredRecords,
): Promise<Report> {
  const management = { db: store.db, keys, clock: Date.now };
  return given.act === 'list' ? await list(management) : await act(management, given, given.act, signal);
}

async function list({ db }: Management): Promise<Report> {
  const clients = await listRadiusClients(db);
  return {
    document: { radiusClients: clients },
    text:
      clients.length === 0
        ? radiusCommandTexts.none
        : [
            {
              rows: clients.map(({ name, address, application, push }) => [name, address, application, push]),
            },
          ],
  };
}

async function act(
  management: Management,
  given: RadiusClientOptions,
  what: Exclude<RadiusClientOptions['act'], 'list'>,
  signal: AbortSignal,
): Promise<Report> {
  const { name, address, push } = given;
  if (name === undefined) throw new FobError('usage', radiusCommandTexts.nameMissing);
  const secret = given.secretFile === undefined ? undefined : await secretIn(given.secretFile, signal);
  const applicationId = await applicationOf(management, given.application);
  if (what === 'add') {
    if (address === undefined) throw new FobError('usage', radiusCommandTexts.addressMissing);
    const id = applicationId ?? (await applicationOf(management, LOGIN_APPLICATION.name)) ?? '';
    const client = { name, address, push, secret, applicationId: id };
    return made(valueIn(await createRadiusClient(management, serviceActor, client)));
  }
  const { id } = await clientOf(management, name);
  if (what === 'remove')
    return said(
      valueIn(await removeRadiusClient(management, serviceActor, { id })),
      radiusCommandTexts.removed,
    );
  if (what === 'secret')
    return made(valueIn(await changeRadiusSecret(management, serviceActor, { id, secret })));
  const change = { id, name: given.rename, address, applicationId, push };
  return said(
    valueIn(await changeRadiusClient(management, serviceActor, change)),
    radiusCommandTexts.changed,
  );
}

function said(client: RadiusClient, sentence: (name: string) => string): Report {
  return { document: { radiusClient: client }, text: printable(sentence(client.name)) };
}

function made({ client, value }: KeyedRadiusClient): Report {
  if (value === null) return said(client, radiusCommandTexts.entered);
  return {
    document: { radiusClient: client, secret: value },
    text: value,
    note: printable(radiusCommandTexts.made(client.name)),
  };
}

async function clientOf({ db }: Management, name: string): Promise<RadiusClient> {
  const clients = await listRadiusClients(db);
  const found = clients.find(client => client.name === name);
  if (found !== undefined) return found;
  throw new FobError('service', {
    sentence: texts.refusals.unknown_radius_client,
    next: printable(radiusCommandTexts.there(clients.map(client => client.name))),
  });
}

async function applicationOf({ db }: Management, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const own = (await listApplications(db)).filter(({ internal }) => !internal);
  const found = own.find(application => application.name === name);
  if (found !== undefined) return found.id;
  throw new FobError('service', {
    sentence: texts.refusals.unknown_application,
    next: printable(serveTexts.applicationsThere(own.map(application => application.name))),
  });
}

/** Secrets never come from the command line, which other users can read. */
async function secretIn(path: string, signal: AbortSignal): Promise<string> {
  const line = await readFirstLine(path, PASSWORD_FILE_BYTES_MAX, signal);
  return line.slice(0, radiusLimits.radiusSecretMax + 1);
}
