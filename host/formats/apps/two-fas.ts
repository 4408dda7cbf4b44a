import { enrolmentOf } from '../base/draft.ts';
import { base64Bytes } from '../base/encodings.ts';
import { checkedRow, type ImportRow, type ReadAids, readRows, type SourceFile, textOf } from '../base/row.ts';
import { damagedSeal, openGcm, pbkdf2Key, wrongPassword } from '../base/sealed.ts';
import { isObject, type Json, listIn, objectIn, parseJson, textIn } from './json.ts';

/** The app's fixed value, which its files do not contain. */
const APP_ITERATIONS = 10_000;

/** Reads a backup of 2FAS, plain or encrypted. */
export async function readTwoFas(file: SourceFile, aids: ReadAids): Promise<ImportRow[]> {
  const backup = parseJson(textOf(file));
  const sealed = textIn(backup, 'servicesEncrypted');
  const services = sealed === '' ? listIn(backup, 'services') : await decrypted(sealed, file, aids);
  return readRows(services, aids.work, (service, at) =>
    rowOf(`service ${at + 1}`, isObject(service) ? service : {}),
  );
}

function rowOf(place: string, service: Json): ImportRow {
  const otp = objectIn(service, 'otp');
  const names = {
    issuer: textIn(otp, 'issuer') || textIn(service, 'name'),
    label: textIn(otp, 'account') || textIn(otp, 'label'),
  };
  return checkedRow(place, names, () =>
    enrolmentOf({
      ...names,
      // Accounts added by hand in early versions have no type; they are TOTP.
      type: textIn(otp, 'tokenType') || 'totp',
      secret: { as: 'base32', text: textIn(service, 'secret') },
      algorithm: otp.algorithm,
      digits: otp.digits,
      period: otp.period,
      counter: otp.counter,
    }),
  );
}

/** Decrypts ciphertext with its tag, salt and nonce, each in Base64, separated by colons. */
async function decrypted(sealed: string, file: SourceFile, aids: ReadAids): Promise<readonly unknown[]> {
  const [ciphertext, salt, nonce, ...rest] = sealed.split(':', 4).map(base64Bytes);
  if (!ciphertext?.length || !salt?.length || !nonce?.length || rest.length > 0) throw damagedSeal();
  const cost = { salt, iterations: APP_ITERATIONS, keyBytes: 32, hash: 'sha256' } as const;
  aids.work.takePbkdf2(cost);
  const password = await aids.password(file.name);
  const key = await aids.work.unlessEnded(pbkdf2Key(password, cost));
  const opened = openGcm(key, nonce, ciphertext);
  if (opened === undefined) throw wrongPassword();
  // The text is a bare list, but the JSON reader accepts only objects.
  const text = textOf({ name: file.name, bytes: opened });
  return listIn(parseJson(`{"services":${text}}`), 'services');
}
