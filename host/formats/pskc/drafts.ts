import { badInput } from '../../enrol/enrolment.ts';
import { base64Bytes } from '../base/encodings.ts';
import { lookUp } from '../base/look-up.ts';
import { anyAt, at, type Element, inside, textOf } from '../base/xml.ts';
import { PSKC, XMLDSIG, XMLENC } from './names.ts';

/**
 * Documents of the drafts before RFC 6030, rewritten in its words, so that one reader serves both. ActivIdentity,
 * Gemalto, VASCO and others delivered tokens by them for years:
 * draft-hoyer-keyprov-portable-symmetric-key-container-00 and -01, draft-hoyer-keyprov-pskc-algorithm-profiles-01,
 * draft-ietf-keyprov-pskc-02.
 */

const NAMESPACES: readonly string[] = [
  'http://www.openauthentication.org/OATH/2006/08/PSKC',
  'http://www.openauthentication.org/OATH/2006/10/PSKC',
  'urn:ietf:params:xml:ns:keyprov:container',
  'urn:ietf:params:xml:ns:keyprov:container:1.0',
  'urn:ietf:params:xml:ns:keyprov:pskc:1.0',
];

/** A document in the words of RFC 6030. */
export interface Rewritten {
  readonly root: Element;
  /** Whether its MACs are over values before their encryption. */
  readonly isMacOverPlain: boolean;
}

/** Rewrites a document of a draft; returns others unchanged. @throws FobError `bad-input` for an old cipher */
export function rewritten(root: Element): Rewritten {
  const isDraft =
    NAMESPACES.includes(root.namespace) ||
    (root.namespace === PSKC && root.children.some(({ name }) => name === 'Device'));
  if (!isDraft) return { root, isMacOverPlain: false };
  const cipher = cipherOf(root);
  const packages = root.children
    .filter(({ name }) => name === 'Device')
    .flatMap(device => packagesOf(device, cipher));
  const kept = root.children.filter(({ name }) => name === 'EncryptionKey' || name === 'MACMethod');
  const made = element('KeyContainer', {
    attributes: { Version: root.attributes.get('Version') ?? '1.0' },
    children: [
      ...kept.map(inNamespace),
      ...(cipher === undefined ? [] : [keyNamed('the key that came with the file')]),
      ...macMethod(root, cipher !== undefined),
      ...packages,
    ],
  });
  return { root: made, isMacOverPlain: cipher !== undefined };
}

/** The cipher of all values of a document, where it stands at its beginning. */
interface Cipher {
  readonly algorithm: string;
  readonly iv: Uint8Array;
}

function cipherOf(root: Element): Cipher | undefined {
  const method = inside(root, 'EncryptionMethod');
  const algorithm = method === undefined ? 'NONE' : attributeOf(method, 'Algorithm');
  if (algorithm.toUpperCase() === 'NONE' || algorithm === '') return undefined;
  const iv = base64Bytes(textOf(inside(method, 'IV')));
  if (/^pbe|3des|tripledes/i.test(algorithm) || iv?.length !== 16) {
    throw badInput(
      'The file is encrypted by the rules of an early draft (triple DES), which passfob does not support.',
      'Ask its maker for a file by RFC 6030, or decrypt it with pskc2pskc of python-pskc.',
    );
  }
  return { algorithm, iv };
}

function keyNamed(name: string): Element {
  const keyName = element('KeyName', { namespace: XMLDSIG, text: name });
  return element('EncryptionKey', { children: [keyName] });
}

/** Early drafts name the MAC's algorithm elsewhere; where nothing is encrypted, its values are examples or empty. */
function macMethod(root: Element, isEncrypted: boolean): Element[] {
  const named = textOf(inside(root, 'MACAlgorithm'));
  const digest = inside(root, 'DigestMethod');
  const written = named || (isEncrypted && digest !== undefined ? attributeOf(digest, 'Algorithm') : '');
  if (written === '') return [];
  const algorithm = /^hmac-sha1$/i.test(written) ? `${XMLDSIG}hmac-sha1` : written;
  return [element('MACMethod', { attributes: { Algorithm: algorithm } })];
}

/** A device of a draft may hold several keys; in RFC 6030 each has a package of its own. */
function packagesOf(device: Element, cipher: Cipher | undefined): Element[] {
  const info = inside(device, 'DeviceInfo') ?? inside(device, 'DeviceId');
  const about = info === undefined ? [] : [{ ...inNamespace(info), name: 'DeviceInfo' }];
  const keys = device.children.filter(({ name }) => name === 'Key' || name === 'Secret');
  return keys.map(key => element('KeyPackage', { children: [...about, keyOf(key, cipher)] }));
}

const NAMES = ['Issuer', 'FriendlyName', 'UserId'];

function keyOf(key: Element, cipher: Cipher | undefined): Element {
  const id = attributeOf(key, 'Id') || attributeOf(key, 'KeyId') || attributeOf(key, 'SecretId');
  const written =
    attributeOf(key, 'Algorithm') || attributeOf(key, 'KeyAlgorithm') || attributeOf(key, 'SecretAlgorithm');
  const suite = /#(OCRA-1:.+)$/i.exec(written)?.[1];
  const names = key.children.filter(({ name }) => NAMES.includes(name)).map(inNamespace);
  return element('Key', {
    attributes: { Id: id, Algorithm: suite === undefined ? written : 'ocra' },
    children: [
      ...names,
      parametersOf(key, suite),
      ...key.children.filter(({ name }) => name === 'Policy').map(inNamespace),
      element('Data', {
        children: key.children.filter(({ name }) => name === 'Data').flatMap(data => valuesIn(data, cipher)),
      }),
    ],
  });
}

function parametersOf(key: Element, suite: string | undefined): Element {
  const parameters = inside(key, 'AlgorithmParameters') ?? inside(key, 'Usage');
  const format = inside(parameters, 'ResponseFormat');
  const of = (...names: string[]) =>
    names.map(name => (format === undefined ? '' : attributeOf(format, name))).find(text => text !== '') ??
    '';
  const made = element('ResponseFormat', {
    attributes: {
      ...(of('Length') !== '' && { Length: of('Length') }),
      Encoding: of('Encoding', 'Format') || 'DECIMAL',
      CheckDigits: of('CheckDigits', 'CheckDigit') || 'false',
    },
  });
  const suites = suite === undefined ? [] : [element('Suite', { text: suite })];
  return element('AlgorithmParameters', { children: [made, ...suites] });
}

const FIELDS: Readonly<Record<string, string>> = {
  SECRET: 'Secret',
  COUNTER: 'Counter',
  TIME: 'Time',
  TIME_INTERVAL: 'TimeInterval',
  TIME_DRIFT: 'TimeDrift',
};

/** Returns the values of a key's data: elements as in the RFC, or one value whose name is an attribute. */
function valuesIn(data: Element, cipher: Cipher | undefined): Element[] {
  const field = lookUp(FIELDS, attributeOf(data, 'Name').toUpperCase());
  if (field === undefined) return data.children.map(inNamespace).map(withMacOutside);
  const value = textOf(inside(data, 'Value'));
  const digest = textOf(inside(data, 'ValueDigest'));
  if (cipher === undefined || digest === '') {
    const text = field === 'Secret' ? value : decimalsOf(value);
    return [element(field, { children: [element('PlainValue', { text })] })];
  }
  return [encrypted(field, value, digest, cipher)];
}

function encrypted(field: string, value: string, digest: string, { algorithm, iv }: Cipher): Element {
  const bytes = base64Bytes(value) ?? new Uint8Array(0);
  const text = Buffer.concat([iv, bytes]).toString('base64');
  const inXmlenc = (name: string, more: Partial<Shape>) => element(name, { namespace: XMLENC, ...more });
  const body = inXmlenc('CipherData', { children: [inXmlenc('CipherValue', { text })] });
  const method = inXmlenc('EncryptionMethod', { attributes: { Algorithm: algorithm } });
  return element(field, {
    children: [
      element('EncryptedValue', { children: [method, body] }),
      element('ValueMAC', { text: digest }),
    ],
  });
}

/** Numbers are decimals, or 8 bytes in Base64, most significant first. */
function decimalsOf(value: string): string {
  if (/^\d+$/.test(value)) return value;
  const bytes = base64Bytes(value);
  return bytes?.length === 8 ? String(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)) : value;
}

/** One draft has the MAC inside of the encrypted value. */
function withMacOutside(value: Element): Element {
  const mac = at(value, 'EncryptedValue', 'ValueMAC') ?? anyAt(value, 'EncryptedValue', 'ValueMAC');
  return mac === undefined ? value : { ...value, children: [...value.children, mac] };
}

/** Moves an element of a draft, and those of the draft in it, into the namespace of the RFC. */
function inNamespace(given: Element): Element {
  const isOurs = NAMESPACES.includes(given.namespace);
  return { ...given, namespace: isOurs ? PSKC : given.namespace, children: given.children.map(inNamespace) };
}

/** Returns an attribute by its name in any case; empty if there is none. */
function attributeOf({ attributes }: Element, name: string): string {
  const written = attributes.get(name) ?? attributes.get(name.toLowerCase());
  return written?.trim() ?? '';
}

interface Shape {
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

function element(
  name: string,
  { namespace = PSKC, attributes = {}, children = [], text = '' }: Partial<Shape>,
): Element {
  return { name, namespace, attributes: new Map(Object.entries(attributes)), children, text };
}
