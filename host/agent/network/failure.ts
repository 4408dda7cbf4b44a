import { type ErrorKind, FobError } from '../../errors.ts';
import { filled, networkFailureTexts } from '../base/texts.ts';

/** Why a service cannot be reached or used. */
export type NetworkFailureCode = keyof typeof networkFailureTexts;

const KINDS: Partial<Record<NetworkFailureCode, ErrorKind>> = {
  'proxy-name-unknown': 'proxy',
  'proxy-refused': 'proxy',
  'proxy-silent': 'proxy',
  'proxy-login': 'proxy',
  'proxy-login-wrong': 'proxy',
  'proxy-login-other': 'proxy',
  'proxy-forbids': 'proxy',
  'proxy-odd': 'proxy',
  'not-valid-now': 'certificate',
  'wrong-host': 'certificate',
  'unknown-authority': 'certificate',
  'other-identity': 'activation',
  'service-refuses': 'agent',
};

/** @param values for the text; never a secret. @param details in addition to `code` */
export function networkFailure(
  code: NetworkFailureCode,
  values: Readonly<Record<string, string | number>>,
  cause?: unknown,
  details: Readonly<Record<string, unknown>> = {},
): FobError {
  const { sentence, next } = networkFailureTexts[code];
  return new FobError(KINDS[code] ?? 'service-silent', {
    sentence: filled(sentence, values),
    next: filled(next, values),
    details: { ...details, code },
    ...(cause !== undefined && { cause }),
  });
}

/** Returns the code of an error that `networkFailure` made. */
export function networkFailureCode(error: unknown): NetworkFailureCode | undefined {
  const code = error instanceof FobError ? error.details?.code : undefined;
  return typeof code === 'string' && Object.hasOwn(networkFailureTexts, code)
    ? (code as NetworkFailureCode)
    : undefined;
}
