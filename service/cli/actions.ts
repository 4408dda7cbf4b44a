import { homedir } from 'node:os';
import { join } from 'node:path';
import { inLines, type Report, sayReport } from 'passfob/cli/base/report';
import type { Terminal } from 'passfob/cli/base/terminal';
import { table } from 'passfob/cli/base/words';
import { doctorText } from 'passfob/cli/doctor-actions';
import { FobError } from 'passfob/errors';
import { inventoryDirectory } from 'passfob/inventory/directory';
import {
  type Configuration,
  type ShownSetting,
  shownConfiguration,
} from '../app/configuration/configuration.ts';
import { type Reading, readConfiguration } from '../app/configuration/read.ts';
import { examineService, type ServiceFinding } from '../app/doctor/doctor.ts';
import { serveTexts } from '../base/texts/serve.ts';
import { makeOperatorKey, operatorLink } from '../features/users/access/operators.ts';
import { openStore } from '../storage/database/database.ts';
import { identityFingerprint } from '../storage/sealing/identity.ts';
import { applicationKey } from './application-key.ts';
import { refuseConfiguration, serviceError } from './errors.ts';
import type { ServiceFlags, ServiceInvocation } from './invocation.ts';
import { radiusClient } from './radius-client.ts';
import { runRecords } from './records.ts';
import { serve } from './serve.ts';
import { serviceStatus } from './status.ts';

/** Does what `passfob serve` and `passfob service` ask for. @throws FobError */
export async function runService(
  invocation: ServiceInvocation,
  isJson: boolean,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (invocation.command === 'service-status')
      return sayReport(terminal, isJson, await serviceStatus(invocation.url, invocation.ca));
    const reading = configurationOf(invocation, terminal);
    if (reading.mistakes !== undefined) return refuseConfiguration(reading.mistakes, isJson, terminal);
    const { configuration, origins } = reading;
    if (invocation.command === 'serve')
      return await serve(configuration, invocation.adminLink, isJson, terminal, signal);
    if (invocation.command === 'service-config')
      return sayReport(terminal, isJson, configReport(shownConfiguration(configuration, origins)));
    if (invocation.command === 'service-doctor') return await doctor(configuration, isJson, terminal);
    if (invocation.command === 'service-fingerprint')
      return sayReport(terminal, isJson, await fingerprint(configuration));
    if (invocation.command === 'service-admin-link')
      return sayReport(terminal, isJson, await adminLink(configuration));
    if (invocation.command === 'service-application-key')
      return sayReport(terminal, isJson, await applicationKey(invocation, configuration, terminal, signal));
    if (invocation.command === 'service-radius-client')
      return sayReport(terminal, isJson, await radiusClient(invocation, configuration));
    return sayReport(terminal, isJson, await runRecords(invocation, configuration, terminal.stdin));
  } catch (error) {
    throw serviceError(error);
  }
}

function configurationOf({ configurationFile, flags }: ServiceFlags, { environment }: Terminal): Reading {
  return readConfiguration({
    flags,
    file: configurationFile,
    environment,
    workingDirectory: process.cwd(),
    defaultDirectory: join(inventoryDirectory(environment, process.platform, homedir()), 'service'),
  });
}

function configReport(shown: readonly ShownSetting[]): Report {
  const text = (value: ShownSetting['value']) =>
    (Array.isArray(value) ? value.join(', ') : String(value ?? '')) || '-';
  return {
    document: { settings: shown },
    text: inLines(table(shown.map(({ setting, value, origin }) => [setting, text(value), origin]))),
  };
}

/** Makes a link on the database itself: whoever may write there is the administrator anyway. */
async function adminLink(configuration: Configuration): Promise<Report> {
  const { directory, databaseUrl, port, publicUrl, host, tlsKey } = configuration;
  if (publicUrl === null && port === 0) throw new FobError('configuration', serveTexts.portUnknown);
  const scheme = tlsKey === null ? 'http' : 'https';
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const origin = publicUrl ?? `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
  const store = await openStore({ directory, databaseUrl: databaseUrl ?? undefined });
  try {
    const link = operatorLink(origin, await makeOperatorKey(store.db, Date.now()));
    return { document: { adminLink: link }, text: link, note: serveTexts.adminLink() };
  } finally {
    await store.close();
  }
}

/** What agents know the service by. */
async function fingerprint(configuration: Configuration): Promise<Report> {
  const { directory, databaseUrl, publicUrl } = configuration;
  const store = await openStore({ directory, databaseUrl: databaseUrl ?? undefined });
  try {
    const shown = await identityFingerprint(store.db);
    if (shown === undefined) throw new FobError('service', serveTexts.noIdentity);
    const digits = shown.replaceAll(' ', '');
    return {
      document: { fingerprint: digits },
      text: shown,
      note: serveTexts.agentAdd(publicUrl ?? 'URL', digits),
    };
  } finally {
    await store.close();
  }
}

async function doctor(configuration: Configuration, isJson: boolean, terminal: Terminal): Promise<void> {
  const checks: readonly ServiceFinding[] = await examineService(configuration, Date.now());
  const problems = checks.filter(({ state }) => state === 'problem').length;
  if (problems === 0 || !isJson) {
    const report = { document: { checks }, text: inLines(doctorText(checks)) };
    sayReport(terminal, isJson, report);
  }
  if (problems > 0)
    throw new FobError('unfit', {
      ...(problems > 1 && { sentence: `${problems} problems were found.` }),
      next: 'Do what is said beside it, then run: passfob service doctor',
      details: { checks },
    });
}
