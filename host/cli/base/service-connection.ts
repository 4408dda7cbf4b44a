import { FobError, systemCode } from '../../errors.ts';
import { type CertificateFault, certificateFault, isTlsFailure } from '../../tls-errors.ts';

/** Why a connection to a service failed. */
export const connectionTexts = {
  notPassfob: 'The server there is not a Passfob service.',
  expired: {
    sentence: 'The certificate of the service is not valid at this time.',
    next: 'Have it renewed. If it is new, check the clock of this computer. Run: passfob doctor',
  },
  wrongHost: {
    sentence: 'The certificate of the service is for another host.',
    next: 'Use the name that is in the certificate, or have one made for this name.',
  },
  unknownAuthority: {
    sentence: 'The certificate of the service comes from an authority that this computer does not know.',
    next: 'If the authority is your own, name the file with its certificate: --ca FILE. Otherwise somebody may intercept the connection.',
  },
  noTls: {
    sentence: 'No TLS connection could be made to the service.',
    next: 'Check the address and that the service speaks TLS 1.2 or newer there.',
  },
  silent: {
    sentence: 'The service does not answer.',
    next: 'Check the address, and that it runs: passfob service doctor, on its computer.',
  },
} as const;

const FAULT_TEXTS = {
  'not-valid-now': connectionTexts.expired,
  'wrong-host': connectionTexts.wrongHost,
  'unknown-authority': connectionTexts.unknownAuthority,
} as const satisfies Record<CertificateFault, { sentence: string; next: string }>;

/** Makes the error for a failed connection to a service from Node's error: `certificate` or `service-silent`. */
export function connectionError(cause: unknown): FobError {
  const code = systemCode(cause);
  const fault = certificateFault(code);
  if (fault !== undefined)
    return new FobError('certificate', { ...FAULT_TEXTS[fault], details: { code }, cause });
  const text = isTlsFailure(code) ? connectionTexts.noTls : connectionTexts.silent;
  return new FobError('service-silent', { ...text, ...(code !== '' && { details: { code } }), cause });
}
