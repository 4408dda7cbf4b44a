import type { X509Certificate } from 'node:crypto';
import { createServer, isIP } from 'node:net';
import { ServiceError, systemCode } from '../../base/errors.ts';
import { processLimits } from '../../base/limits/process.ts';
import { readCertificate } from '../../http/web/certificate.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { finding, type ServiceFinding } from './finding.ts';

const DAY_MS = 86_400_000;

/** Whether the certificate is usable, how long it stays valid, and whether it covers the public host name. */
export function checkCertificate(configuration: Configuration, nowMs: number): ServiceFinding[] {
  const { tlsCertificate, tlsKey, publicUrl } = configuration;
  if (tlsCertificate === null || tlsKey === null) return [finding('certificate', 'ok', 'tls-none')];
  try {
    const { facts } = readCertificate({ certificateFile: tlsCertificate, keyFile: tlsKey });
    const name = publicUrl === null ? undefined : new URL(publicUrl).hostname;
    const isOther = name !== undefined && !isFor(facts, name);
    return [
      validity(facts, nowMs),
      ...(isOther ? [finding('certificate', 'problem', 'tls-host', { host: name })] : []),
    ];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return [finding('certificate', 'problem', 'tls-bad', { problem: error.message })];
  }
}

function validity(facts: X509Certificate, nowMs: number): ServiceFinding {
  const from = Date.parse(facts.validFrom);
  const days = Math.floor((Date.parse(facts.validTo) - nowMs) / DAY_MS);
  if (days < 0 || nowMs < from) return finding('certificate', 'problem', 'tls-ended');
  if (days < processLimits.certificateEndingDays)
    return finding('certificate', 'warning', 'tls-ending', { days });
  return finding('certificate', 'ok', 'tls-good', { days });
}

function isFor(facts: X509Certificate, host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  // Names in the subject alone are no longer accepted (RFC 9525 §6.3).
  if (isIP(name) !== 0) return facts.checkIP(name) !== undefined;
  return facts.checkHost(name, { subject: 'never' }) !== undefined;
}

/** Whether the service can listen on the port. */
export async function checkPort({ host, port }: Configuration): Promise<ServiceFinding> {
  if (port === 0) return finding('port', 'ok', 'port-any');
  const code = await listenOnce(host, port);
  if (code === undefined) return finding('port', 'ok', 'port-free', { port });
  if (code === 'EADDRINUSE') return finding('port', 'warning', 'port-used', { port });
  return finding('port', 'problem', 'port-refused', { port, host });
}

/** @returns the system's code for why listening fails */
function listenOnce(host: string, port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', error => resolve(systemCode(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
