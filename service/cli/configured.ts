import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CommandCall, Need } from 'passfob/cli/base/command';
import { printable } from 'passfob/cli/base/terminal';
import { FobError } from 'passfob/errors';
import { inventoryDirectory } from 'passfob/inventory/directory';
import { serveTexts } from '../base/texts/serve.ts';
import type { Configuration } from '../node/configuration/configuration.ts';
import { readConfiguration } from '../node/configuration/read.ts';
import type { SettingName } from '../node/configuration/settings.ts';
import { openStore, type Store } from '../storage/database/database.ts';
import { type Keys, openKeyFile } from '../storage/encryption-at-rest/key-file.ts';
import { refuseConfiguration, serviceError } from './errors.ts';
import type { ServiceFlags } from './options.ts';

export interface Configured extends CommandCall {
  readonly configuration: Configuration;
  /** The origin of each value. */
  readonly origins: Readonly<Record<SettingName, string>>;
}

export interface ConfiguredRecords extends Configured {
  readonly store: Store;
  readonly keys: Keys;
}

/** @throws FobError `configuration` after all mistakes were printed */
export const withConfiguration: Need<ServiceFlags, Configured> = async (call, flags, work) => {
  const { terminal, isJson } = call;
  const { environment } = terminal;
  try {
    const reading = readConfiguration({
      flags: flags.flags,
      file: flags.configurationFile,
      environment,
      workingDirectory: process.cwd(),
      defaultDirectory: join(inventoryDirectory(environment, process.platform, homedir()), 'service'),
    });
    if (reading.mistakes !== undefined) return refuseConfiguration(reading.mistakes, isJson, terminal);
    const { configuration, origins } = reading;
    return await work({ ...call, configuration, origins });
  } catch (error) {
    throw serviceError(error);
  }
};

/**
 * Opens the database of a service that has started before. SQLite would make a new one in the wrong folder.
 *
 * @throws FobError `service` if there is none, ServiceError as `openStore`
 */
export function openPresentStore({ directory, databaseUrl }: Configuration): Promise<Store> {
  if (databaseUrl !== null) return openStore({ directory, databaseUrl });
  if (!existsSync(join(directory, 'service.db'))) throw noService(directory);
  return openStore({ directory });
}

function noService(directory: string): FobError {
  const { sentence, next } = serveTexts.noService(directory);
  return new FobError('service', { sentence: printable(sentence), next });
}

/** @throws FobError `service` */
export const withRecords: Need<ServiceFlags, ConfiguredRecords> = (call, flags, work) =>
  withConfiguration(call, flags, async configured => {
    const { directory, databaseUrl } = configured.configuration;
    if (databaseUrl === null && !existsSync(directory)) throw noService(directory);
    // Before the database: a restore without the old keys would create an empty database and then fail.
    const keys = openKeyFile(directory, false);
    const store = await openStore({ directory, databaseUrl: databaseUrl ?? undefined });
    try {
      return await work({ ...configured, store, keys });
    } finally {
      await store.close();
    }
  });
