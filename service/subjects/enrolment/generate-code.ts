import { activationString } from 'passfob/activation/activation-string';
import type { Acting } from '../../storage/acting.ts';
import { fingerprintInStrings, readIdentity } from '../../storage/encryption-at-rest/identity.ts';
import { hashOfCode, makeCode } from './code.ts';
import { publicUrlOf } from './public-url.ts';

/** An activation's code in the forms in which it is issued. Only its hash is stored. */
export interface GeneratedCode {
  readonly publicUrl: string;
  /** A secret until it is used. */
  readonly string: string;
  /** `<public url>/activate#<string>`: browsers do not send the part behind the #. A secret. */
  readonly link: string;
  readonly codeHash: string;
}

/** Returns a new code; undefined if the public URL is not known. */
export async function generateActivationCode(acting: Acting): Promise<GeneratedCode | undefined> {
  const publicUrl = await publicUrlOf(acting);
  if (publicUrl === undefined) return undefined;
  const identity = await readIdentity(acting.db, acting.keys);
  if (identity === undefined) throw new Error('a service has its identity from its first start on');
  const code = makeCode();
  const fingerprint = fingerprintInStrings(identity.publicKey);
  const string = activationString({ service: publicUrl, code, fingerprint });
  const codeHash = hashOfCode(code);
  code.fill(0);
  return { publicUrl, string, link: `${publicUrl}/activate#${string}`, codeHash };
}
