import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Notice } from '@passfob/service/features/notify/notice';
import { NOON_MS } from '../kit.ts';

/** An alert as a channel receives it. */
export const notice: Notice = {
  id: '6f1c9a52-0000-4000-8000-000000000001',
  kind: 'replay',
  alertId: 7,
  count: 10,
  user: 'ada',
  serial: 'FOB-1',
  fob: null,
  source: '192.0.2.7',
  atMs: NOON_MS,
  firstUseMs: NOON_MS - 30_000,
  firstUseSource: '192.0.2.1',
};
/** A signal that is never aborted. */
export const never = new AbortController().signal;

/** Creates a self-signed certificate for 127.0.0.1, with its key. */
export function certificate(directory: string, openssl: string): { key: string; cert: string } {
  const [key, cert] = [join(directory, 'tls.key'), join(directory, 'tls.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync(openssl, ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}
