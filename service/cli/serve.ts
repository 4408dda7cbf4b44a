import { sayReport } from 'passfob/cli/base/report';
import { packageVersion } from 'passfob/commands/package-root';
import { endpointOf } from '../base/addresses.ts';
import { jsonLog, type Log } from '../base/log.ts';
import { serveTexts } from '../base/texts/serve.ts';
import type { Configuration } from '../node/configuration/configuration.ts';
import { type RunningService, startService } from '../node/service.ts';
import type { Configured } from './configured.ts';
import { openLog } from './open-log.ts';
import { sameOptions } from './same-options.ts';

/**
 * Runs the service until `signal` is aborted, then lets requests in progress finish. SIGHUP reloads the certificate.
 *
 * @param adminLink whether to print a link; undefined: at the first run only
 * @throws ServiceError if it cannot start
 */
export async function serve(adminLink: boolean | undefined, configured: Configured): Promise<undefined> {
  const { configuration, terminal } = configured;
  const lines = openLog(text => terminal.note(text));
  try {
    await run(jsonLog(lines.write, configuration.logLevel, Date.now), adminLink, configured);
  } finally {
    lines.close();
  }
}

async function run(log: Log, adminLink: boolean | undefined, configured: Configured): Promise<void> {
  const { configuration, signal } = configured;
  const options = { ...optionsOf(configuration), log, version: packageVersion(), decisionThread: true };
  const service = await startService(options);
  // Other commands end when their terminal hangs up; for a service administrators send SIGHUP to reload files.
  process.removeAllListeners('SIGHUP');
  process.on('SIGHUP', service.reloadCertificate);
  try {
    await sayStarted(service, adminLink, configured);
    log('info', 'started', { url: service.url, version: packageVersion() });
    await ended(signal);
    log('info', 'ending');
  } finally {
    await service.close();
    process.off('SIGHUP', service.reloadCertificate);
  }
  log('info', 'ended');
}

function optionsOf(configuration: Configuration) {
  const { directory, host, port, databaseUrl, tlsCertificate, tlsKey, trustedProxies, publicUrl } =
    configuration;
  const radius = configuration.radius.flatMap(text => endpointOf(text) ?? []);
  return {
    directory,
    host,
    port,
    trustedProxies,
    addresses: { hosts: configuration.publishedHosts, ranges: configuration.publishedRanges },
    radius,
    lock: { threshold: configuration.lockThreshold, periodMs: configuration.lockPeriodSeconds * 1000 },
    ...(databaseUrl !== null && { databaseUrl }),
    ...(publicUrl !== null && { publicUrl }),
    ...(tlsCertificate !== null &&
      tlsKey !== null && { tls: { certificateFile: tlsCertificate, keyFile: tlsKey } }),
  };
}

/**
 * Prints the service's address and what the first run created. The link goes to standard output, never to the log. It
 * is printed only at the first run and on request, because the output of restarts ends up in logs.
 */
async function sayStarted(
  service: RunningService,
  adminLink: boolean | undefined,
  configured: Configured,
): Promise<void> {
  const { configuration, isJson, terminal } = configured;
  const { publicUrl, directory } = configuration;
  const { made } = service;
  const isFirst = made.includes('database');
  const link = (adminLink ?? isFirst) ? await service.makeOperatorLink() : undefined;
  const radius = service.radius.map(({ address, port }) =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
  );
  const lines = [
    made.includes('folder') ? serveTexts.folderMade(directory) : serveTexts.folder(directory),
    ...made.flatMap(thing => (thing === 'folder' ? [] : [serveTexts.made[thing]])),
    serveTexts.listening(publicUrl ?? service.url),
    ...radius.map(serveTexts.radius),
    ...(link === undefined
      ? [serveTexts.adminLinkLater(sameOptions(configured, service.url))]
      : [serveTexts.adminLink(), link]),
  ];
  const document = {
    url: service.url,
    directory,
    ...(radius.length > 0 && { radius }),
    made,
    ...(link !== undefined && { adminLink: link }),
  };
  await sayReport(terminal, isJson, { document, text: lines });
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
