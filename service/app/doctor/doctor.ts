import type { Configuration } from '../configuration/configuration.ts';
import { checkDatabase } from './database.ts';
import type { ServiceFinding } from './finding.ts';
import { checkFolder, checkKeyFile, checkSpace } from './folder.ts';
import { checkCertificate, checkPort } from './network.ts';

export type { ServiceFinding } from './finding.ts';

/** Looks at everything a service needs here. Nothing is made or changed. */
export async function examineService(configuration: Configuration, nowMs: number): Promise<ServiceFinding[]> {
  const { directory } = configuration;
  return [
    checkFolder(configuration),
    checkKeyFile(configuration),
    ...(await checkDatabase(configuration, nowMs)),
    await checkSpace(directory),
    ...checkCertificate(configuration, nowMs),
    await checkPort(configuration),
  ];
}
