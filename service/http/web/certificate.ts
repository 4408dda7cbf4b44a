import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { readPlainFile, UnfitFile } from 'passfob/read-whole';
import { ServiceError } from '../../base/errors.ts';
import { processLimits } from '../../base/limits/process.ts';
import type { Log } from '../../base/log.ts';
import { certificateTexts } from '../../base/texts/serve.ts';

/** The paths of certificate and key. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A certificate with its chain, its key, and the facts in it. */
export interface Certificate {
  readonly cert: string;
  /** A secret. */
  readonly key: string;
  readonly facts: X509Certificate;
}

/**
 * Reads certificate and key. Only this user may read the key file, or root owns it and at most a group may read it.
 *
 * @throws ServiceError `tls_unusable`, `tls_key_readable`
 */
export function readCertificate({ certificateFile, keyFile }: CertificateFiles): Certificate {
  const cert = readPem(certificateFile, false);
  const key = readPem(keyFile, true);
  try {
    // Making the context detects a key that does not belong to the certificate.
    createSecureContext({ cert, key });
    return { cert, key, facts: new X509Certificate(cert) };
  } catch (error) {
    throw new ServiceError('tls_unusable', certificateTexts.unusable, error);
  }
}

function readPem(path: string, isSecret: boolean): string {
  try {
    const bytes = readPlainFile(path, processLimits.pemFileMaxBytes, facts => {
      if (isSecret && isExposed(facts))
        throw new ServiceError('tls_key_readable', certificateTexts.keyExposed);
    });
    return bytes.toString('utf8');
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const text = error instanceof UnfitFile ? certificateTexts.unusable : certificateTexts.unreadable;
    throw new ServiceError('tls_unusable', text, error);
  }
}

/**
 * Tools that renew certificates keep keys as root and make them readable to a group (Debian's ssl-cert): that is not
 * exposed.
 */
function isExposed({ mode, uid }: { mode: number; uid: number }): boolean {
  if (process.platform === 'win32') return false;
  if (uid === process.getuid?.() && (mode & 0o077) === 0) return false;
  return uid !== 0 || (mode & 0o037) !== 0;
}

/** Returns the DNS names and IP addresses in a certificate, without wildcards. */
export function certificateNames(facts: X509Certificate): string[] {
  const names = [...(facts.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,"]+)/g)];
  return names.map(([, name = '']) => name.trim()).filter(name => name !== '' && !name.includes('*'));
}

/** A certificate that is reloaded when its files change or on request. */
export interface LiveCertificate {
  /** Reads both files again. If they cannot be used, the old certificate stays, and the log says why. */
  reload(): void;
  close(): void;
}

/**
 * Keeps a server's certificate as new as its files. They are polled, because a renewal that points links to other
 * files (certbot, Kubernetes) raises no event.
 */
export function keepCertificate(
  files: CertificateFiles,
  use: (certificate: Certificate) => void,
  log: Log,
  pollMs: number = processLimits.certificatePollMs,
): LiveCertificate {
  let seen = traceOf(files);
  const reload = () => {
    seen = traceOf(files);
    try {
      const certificate = readCertificate(files);
      use(certificate);
      log('info', 'certificate loaded', { validTo: certificate.facts.validTo });
    } catch (error) {
      const reason = error instanceof ServiceError ? error.message : 'unknown';
      log('error', 'certificate not loaded, the old one stays', { reason });
    }
  };
  const timer = setInterval(() => {
    if (traceOf(files) !== seen) reload();
  }, pollMs).unref();
  return { reload, close: () => clearInterval(timer) };
}

function traceOf({ certificateFile, keyFile }: CertificateFiles): string {
  const trace = (path: string) => {
    const facts = statSync(path, { throwIfNoEntry: false });
    return facts === undefined ? '-' : `${facts.dev}:${facts.ino}:${facts.size}:${facts.mtimeMs}`;
  };
  try {
    return `${trace(certificateFile)} ${trace(keyFile)}`;
  } catch {
    return '?';
  }
}
