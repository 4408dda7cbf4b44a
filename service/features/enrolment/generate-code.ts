import { activationString } from 'passfob/activation/activation-string';
import { fingerprintInStrings, readIdentity } from '../../storage/encryption-at-rest/identity.ts';
import type { Acting } from '../tokens/acting.ts';
import { hashOfCode, makeCode } from './code.ts';
import { publicUrlOf } from './public-url.ts';

/** An activation's code in the forms in which it is handed out. Only the hash is kept. */
export interface GeneratedCode {
  readonly publicUrl: string;
  /** A secret until it was used. */
  readonly string: string;
  /** `<public url>/activate#<string>`: what stands behind the # is sent to nobody. A secret. */
  readonly link: string;
  readonly codeHash: string;
}

/** Makes a code; undefined where it is not known under which address people reach the service. */
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
