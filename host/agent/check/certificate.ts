import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import { AGENT_HOP_MS } from '../base/limits.ts';
import { connectBy, type Route } from '../network/connect.ts';

/** The contents of a certificate that was not verified: not to be trusted. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601 */
  readonly from: string;
  readonly until: string;
}

export function factsOf(certificate: PeerCertificate): CertificateFacts {
  const names = certificate.subjectaltname?.replaceAll(/(?:DNS|IP Address):/g, '');
  return {
    subject: names ?? nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    from: timeOf(certificate.valid_from),
    until: timeOf(certificate.valid_to),
  };
}

function nameOf(name: PeerCertificate['issuer'] | undefined): string {
  return [name?.CN, name?.O].flat().filter(Boolean).join(', ') || '?';
}

function timeOf(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? '?' : new Date(ms).toISOString();
}

/**
 * Fetches a certificate that was refused, to explain why. Sends nothing over this connection and trusts nothing from
 * it. @returns undefined if no certificate comes
 */
export async function certificateAt(route: Route): Promise<CertificateFacts | undefined> {
  const { target } = route;
  const under = await connectBy({ ...route, target: { ...target, isTls: false } }).catch(() => undefined);
  if (under === undefined) return undefined;
  return new Promise(resolve => {
    const socket = connect({
      socket: under,
      host: target.host,
      ...(isIP(target.host) === 0 && { servername: target.host }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    });
    const end = (facts: CertificateFacts | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(facts);
    };
    const timer = setTimeout(() => end(undefined), AGENT_HOP_MS);
    socket.on('error', () => end(undefined));
    socket.once('close', () => end(undefined));
    socket.once('secureConnect', () => end(factsOf(socket.getPeerCertificate())));
  });
}
