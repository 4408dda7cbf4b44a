import { inLines, type Report, reportOf, sayReport } from 'passfob/cli/base/report';
import { doctorText } from 'passfob/cli/doctor';
import { FobError } from 'passfob/errors';
import { serveTexts } from '../base/texts/serve.ts';
import { type ShownSetting, shownConfiguration } from '../node/configuration/configuration.ts';
import { settings } from '../node/configuration/settings.ts';
import { examineService, type ServiceFinding } from '../node/doctor/doctor.ts';
import type { Store } from '../storage/database/database.ts';
import { identityFingerprint } from '../storage/encryption-at-rest/identity.ts';
import { readLastStart } from '../subjects/users/access/last-start.ts';
import { makeOperatorKey, operatorLink } from '../subjects/users/access/operators.ts';
import { type Configured, openPresentStore } from './configured.ts';

/** Reports the configuration without its secrets. */
export async function configReport({ configuration, origins }: Configured): Promise<Report> {
  const text = (value: ShownSetting['value']) =>
    (Array.isArray(value) ? value.join(', ') : String(value ?? '')) || '-';
  const shown = shownConfiguration(configuration, origins);
  const rows = shown.map(({ setting, value, origin }) => [setting, text(value), origin]);
  return reportOf({ settings: shown }, [{ rows }]);
}

/** Makes a link directly in the database: any user who can write there is an administrator anyway. */
export async function adminLink({ configuration, origins }: Configured): Promise<Report> {
  const store = await openPresentStore(configuration);
  try {
    const { origin, source } = await addressOf(store, { configuration, origins });
    const link = operatorLink(origin, await makeOperatorKey(store.db, Date.now()));
    const note = [
      serveTexts.adminLink(),
      ...(source === 'options' ? [] : [serveTexts.adminLinkAddress[source]]),
    ];
    return { document: { adminLink: link }, text: link, note };
  } finally {
    await store.close();
  }
}

const ADDRESS_SETTINGS = ['host', 'port', 'tlsCertificate', 'tlsKey', 'publicUrl'] as const;

/**
 * Returns the origin for links: of the options of this command line; else where the service last started, with whatever
 * options; else of the configuration.
 *
 * @throws FobError `configuration` if the port is not known
 */
async function addressOf(
  { db }: Store,
  { configuration, origins }: Pick<Configured, 'configuration' | 'origins'>,
): Promise<{ readonly origin: string; readonly source: 'options' | 'started' | 'configured' }> {
  const isGiven = ADDRESS_SETTINGS.some(name => origins[name] === `--${settings[name].flag}`);
  const started = isGiven ? undefined : await readLastStart(db);
  if (started !== undefined) return { origin: started, source: 'started' };
  const { port, publicUrl, host, tlsKey } = configuration;
  if (publicUrl === null && port === 0) throw new FobError('configuration', serveTexts.portUnknown);
  const scheme = tlsKey === null ? 'http' : 'https';
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const own = `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
  return { origin: publicUrl ?? own, source: isGiven ? 'options' : 'configured' };
}

/** Reports the fingerprint by which agents know the service. */
export async function fingerprint({ configuration }: Configured): Promise<Report> {
  const { publicUrl } = configuration;
  const store = await openPresentStore(configuration);
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

/** @throws FobError `unfit` after all findings were printed */
export async function doctor({ configuration, isJson, terminal }: Configured): Promise<Report> {
  const checks: readonly ServiceFinding[] = await examineService(configuration, Date.now());
  const problems = checks.filter(({ state }) => state === 'problem').length;
  const report = reportOf({ checks }, inLines(doctorText(checks)));
  if (problems === 0) return report;
  if (!isJson) await sayReport(terminal, isJson, report);
  throw new FobError('unfit', {
    ...(problems > 1 && { sentence: `${problems} problems were found.` }),
    next: 'Follow its next step, then run: passfob service doctor',
    details: { checks },
  });
}
