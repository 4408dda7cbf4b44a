import { type Draft, enrolmentOf } from '../base/draft.ts';
import { checkedRow, type ImportRow, type ReadAids, readRows, type SourceFile, textOf } from '../base/row.ts';
import { isObject, type Json, listIn, parseJson, textIn } from './json.ts';

/** Reads the one-time passwords of users in the export of a realm of Keycloak. */
export async function readKeycloak(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  const root = parseJson(textOf(file));
  const issuer = textIn(root, 'realm');
  return readRows(credentialsIn(root), work, ({ label, credential }, at) => {
    const names = { issuer, label };
    return checkedRow(`credential ${at + 1}`, names, () =>
      enrolmentOf({ ...names, ...settingsOf(credential) }),
    );
  });
}

function* credentialsIn(root: Json): Generator<{ readonly label: string; readonly credential: Json }> {
  for (const user of listIn(root, 'users')) {
    const { credentials } = isObject(user) ? user : {};
    for (const credential of Array.isArray(credentials) ? credentials : [])
      if (isObject(credential) && credential.type === 'otp')
        yield { label: isObject(user) ? textIn(user, 'username') : '', credential };
  }
}

/** Both halves are JSON in a text. The characters of a secret are its bytes, unless it says that it is Base32. */
function settingsOf(credential: Json): Omit<Draft, 'issuer' | 'label'> {
  const data = parseJson(textIn(credential, 'credentialData'));
  const value = textIn(parseJson(textIn(credential, 'secretData')), 'value');
  return {
    type: textIn(data, 'subType'),
    secret:
      data.secretEncoding === 'BASE32'
        ? { as: 'base32', text: value }
        : { bytes: new TextEncoder().encode(value) },
    algorithm: data.algorithm,
    digits: data.digits,
    period: data.period,
    counter: data.counter,
  };
}
