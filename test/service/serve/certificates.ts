import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../kit/tools.ts';

/** Node cannot create certificates. */
export const needsOpenssl = { name: 'openssl', found: tool('openssl') };

/** The files of an issued certificate. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

const CONFIGURATION = `[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
`;

const KEY = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';

/** A certificate authority in a folder of its own. */
export class Authority implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'passfob-authority-'));
  /** PEM file of its certificate. */
  readonly file = join(this.folder, 'ca.pem');
  #issued = 0;

  constructor() {
    writeFileSync(join(this.folder, 'conf'), CONFIGURATION);
    writeFileSync(join(this.folder, 'index.txt'), '');
    const isAuthority = '-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign';
    this.#openssl(
      `req -config conf -x509 ${KEY} -keyout ca.key -out ca.pem -subj /CN=Authority ${isAuthority}`,
    );
  }

  /**
   * @param names such as `DNS:localhost,IP:127.0.0.1`
   * @param years first and last year it is valid in
   */
  issue(names = 'DNS:localhost,IP:127.0.0.1', [from, to]: readonly [number, number] = [2020, 2090]): Issued {
    const name = `issued-${++this.#issued}`;
    const subject = `-subj /CN=${name} -addext subjectAltName=${names}`;
    this.#openssl(`req -config conf -new ${KEY} -keyout ${name}.key -out ${name}.csr ${subject}`);
    const dates = `-startdate ${from}0101000000Z -enddate ${to}0101000000Z`;
    const signer = '-cert ca.pem -keyfile ca.key';
    this.#openssl(`ca -config conf -batch -notext ${signer} ${dates} -in ${name}.csr -out ${name}.pem`);
    return { cert: join(this.folder, `${name}.pem`), key: join(this.folder, `${name}.key`) };
  }

  #openssl(line: string): void {
    execFileSync(needsOpenssl.found ?? '', line.split(' '), { cwd: this.folder, stdio: 'pipe' });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
