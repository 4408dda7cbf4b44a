import { type AddressInfo, createServer } from 'node:net';
import { Server } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { addressMatcher } from '../base/addresses.ts';
import { ServiceError, systemCode } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { texts } from '../base/texts/texts.ts';
import {
  type Certificate,
  type CertificateFiles,
  certificateNames,
  keepCertificate,
  type LiveCertificate,
} from '../http/web/certificate.ts';
import type { AppOptions } from './server.ts';

/** The facts that the names of a listener follow from. */
export interface ListenerNames {
  readonly host: string;
  readonly certificate: Certificate | undefined;
  /** An origin. */
  readonly publicUrl: string | undefined;
}

/**
 * Listens for a moment, before the first start makes anything: otherwise the next start would not be the first, and
 * would print no link for the administrator.
 *
 * @throws ServiceError `port_in_use`, `port_forbidden`, `address_absent`
 */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, resolve);
    });
    await new Promise<void>(resolve => server.close(() => resolve()));
  } catch (error) {
    throw listenError(error, host, port);
  }
}

/**
 * Starts to listen; closes the app on failure.
 *
 * @returns the port
 * @throws ServiceError `port_in_use`, `port_forbidden`, `address_absent`
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    // For localhost Fastify makes a second server, which gets neither a renewed certificate nor a limit of connections.
    await app.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, host, port);
  }
  return (app.server.address() as AddressInfo).port;
}

function listenError(error: unknown, host: string, port: number): unknown {
  const code = systemCode(error);
  if (code === 'EADDRINUSE')
    return new ServiceError('port_in_use', texts.startup.portInUse(host, port), error);
  if (code === 'EACCES') return new ServiceError('port_forbidden', texts.startup.portForbidden, error);
  if (code === 'EADDRNOTAVAIL') return new ServiceError('address_absent', texts.startup.addressAbsent, error);
  return error;
}

/** Returns the origin at which this computer reaches the listener itself. */
export function localUrl({ host, certificate }: ListenerNames, port: number): string {
  const scheme = certificate === undefined ? 'http' : 'https';
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return new URL(`${scheme}://${bracketed(name)}:${port}`).origin;
}

/**
 * Returns the accepted Host header values: loopback, the listening address, those of the certificate and publicUrl.
 */
export function hostsOf({ host, certificate, publicUrl }: ListenerNames, port: number): ReadonlySet<string> {
  const standard = certificate === undefined ? 80 : 443;
  const named = certificate === undefined ? [] : certificateNames(certificate.facts);
  const names = ['localhost', '127.0.0.1', '[::1]', bracketed(host), ...named.map(bracketed)];
  const own = names.flatMap(name => (port === standard ? [name, `${name}:${port}`] : [`${name}:${port}`]));
  return new Set([...own, ...(publicUrl === undefined ? [] : publicHosts(publicUrl))]);
}

function publicHosts(publicUrl: string): string[] {
  const { host, port, protocol } = new URL(publicUrl);
  return port === '' ? [host, `${host}:${protocol === 'https:' ? 443 : 80}`] : [host];
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Returns which peers may connect, and which may state a client's address. */
export function trustOf(
  trustedProxies: readonly string[],
  { certificate }: ListenerNames,
): Pick<AppOptions, 'certificate' | 'isProxy' | 'maySpeakPlain'> {
  if (trustedProxies.length === 0) return { certificate, isProxy: undefined, maySpeakPlain: undefined };
  const isProxy = addressMatcher(trustedProxies);
  const isHere = addressMatcher(['127.0.0.0/8', '::1']);
  const maySpeakPlain = (address: string | undefined) => isProxy(address) || isHere(address);
  return { certificate, isProxy, maySpeakPlain: certificate === undefined ? maySpeakPlain : undefined };
}

/** Makes a listening app follow certificate changes; undefined without TLS. */
export function liveCertificate(
  app: FastifyInstance,
  files: CertificateFiles | undefined,
  log: Log,
): LiveCertificate | undefined {
  const { server } = app;
  if (files === undefined || !(server instanceof Server)) return undefined;
  return keepCertificate(
    files,
    ({ cert, key }) => server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
    log,
  );
}
