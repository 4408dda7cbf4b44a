import { badInput } from '../../enrol/enrolment.ts';
import type { Element } from '../base/xml.ts';
import { textOf } from '../base/xml.ts';

/**
 * Returns warnings about a policy's demands beyond the fob.
 * @throws FobError `bad-input` for an unknown element: the key must then not be used (RFC 6030 §5)
 */
export function readPolicy(policy: Element | undefined): string[] {
  if (policy === undefined) return [];
  const uses = policy.children.filter(({ name }) => name === 'KeyUsage').map(textOf);
  if (uses.length > 0 && !uses.includes('OTP')) {
    throw badInput('Its policy does not allow it for one-time passwords.', 'Leave this key to its purpose.');
  }
  const sentences = policy.children.flatMap(element => {
    if (element.namespace !== policy.namespace) throw unknownPolicy();
    return sentencesOf(element);
  });
  return [...new Set(sentences)];
}

function sentencesOf(element: Element): string[] {
  switch (element.name) {
    case 'KeyUsage':
      return [];
    case 'StartDate':
    case 'ExpiryDate':
      return ['Its policy has a date. A fob does not check dates: its service must.'];
    case 'PINPolicy':
      return [pinSentence(element.attributes.get('PINUsageMode') ?? 'Local')];
    case 'NumberOfTransactions':
      throw badInput(
        'Its policy limits the number of passcodes, which a fob does not count.',
        'Ask for a key without this limit.',
      );
    default:
      throw unknownPolicy();
  }
}

function pinSentence(mode: string): string {
  if (mode === 'Local') return 'Its policy wants a PIN on the fob: passfob pin policy --digits N';
  if (mode === 'Prepend') return 'Its policy wants a PIN typed before the passcode.';
  if (mode === 'Append') return 'Its policy wants a PIN typed after the passcode.';
  throw badInput(
    'Its policy wants a PIN in a way that a fob does not have.',
    'Ask for a key without a PIN inside.',
  );
}

function unknownPolicy(): Error {
  return badInput(
    'Its policy has an unknown rule, so the key must not be used.',
    'Ask the maker of the file for keys without it.',
  );
}
