import { inLines, type Report, reportOf, sayReport } from 'passfob/cli/base/report';
import { doctorText } from 'passfob/cli/doctor';
import { FobError } from 'passfob/errors';
import { type ShownSetting, shownConfiguration } from '../app/configuration/configuration.ts';
import { examineService, type ServiceFinding } from '../app/doctor/doctor.ts';
import { serveTexts } from '../base/texts/serve.ts';
import { makeOperatorKey, operatorLink } from '../features/users/access/operators.ts';
import { openStore } from '../storage/database/database.ts';
import { identityFingerprint } from '../storage/encryption-at-rest/identity.ts';
import type { Configured } from './configured.ts';

/** Reports the configuration without its secrets. */
export async function configReport({ configuration, origins }: Configured): Promise<Report> {
  const text = (value: ShownSetting['value']) =>
    (Array.isArray(value) ? value.join(', ') : String(value ?? '')) || '-';
  const shown = shownConfiguration(configuration, origins);
  const rows = shown.map(({ setting, value, origin }) => [setting, text(value), origin]);
  return reportOf({ settings: shown }, [{ rows }]);
}

/** Makes a link directly in the database: any user who can write there is an administrator anyway. */
export async function adminLink({ configuration }: Configured): Promise<Report> {
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

/** Reports the fingerprint by which agents know the service. */
export async function fingerprint({ configuration }: Configured): Promise<Report> {
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
